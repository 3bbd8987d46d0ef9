/** What a run reports when it is done: one record for `--json` and for the one-line summary. */
import { h5LibraryName } from "../io/hdf5/h5.ts";
import { filePart } from "../io/open.ts";
import type { ThresholdChange } from "./threshold.ts";

/** The summary of a run. */
export interface Summary {
  readonly command: string;
  readonly engine: string;
  /** the library that HDF5 files were read and written with, and its place; absent when there were none */
  readonly hdf5?: string;
  /** frames that were worked on at the same time */
  readonly jobs: number;
  readonly output: string;
  readonly frames: number;
  /** of them, those that an earlier, killed run had done */
  readonly resumedFrames: number;
  /** s */
  readonly seconds: number;
  readonly framesPerSecond: number;
  /** bytes of the input files on disk */
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** unmasked pixels in all frames together */
  readonly validPixels: number;
  /** pixels masked in single frames only: NaN, out of range, dummy */
  readonly invalidPixels: number;
  readonly keptPixels?: number;
  readonly peaks?: number;
  /** peaks of each frame, in order */
  readonly peaksPerFrame?: readonly number[];
  /** frames with enough peaks */
  readonly hits?: number;
  /** fewest peaks of a hit, and from which frame of the run on */
  readonly thresholds?: readonly ThresholdChange[];
  /** further files that were made */
  readonly beside?: readonly string[];
  /** what the user should know */
  readonly notes: readonly string[];
  /** every setting that was used */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What a summary says of the HDF5 library that was used. */
export function usedHdf5(): Pick<Summary, "hdf5"> {
  const name = h5LibraryName();
  return name === undefined ? {} : { hdf5: name };
}

/** Bytes of files on disk; one that is named twice counts once, a source that is no file not at all. */
export async function bytesOfFiles(names: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const file of new Set(names.map(filePart))) {
    try {
      bytes += (await Deno.stat(file)).size;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return bytes;
}

/** Frames per second; 0 for no frames. */
export function rate(frames: number, seconds: number): number {
  return frames === 0 ? 0 : frames / Math.max(seconds, 1e-9);
}
