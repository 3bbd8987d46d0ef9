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

/** Brings one variant to its figures. Throws when a program fails; then the steps before it stay done. */
export async function evaluate(shared: Shared, variant: Variant): Promise<Outcome> {
  const { folder, frames, shells, series, cell, truth } = shared;
  const { name, cutoff, way } = variant;
  let kept = series;
  if (cutoff !== undefined) {
    const settings = { ...shared.settings, cutoff };
    kept = await step(folder, `sparse_${cutoff.toFixed(1)}.h5`, settings, async (path) => {
      await sparsify({
        files: [series],
        geometry: seriesGeometry(),
        settings: { cutoffPick: cutoff },
        output: path,
        force: true,
      });
    });
  }
  const indexing = { ...shared.settings, ...variant, INDEXING };
  const file = placeOf(folder, `${name}.h5`, indexing);
  const stream = await step(folder, `${name}.stream`, indexing, async (path) => {
    if (way !== undefined) {
      await step(folder, `${name}.h5`, indexing, (unfinished) => rebuild(kept, way, frames, unfinished));
    }
    const geom = join(folder, `${name}.geom`);
    await Deno.writeTextFile(geom, geomText(DATASET[way ?? "dense"], series));
    await index(folder, { file: way === undefined ? series : file, geom, cell, count: frames }, path);
  });
  // Rebuilt frames are as large as the original and have had their day.
  if (way !== undefined && await isDone(file)) await Deno.remove(file);
  const merging = { ...indexing, MERGING, RESOLUTION, shells };
  const merged = await step(folder, `${name}.json`, merging, async (path) => {
    await Deno.writeTextFile(path, JSON.stringify(await merge(folder, { stream, cell, truth }, shells)));
  });
  return {
    variant,
    indexed: await indexedFrames(stream, frames),
    bytes: (await Deno.stat(kept)).size,
    merged: JSON.parse(await Deno.readTextFile(merged)) as Merged,
  };
}
