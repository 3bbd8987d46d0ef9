/** What several peak finders found in the same frames. */
import type { StreamFrame, StreamPeaks } from "../../ts/io/stream/types.ts";
import { histogram, near, type Shell } from "./match.ts";

/** A finder's figures. */
export interface Found {
  readonly finder: string;
  readonly peaks: number;
  readonly peaksPerFrame: readonly number[];
  /** frames with a lattice */
  readonly framesIndexed: number;
  /** peaks within two pixels of a reflection that indexing predicts, of those in frames with a lattice */
  readonly peaksIndexed: number;
  readonly peaksInIndexedFrames: number;
  /** part of the peaks that another finder has within two pixels, by its name */
  readonly alsoFoundBy: Readonly<Record<string, number>>;
  readonly shells: readonly Shell[];
}

const NONE: StreamPeaks = {
  count: 0,
  x: new Float64Array(),
  y: new Float64Array(),
  resolution: new Float64Array(),
  intensity: new Float64Array(),
  panel: [],
};

/** Whether each peak of a frame lies near a reflection predicted for one of its lattices. */
function predicted({ peaks = NONE, crystals }: StreamFrame): boolean[] {
  const flags = crystals.map(({ reflections }) => near(peaks, reflections));
  return Array.from({ length: peaks.count }, (_, i) => flags.some((of) => of[i]));
}

/** Figures of all finders. `most`: 1/d up to which shells go, nm⁻¹. */
export function compare(streams: ReadonlyMap<string, readonly StreamFrame[]>, most: number, shells: number): Found[] {
  return [...streams].map(([finder, frames]) => {
    const flags = frames.map(predicted);
    const peaks = frames.flatMap(({ peaks = NONE }, frame) =>
      Array.from(peaks.resolution, (resolution, i) => ({ resolution, indexed: flags[frame][i] }))
    );
    const inIndexed = frames.flatMap(({ crystals }, frame) => crystals.length > 0 ? flags[frame] : []);
    const also = [...streams].filter(([name]) => name !== finder).map(([name, others]) => {
      const matched = frames.flatMap(({ peaks = NONE }, frame) => near(peaks, others[frame]?.peaks ?? NONE));
      return [name, matched.length === 0 ? 0 : matched.filter(Boolean).length / matched.length] as const;
    });
    return {
      finder,
      peaks: peaks.length,
      peaksPerFrame: frames.map(({ peaks = NONE }) => peaks.count),
      framesIndexed: frames.filter(({ crystals }) => crystals.length > 0).length,
      peaksIndexed: inIndexed.filter(Boolean).length,
      peaksInIndexedFrames: inIndexed.length,
      alsoFoundBy: Object.fromEntries(also),
      shells: histogram(peaks, most, shells),
    };
  });
}
