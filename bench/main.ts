/**
 * Speed, against the peers and against the memory of the machine, all in one run:
 *
 *     deno task bench                 everything but bench:serial; writes bench/results, bench/report, docs/*.svg, README
 *     deno task bench clip stages     these alone; only prints
 *     deno task bench --smoke         once each, on small simulated frames; only shows that everything runs
 *     deno task bench --alone         without the veto and the peak finders, whose tasks publish their own results
 *     deno task bench --out=FOLDER    publishes nothing: results and report go to FOLDER
 *
 * BRAGGSIEVE_DATA: the data folder; CRYSTFEL: CrystFEL's folder; the Python of the peers: see python.ts. A peer that is
 * missing is named as missing.
 */
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { UsageError } from "../ts/errors.ts";
import type { Bench } from "./bench.ts";
import { machine } from "./machine.ts";
import { memoryCopy } from "./memory_copy.ts";
import { runOthers } from "./others.ts";
import { output } from "./program.ts";
import { figures, withFigures } from "./publish/figures.ts";
import { spreadText } from "./publish/numbers.ts";
import { readPublished, REPORT, RESULTS } from "./publish/published.ts";
import { writeReport } from "./publish/report.ts";
import { type Results, writeResults } from "./publish/results.ts";
import { scalingPlot } from "./publish/scaling_plot.ts";
import { scalingTable } from "./publish/scaling_table.ts";
import { scaling } from "./scaling.ts";
import { scalingSettings } from "./scaling_settings.ts";
import { type StageResults, stages } from "./stages.ts";
import { loadBefore, measureRows, parse, ROW_STAGES, runTask, withBench } from "./suite.ts";

/** What is measured besides the comparisons with peers. */
const OTHERS = ["stages", "scaling", "scaling_settings"];

/** All that a run measures. `common`: what was known before it began, and takes note of versions. */
async function measure(
  bench: Bench,
  want: (stage: string) => boolean,
  common: Pick<Results, "load" | "versions">,
): Promise<Results> {
  const copy = await memoryCopy(bench.effort, bench.smoke);
  console.log(`memory copy: ${spreadText(copy.oneThread)} GB/s, all cores ${spreadText(copy.allCores)} GB/s`);
  const rows = await measureRows(bench, want);
  const apart = want("stages") ? await stages(bench, copy) : undefined;
  if (apart) printStages(apart);
  const points = want("scaling") ? scaling(bench) : [];
  if (points.length > 0) console.log(`\nscaling, Mpixel/s\n${scalingTable(points)}`);
  const settings = want("scaling_settings") ? scalingSettings(bench) : [];
  for (const { setting, value, kept, engine, threads, clip, pick } of settings) {
    const times = `clip ${spreadText(clip)} ms, pick ${spreadText(pick)} ms, ${(100 * kept).toFixed(2)} % kept`;
    console.log(`${setting} ${value}, ${engine}, threads ${threads}: ${times}`);
  }
  const { input: { title: input }, effort: { rounds } } = bench;
  const measured = { rows, ...(apart ? { apart } : {}), scaling: points, settings };
  return { ...common, machine: machine(), input, rounds, copy, ...measured };
}

function printStages({ points, gpu }: StageResults): void {
  for (const { stage, engine, threads, times, bytes, partOfCopySpeed } of points) {
    const speed = `${(bytes / 1e6 / times.median).toFixed(2)} GB/s, ${(100 * partOfCopySpeed).toFixed(1)} % of a copy`;
    console.log(`${stage}, ${engine}, threads ${threads}: ${spreadText(times)} ms, ${speed}`);
  }
  if ("missing" in gpu) return;
  for (const { stage, times } of gpu.stages) console.log(`${stage}, ${gpu.adapter}: ${spreadText(times)} ms`);
}

async function publish(results: Results): Promise<void> {
  await writeResults(results, RESULTS);
  const figure = new URL("../docs/scaling.svg", import.meta.url);
  await Deno.writeTextFile(figure, scalingPlot(results.scaling));
  const readme = new URL("../README.md", import.meta.url);
  await Deno.writeTextFile(readme, withFigures(await Deno.readTextFile(readme), figures(results)));
  await output(Deno.execPath(), ["fmt", "--quiet", fileURLToPath(readme), fileURLToPath(figure)]);
  console.log(await writeReport(await readPublished(RESULTS), REPORT));
}

/** Makes everything that a run publishes, so that it cannot rot, in a folder of its own. */
async function rehearse(results: Results, folder: string): Promise<void> {
  const place = pathToFileURL(`${resolve(folder)}/`);
  await writeResults(results, place);
  console.log(`\n${figures(results)}`, scalingPlot(results.scaling).length);
  console.log(await writeReport(await readPublished(place), new URL("report/", place)));
}

await runTask(async () => {
  const { smoke, alone, stages: wanted, out } = parse(Deno.args, [...Object.keys(ROW_STAGES), ...OTHERS]);
  const want = (stage: string) => wanted.length === 0 || wanted.includes(stage);
  if (out !== undefined && pathToFileURL(`${resolve(out)}/`).href === RESULTS.href) {
    throw new UsageError("--out is not for what is published: name another folder");
  }
  const before = loadBefore();
  await withBench(smoke, async (bench, versions) => {
    const results = await measure(bench, want, { load: before, versions });
    if (wanted.length === 0 && !alone) await runOthers(smoke);
    if (!smoke && wanted.length === 0 && out === undefined) return await publish(results);
    if (wanted.length === 0 || out !== undefined) await rehearse(results, out ?? `${bench.folder}/published`);
    console.log("nothing was published");
  });
});
