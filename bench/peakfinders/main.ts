/**
 * Peak finders side by side on the same frames, real and simulated: peaks, how many of them the others find, how many lie
 * on predicted reflections, per resolution shell, and the frames that CrystFEL indexes from them.
 *
 *     deno task bench:peakfinders             writes bench/results/peakfinders.json and docs/peakfinders.svg
 *     deno task bench:peakfinders --smoke     a few simulated frames; only shows that everything runs
 *
 * CRYSTFEL: CrystFEL's folder; BRAGGSIEVE_PYTHON: a Python with hdf5plugin; BRAGGSIEVE_DATA: the data folder.
 */
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { crystfel, fabio } from "../../ts/interop/clients.ts";
import type { StreamFrame } from "../../ts/io/stream/types.ts";
import { simulate } from "../../ts/pipeline/simulate.ts";
import { dataPath } from "../../ts/testing.ts";
import { messageOf } from "../../ts/errors.ts";
import { load, machine } from "../machine.ts";
import { output } from "../program.ts";
import { SIMULATED_CELL } from "../simulated_cell.ts";
import { compare, type Found } from "./compare.ts";
import { FINDERS, type Frames, indexedPeaks, INDEXING, type Indexing } from "./finders.ts";
import { peakfindersPlot } from "./plot.ts";

/** Shells of resolution, and 1/d up to which they go, nm⁻¹. */
const [SHELLS, MOST] = [16, 6.4];

/** Frames with a crystal each, of about the size of the field's small detectors. */
async function simulated(folder: string, count: number): Promise<Frames> {
  const stack = join(folder, "simulated.h5");
  await simulate({ output: stack, frames: count, settings: { hit_fraction: 1, spot_photons: 300 } });
  const cell = join(folder, "simulated.cell");
  await Deno.writeTextFile(cell, SIMULATED_CELL);
  return { title: `${count} simulated frames`, stack, geometry: join(folder, "simulated.poni"), cell, count };
}

/** The real scan; undefined, with a line that says so, when it is not there. */
async function real(): Promise<Frames | undefined> {
  const path = (name: string) => dataPath(`thaumatin/${name}`);
  const [stack, geometry, cell] = ["thaumatin_bslz4.h5", "thaumatin.poni", "thaumatin.cell"].map(path);
  if (await Deno.stat(stack).then(() => true, () => false)) {
    return { title: "8 thaumatin frames", stack, geometry, cell, count: 8 };
  }
  console.log("skipped: the real scan: BRAGGSIEVE_DATA names no folder that has it");
  return undefined;
}

/** One set of frames under one way of indexing. */
interface Outcome {
  readonly title: string;
  readonly indexing: Indexing;
  readonly frames: number;
  readonly found: readonly Found[];
  readonly missing: Readonly<Record<string, string>>;
}

async function run(folder: string, frames: Frames, indexing: Indexing): Promise<Outcome> {
  const streams = new Map<string, StreamFrame[]>();
  const missing: Record<string, string> = {};
  for (const finder of FINDERS) {
    try {
      const stream = await indexedPeaks(folder, frames, finder, indexing);
      // A build without a finder says so nowhere but in what it does not find.
      if (stream.every(({ peakCount }) => peakCount === 0)) {
        throw new Error("found no peak: not in this build of CrystFEL?");
      }
      streams.set(finder, stream);
    } catch (error) {
      missing[finder] = messageOf(error).slice(0, 200);
      console.log(`missing: ${finder}: ${missing[finder]}`);
    }
  }
  const found = compare(streams, MOST, SHELLS);
  console.log(`${frames.title}, ${indexing}`);
  for (const { finder, peaks, framesIndexed, peaksIndexed, peaksInIndexedFrames, alsoFoundBy } of found) {
    const also = Object.entries(alsoFoundBy).map(([name, part]) => `${(100 * part).toFixed(1)} % also by ${name}`);
    const part = (100 * peaksIndexed / Math.max(1, peaksInIndexedFrames)).toFixed(1);
    console.log(
      `  ${finder}: ${peaks} peaks, ${framesIndexed} frames indexed, ${part} % on reflections, ${also.join(", ")}`,
    );
  }
  return { title: frames.title, indexing, frames: frames.count, found, missing };
}

const smoke = Deno.args.includes("--smoke");
const absence = crystfel.absence ?? fabio.absence;
if (absence) {
  console.log(`skipped: the peak finders: ${absence}`);
  Deno.exit(0);
}
const folder = await Deno.makeTempDir();
try {
  const before = load();
  const sets = smoke ? [await simulated(folder, 4)] : [await real(), await simulated(folder, 100)];
  const ways: readonly Indexing[] = smoke ? ["xgandalf, fast"] : Object.keys(INDEXING) as Indexing[];
  const outcomes: Outcome[] = [];
  for (const frames of sets) {
    for (const indexing of ways) if (frames) outcomes.push(await run(folder, frames, indexing));
  }
  const figure = peakfindersPlot(outcomes.filter(({ indexing }) => indexing === ways[0]));
  if (smoke) console.log("nothing was written");
  else {
    const results = { machine: machine(), load: before, indexing: INDEXING, outcomes };
    const json = new URL("../results/peakfinders.json", import.meta.url);
    await Deno.writeTextFile(json, JSON.stringify(results, null, 2) + "\n");
    const place = new URL("../../docs/peakfinders.svg", import.meta.url);
    await Deno.writeTextFile(place, figure);
    await output(Deno.execPath(), ["fmt", "--quiet", fileURLToPath(place), fileURLToPath(json)]);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
