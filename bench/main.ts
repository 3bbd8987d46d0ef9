/**
 * Speed, against the peers and against the memory of the machine, all in one run:
 *
 *     deno task bench                 everything; writes bench/results, docs/scaling.svg and the README's figures
 *     deno task bench clip decode     these stages; only prints
 *     deno task bench --smoke         once each, on small simulated frames; only shows that everything runs
 *
 * BRAGGSIEVE_DATA: the data folder; BRAGGSIEVE_PYTHON: a Python with bench/requirements.txt; CRYSTFEL: CrystFEL's
 * folder. A peer that is missing is named as missing.
 */
import { fileURLToPath } from "node:url";
import type { Bench } from "./bench.ts";
import { clip } from "./clip.ts";
import { COLUMNS, type Row } from "./compare.ts";
import { decode } from "./decode.ts";
import { decodeClipPick } from "./decode_clip_pick.ts";
import { densify } from "./densify.ts";
import { contenders } from "./engines.ts";
import { realInput, simulatedInput } from "./input.ts";
import { load, machine } from "./machine.ts";
import { memoryCopy } from "./memory_copy.ts";
import { peaks } from "./peaks.ts";
import { output } from "./program.ts";
import { figures, withFigures } from "./publish/figures.ts";
import { ratioText, spreadText, timesText } from "./publish/numbers.ts";
import { type Results, writeResults } from "./publish/results.ts";
import { scalingPlot } from "./publish/scaling_plot.ts";
import { scalingTable } from "./publish/scaling_table.ts";
import { scaling } from "./scaling.ts";
import { wholeProgram } from "./whole_program.ts";

/** Stages by the names of their files, in the order of the figures. */
const STAGES: Readonly<Record<string, (bench: Bench) => Promise<Row[]>>> = {
  whole_program: wholeProgram,
  clip,
  densify,
  peaks,
  decode_clip_pick: decodeClipPick,
  decode,
};

/** Rounds of a run that counts. */
const ROUNDS = 7;

/** What the command line asks for. Throws for a stage that there is not. */
function parse(words: readonly string[]): { smoke: boolean; wanted: readonly string[] } {
  const wanted = words.filter((word) => word !== "--smoke");
  const unknown = wanted.find((word) => word !== "scaling" && !(word in STAGES));
  if (unknown) throw new Error(`there is no stage ${unknown}: take ${Object.keys(STAGES).join(", ")} or scaling`);
  return { smoke: words.includes("--smoke"), wanted };
}

function print(row: Row): void {
  console.log(`\n${row.what}`);
  for (const column of COLUMNS) {
    const times = row.ours[column];
    if (times) console.log(`  ${column.padEnd(8)} ${timesText(times, row)}`);
  }
  for (const { name, times, ratios } of row.peers) {
    const ratio = COLUMNS.flatMap((column) => {
      const value = ratios[column];
      return value === undefined ? [] : [`${column} ${ratioText(value)}`];
    });
    console.log(`  ${name}: ${[times ? timesText(times, row) : "missing", ...ratio].join(", ")}`);
  }
  for (const note of row.notes ?? []) console.log(`  (${note})`);
}

/** All that a run measures. `common`: what was known before it began, and takes note of versions. */
async function measure(
  bench: Bench,
  wanted: readonly string[],
  common: Pick<Results, "load" | "versions">,
): Promise<Results> {
  const want = (stage: string) => wanted.length === 0 || wanted.includes(stage);
  const copy = await memoryCopy(bench.effort, bench.smoke);
  console.log(`memory copy: ${spreadText(copy.oneThread)} GB/s, all cores ${spreadText(copy.allCores)} GB/s`);
  const stages: Record<string, Row[]> = {};
  for (const [stage, run] of Object.entries(STAGES)) {
    if (!want(stage)) continue;
    stages[stage] = await run(bench);
    stages[stage].forEach(print);
  }
  const points = want("scaling") ? await scaling(bench) : [];
  if (points.length > 0) console.log(`\nscaling, Mpixel/s\n${scalingTable(points)}`);
  const { input: { title: input }, effort: { rounds } } = bench;
  return { ...common, machine: machine(), input, rounds, copy, stages, scaling: points };
}

async function publish(results: Results): Promise<void> {
  await writeResults(results, new URL("results/", import.meta.url));
  const figure = new URL("../docs/scaling.svg", import.meta.url);
  await Deno.writeTextFile(figure, scalingPlot(results.scaling));
  const readme = new URL("../README.md", import.meta.url);
  await Deno.writeTextFile(readme, withFigures(await Deno.readTextFile(readme), figures(results)));
  await output(Deno.execPath(), ["fmt", "--quiet", fileURLToPath(readme), fileURLToPath(figure)]);
}

const { smoke, wanted } = parse(Deno.args);
const start = performance.now();
const before = load();
if (before > machine().cores / 4) {
  console.log(`the machine is busy (load ${before.toFixed(1)}): figures will be too slow`);
}
const folder = await Deno.makeTempDir();
try {
  const versions: Record<string, string> = {};
  const results = await measure(
    {
      input: await (smoke ? simulatedInput(folder) : realInput(folder)),
      contenders: contenders(),
      folder,
      effort: smoke ? { rounds: 1, warm: false } : { rounds: ROUNDS, warm: true },
      smoke,
      versions: (found) => void Object.assign(versions, found),
    },
    wanted,
    { load: before, versions },
  );
  if (!smoke && wanted.length === 0) {
    await publish(results);
  } else {
    // The reports are made, so that they cannot rot, and thrown away.
    if (wanted.length === 0) console.log(`\n${figures(results)}`, scalingPlot(results.scaling).length);
    console.log("nothing was written");
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
console.log(`${((performance.now() - start) / 1000).toFixed(0)} s`);
