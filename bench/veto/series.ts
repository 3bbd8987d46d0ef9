/** The series that is judged: frames with known hits of very different strength, small as serial crystallography's. */
import { join } from "node:path";
import { openTruth } from "../../ts/io/truth.ts";
import { simulate } from "../../ts/pipeline/simulate.ts";

/** Mean photons of a strong reflection: from crystals that nobody indexes to plain ones. */
export const STRENGTHS = [30, 60, 90, 150, 400] as const;
/** One frame in three has a crystal: what makes a veto worth its while. */
export const HIT_FRACTION = 1 / 3;

/** One file of the series. */
export interface Part {
  readonly file: string;
  readonly poni: string;
  readonly photons: number;
  /** whether each frame has a crystal */
  readonly hits: readonly boolean[];
}

/** Simulates the series into `folder`, `frames` in each file; files of an earlier run are used again. */
export async function makeSeries(folder: string, frames: number): Promise<Part[]> {
  const parts: Part[] = [];
  for (const photons of STRENGTHS) {
    const file = join(folder, `photons${photons}_${frames}.h5`);
    // Without dead and hot pixels, which differ between seeds: all parts have one mask.
    const settings = {
      spot_photons: photons,
      hit_fraction: HIT_FRACTION,
      seed: photons,
      dead_fraction: 0,
      hot_fraction: 0,
    };
    const there = await Deno.stat(file).then(() => true, () => false);
    if (!there) await simulate({ output: file, frames, settings, force: true });
    const truth = await openTruth(file);
    const hits = Array.from({ length: truth.frameCount }, (_, index) => truth.frame(index).hit);
    truth.close();
    parts.push({ file, poni: file.replace(/\.h5$/, ".poni"), photons, hits });
  }
  return parts;
}
