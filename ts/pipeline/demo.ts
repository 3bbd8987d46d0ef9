/** The whole way on simulated frames: simulate, sparsify, densify, find peaks, compare with the truth. */
import { join } from "node:path";
import { BraggsieveError, messageOf, OutputError } from "../errors.ts";
import { SimulatedSource } from "../io/simulated.ts";
import { densify } from "./densify.ts";
import { findPeaks } from "./peaks.ts";
import type { RunControl } from "./run.ts";
import { simulate } from "./simulate.ts";
import { sparsify } from "./sparsify.ts";
import type { Summary } from "./summary.ts";
import { compareDense, comparePeaks, type DenseComparison, type PeakComparison } from "./truth_check.ts";

/** What the demo does. */
export interface DemoOptions {
  /** folder for its files; made when it is not there */
  readonly folder: string;
  readonly frames: number;
  readonly seed: number;
}

/** What the demo found. */
export interface DemoReport {
  readonly folder: string;
  readonly steps: readonly Summary[];
  readonly peaks: PeakComparison;
  readonly dense: DenseComparison;
}

/** Limits that a sound build keeps by far; a result beyond them is a defect, not bad luck. */
export const LIMITS = {
  /** part of the strong spots that are found */
  recall: 0.9,
  /** part of the peaks that lie on spots */
  precision: 0.8,
  /** frames told wrongly as hit or blank */
  wrongFrames: 0.1,
  /** rebuilt over original mean, either way */
  mean: 0.15,
} as const;

async function makeFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) {
      throw new OutputError("this program may not write there", folder, "run it with --allow-write", { cause });
    }
    const what = cause instanceof Deno.errors.AlreadyExists ? "is a file, not a folder" : messageOf(cause);
    throw new OutputError(what, folder, "name another folder with -o", { cause });
  }
}

/**
 * Runs the demo; files of an earlier demo in the folder are replaced. Throws what its steps throw, and BraggsieveError
 * when the result does not agree with the truth (`LIMITS`).
 */
export async function demo(
  options: DemoOptions,
  control: RunControl & { step?: (name: string) => void } = {},
): Promise<DemoReport> {
  const { folder, frames, seed } = options;
  // Refuses what cannot be simulated before anything is made.
  new SimulatedSource(frames, { seed }).close();
  await makeFolder(folder);
  const place = (name: string) => join(folder, name);
  const [simulated, geometry] = [place("simulated.h5"), place("simulated.poni")];
  const [sparse, dense, cxi] = [place("sparse.h5"), place("dense.h5"), place("peaks.cxi")];
  const watched = async (name: string, work: () => Promise<Summary>): Promise<Summary> => {
    control.step?.(name);
    return await work();
  };
  const force = true;
  const steps = [
    await watched("simulate", () => simulate({ output: simulated, frames, settings: { seed }, force }, control)),
    await watched("sparsify", () => sparsify({ files: [simulated], geometry, output: sparse, force }, control)),
    await watched("densify", () => densify({ file: sparse, output: dense, seed, force }, control)),
    await watched("peaks", () => findPeaks({ files: [simulated], geometry, output: cxi, force }, control)),
  ];
  control.step?.("compare");
  const report = {
    folder,
    steps,
    peaks: await comparePeaks(simulated, cxi),
    dense: await compareDense(simulated, sparse, dense, geometry),
  };
  const failed = failures(report);
  if (failed.length > 0) throw new BraggsieveError(`the demo does not agree with its truth: ${failed.join("; ")}`);
  return report;
}

/** What lies beyond the limits, one sentence each. */
export function failures({ peaks, dense }: Pick<DemoReport, "peaks" | "dense">): string[] {
  const found: string[] = [];
  const percent = (part: number, whole: number) => `${(100 * part / Math.max(1, whole)).toFixed(1)} %`;
  if (peaks.strongFound < LIMITS.recall * peaks.strongSpots) {
    found.push(`${percent(peaks.strongFound, peaks.strongSpots)} of the strong spots were found`);
  }
  if (peaks.peaksOnSpots < LIMITS.precision * peaks.peaks) {
    found.push(`${percent(peaks.peaksOnSpots, peaks.peaks)} of the peaks lie on spots`);
  }
  if (peaks.wrongFrames > LIMITS.wrongFrames * peaks.frames) {
    found.push(`${peaks.wrongFrames} of ${peaks.frames} frames were taken wrongly as hit or blank`);
  }
  if (dense.keptChanged > 0) found.push(`${dense.keptChanged} kept pixels came back changed`);
  if (!(Math.abs(dense.meanRatio - 1) <= LIMITS.mean)) {
    found.push(`rebuilt rings have ${dense.meanRatio.toFixed(3)} times the mean`);
  }
  return found;
}
