/** One variant from its frames to its figures, step by step; steps that are done are not done again. */
import { join } from "node:path";
import { sparsify } from "../../ts/pipeline/sparsify.ts";
import { index, indexedFrames, INDEXING } from "./index.ts";
import { formatHkl } from "./hkl.ts";
import { merge, type Merged, MERGING } from "./merge.ts";
import {
  CELL_FILE,
  geomText,
  RESOLUTION,
  seriesGeometry,
  SETTINGS,
  STRENGTHS,
  SYMMETRY,
  writeSeries,
} from "./series.ts";
import { isDone, placeOf, type Settings, step } from "./steps.ts";
import { trueIntensities } from "./truth.ts";
import { DATASET, rebuild, type Variant } from "./variants.ts";

/** What all variants share. */
export interface Shared {
  readonly folder: string;
  readonly frames: number;
  readonly shells: number;
  /** the original frames, and CrystFEL's files of the cell and the true intensities */
  readonly series: string;
  readonly cell: string;
  readonly truth: string;
  /** what everything depends on */
  readonly settings: Settings;
}

/** What became of one variant. */
export interface Outcome {
  readonly variant: Variant;
  readonly indexed: readonly boolean[];
  /** of the file that has to be kept: the dense original, or the sparse file */
  readonly bytes: number;
  readonly merged: Merged;
}

/** The hash of the core's sources, so that nothing made by another core is taken for this one's. */
const stamp = async () =>
  (await Deno.readTextFile(new URL("../../ts/engine/wasm/sources.sha256", import.meta.url))).trim();

/** Simulates the series and writes what goes with it. `versions`: of the programs that the figures depend on. */
export async function prepare(
  folder: string,
  frames: number,
  shells: number,
  versions: Readonly<Record<string, string>>,
): Promise<Shared> {
  const simulation = { ...SETTINGS, STRENGTHS, frames, core: await stamp() };
  const series = await step(folder, "dense.h5", simulation, (path) => writeSeries(path, frames));
  const write = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await Deno.writeTextFile(path, text);
    return path;
  };
  return {
    folder,
    frames,
    shells,
    series,
    cell: await write("crystal.cell", CELL_FILE),
    truth: await write("true.hkl", formatHkl(trueIntensities(), SYMMETRY)),
    settings: { ...simulation, ...versions },
  };
}

/** The file of a variant that has to be kept: the original, or the sparse one. */
async function keptFile({ folder, series, settings }: Shared, { cutoff }: Variant): Promise<string> {
  if (cutoff === undefined) return series;
  return await step(folder, `sparse_${cutoff.toFixed(1)}.h5`, { ...settings, cutoff }, async (path) => {
    const picked = { cutoffPick: cutoff };
    await sparsify({ files: [series], geometry: seriesGeometry(), settings: picked, output: path, force: true });
  });
}

/** The streams of the frames with even and with odd numbers, which are indexed side by side. */
async function halves(shared: Shared, variant: Variant, kept: string, settings: Settings): Promise<[string, string]> {
  const { folder, frames, series, cell } = shared;
  const { name, way } = variant;
  const streams = [0, 1].map((half) => ({ half, file: `${name}_${half ? "odd" : "even"}.stream` }));
  const places = streams.map(({ file }) => placeOf(folder, file, settings));
  if (!(await Promise.all(places.map(isDone))).every(Boolean)) {
    const rebuilt = `${name}.h5`;
    const file = way ? await step(folder, rebuilt, settings, (path) => rebuild(kept, way, frames, path)) : series;
    const geom = join(folder, `${name}.geom`);
    await Deno.writeTextFile(geom, geomText(DATASET[way ?? "dense"], series));
    const processes = Math.max(1, navigator.hardwareConcurrency >> 1);
    await Promise.all(streams.map(({ half, file: stream }) => {
      const numbers = Array.from({ length: frames }, (_, i) => i).filter((i) => i % 2 === half);
      return step(folder, stream, settings, (path) => index(folder, { file, geom, cell, numbers }, processes, path));
    }));
    // Rebuilt frames are as large as the original and have had their day.
    if (way) await Deno.remove(file);
  }
  const [even, odd] = places;
  return [even, odd];
}

/** Brings one variant to its figures. Throws when a program fails; then the steps before it stay done. */
export async function evaluate(shared: Shared, variant: Variant): Promise<Outcome> {
  const { folder, frames, shells, cell, truth } = shared;
  const kept = await keptFile(shared, variant);
  const indexing = { ...shared.settings, ...variant, INDEXING };
  const streams = await halves(shared, variant, kept, indexing);
  const merging = { ...indexing, MERGING, RESOLUTION, shells };
  const merged = await step(folder, `${variant.name}.json`, merging, async (path) => {
    await Deno.writeTextFile(path, JSON.stringify(await merge({ halves: streams, cell, truth }, shells)));
  });
  return {
    variant,
    indexed: await indexedFrames(streams, frames),
    bytes: (await Deno.stat(kept)).size,
    merged: JSON.parse(await Deno.readTextFile(merged)) as Merged,
  };
}
