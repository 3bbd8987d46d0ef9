/** The report copes with what is not there, shows the worse like the better, and names machine and command. */
import assert from "node:assert/strict";
import type { Row } from "../compare.ts";
import type { StagePoint } from "../stages.ts";
import type { Common, Published } from "./published.ts";
import { readPublished, RESULTS } from "./published.ts";
import { reportPage } from "./report.ts";

const spread = (median: number) => ({ median, min: median / 2, max: median * 2 });
const COMMON: Common = {
  machine: { processor: "P", cores: 2, deno: "D" },
  versions: { slow: "1.0" },
  input: "frames",
  load: 0,
  rounds: 3,
};
const ROW: Row = {
  ...{ what: "`work`", unit: "ms", frameBytes: 4e6, movedBytes: 5e6, rounds: 3, notes: ["a note"] },
  ours: { wasm: spread(2), native: spread(1) },
  peers: [
    { name: "<quick>", times: spread(1), ratios: { wasm: 0.5, native: 1 }, ratioSpreads: { wasm: spread(0.4) } },
    { name: "absent", reason: "not installed", ratios: {} },
  ],
};
const point = (stage: string, way: StagePoint["way"], ms: number): StagePoint => ({
  ...{ stage, way, engine: "wasm", threads: 1, times: spread(ms) },
  ...{ bytes: 1e6, moves: "all of it", partOfCopySpeed: 0.1 },
});
const merged = (rsplit: number) => ({ overall: { rsplit }, shells: [{ from: 1, to: 2, rsplit }] });
const SERIAL: Published["serial"] = {
  machine: COMMON.machine,
  series: { frames: 100 },
  missing: { "b 2 σ": "no FabIO" },
  variants: [
    { variant: { name: "original" }, rate: 0.6, ratio: 1, merged: merged(7) },
    { variant: { name: "a 2 σ", cutoff: 2, way: "a" }, rate: 0.5, ratio: 10, merged: merged(8) },
  ],
};
const SIZES = { pixels: 1, frame: 4, valid: 4, chunk: 1, bins: 1, kept: 1 };

Deno.test("without results the report says how to get them", () => {
  const page = reportPage({ rows: {}, gpu: [] });
  assert.match(page, /Nothing is published yet: <code>deno task bench<\/code>/);
  assert.match(page, /Not measured yet: <code>deno task bench stages<\/code>/);
});

Deno.test("the headline shows ratios below 1 and missing peers like the others", () => {
  const page = reportPage({ rows: { clip: { ...COMMON, rows: [ROW] } }, gpu: [] });
  assert.match(page, /<span class="bad">0\.40 × \(0\.20–0\.80\)<\/span>/);
  assert.match(page, /<b>1\.0 ×<\/b>/, "an older ratio without its spread");
  assert.match(page, /&lt;quick&gt;/);
  assert.match(page, /absent<br><span class="bad">missing: not installed/);
  assert.match(page, /a note/);
});

Deno.test("every figure has its machine and command", async () => {
  const points = [point("decode", "analysis", 1), point("reduce", "analysis", 1), point("clip", "analysis", 2)];
  const rebuilt = [point("densify", "rebuild", 2), point("densify with noise", "rebuild", 5)];
  const stages: Published["stages"] = {
    ...COMMON,
    sizes: SIZES,
    points: [...points, ...rebuilt],
    gpu: { missing: "no adapter" },
  };
  const page = reportPage({ ...await readPublished(RESULTS), stages, serial: SERIAL });
  const figures = page.split("<figure>").slice(1);
  assert.ok(figures.length > 5);
  for (const figure of figures) assert.match(figure, /Deno [^;]+.*Again: <code>deno (task|run) /);
  assert.match(page, /missing: b 2 σ: no FabIO/);
  assert.match(page, /<td>a 2 σ<\/td><td class="number">50\.0 %<\/td><td class="number">8\.00/);
  assert.match(page, /WebGPU is missing: no adapter/);
  assert.doesNotMatch(page, /(src|href)="http/);
});
