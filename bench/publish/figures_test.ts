/** The README's figures say what was measured, the worse like the better, and what is missing. */
import assert from "node:assert/strict";
import type { Row } from "../compare.ts";
import { figures, withFigures } from "./figures.ts";
import { timesText } from "./numbers.ts";
import { reached, type Results } from "./results.ts";
import { scalingPlot } from "./scaling_plot.ts";

const spread = (median: number) => ({ median, min: median / 2, max: median * 2 });
const ROW: Row = {
  what: "clip + pick",
  unit: "ms",
  frameBytes: 4e6,
  movedBytes: 5e6,
  rounds: 3,
  ours: { wasm: spread(2), native: spread(1) },
  peers: [
    { name: "slow", times: spread(20), ratios: { wasm: 10, native: 20 } },
    {
      name: "quick",
      times: spread(0.5),
      ratios: { wasm: 0.25, native: 0.5 },
      ratioSpreads: { wasm: spread(0.24), native: spread(0.5) },
    },
    { name: "absent", reason: "not installed", ratios: {} },
  ],
  notes: ["a note"],
};
const POINT = { stage: "clip + pick", engine: "native", pixels: 4e6, times: spread(8) } as const;
const RESULTS: Results = {
  machine: { processor: "P", cores: 2, deno: "D" },
  versions: { slow: "1.0" },
  input: "frames",
  load: 0.1,
  rounds: 3,
  copy: { oneThread: spread(10), allCores: spread(20), bytes: 1 },
  rows: { clip: [ROW] },
  settings: [],
  scaling: [{ ...POINT, threads: 1 }, { ...POINT, threads: 2, times: spread(4) }],
};

Deno.test("a line for each peer, with how many times as fast we are", () => {
  const text = figures(RESULTS);
  assert.match(
    text,
    /clip \+ pick \| 2\.00 \(1\.00–4\.00\) ms, 10 × \| 1\.00 \(0\.500–2\.00\) ms, 20 × \| slow: 20\.0/,
  );
  assert.match(text, /\| {2}\| 0\.24 × \(0\.12–0\.48\) \| 0\.50 × \(0\.25–1\.0\) \| quick: 0\.500/);
  assert.match(text, /absent: missing/);
  assert.match(text, /load 0\.1 in the minute before: frames/);
  assert.match(text, /- a note/);
  assert.match(text, /clip \+ pick, 4\.0 Mpixel \| 500 \| 1000 \|/);
});

Deno.test("a row reaches its least traffic over its time of the copy's speed", () => {
  assert.deepEqual(reached(ROW, RESULTS.copy), { wasm: 0.25, native: 0.25 });
});

Deno.test("rates turn the spread round", () => {
  assert.equal(timesText(spread(10), { unit: "frames/s", frameBytes: 1 }), "100 (50.0–200) frames/s");
  assert.equal(timesText(spread(2), { unit: "GB/s", frameBytes: 4e6 }), "2.00 (1.00–4.00) GB/s");
});

Deno.test("figures take the place of the old ones alone", () => {
  const readme = "before\n<!-- figures -->\nold\n<!-- /figures -->\nafter";
  const text = withFigures(readme, "costs $& and $1");
  assert.equal(text, "before\n<!-- figures -->\n\ncosts $& and $1\n\n<!-- /figures -->\nafter");
  assert.throws(() => withFigures("nothing", "text"), /no place/);
});

Deno.test("the scaling is one SVG with a panel for each stage", () => {
  const densify = RESULTS.scaling.map((point) => ({ ...point, stage: "densify with noise" as const }));
  const figure = scalingPlot([...RESULTS.scaling, ...densify]);
  assert.equal(figure.match(/<svg/g)?.length, 3);
  assert.match(figure, /densify with noise/);
});
