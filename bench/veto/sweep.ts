/** What a threshold costs and saves, from what is known of each frame. */

/** What is known of one frame. */
export interface Known {
  readonly peaks: number;
  /** whether it was simulated with a crystal */
  readonly hit: boolean;
  /** whether CrystFEL indexes it; absent where there was no CrystFEL */
  readonly indexed?: boolean;
  readonly bytes: number;
}

/** What one threshold does. Rates are parts of 1; absent where there is nothing to divide by. */
export interface SweepPoint {
  readonly threshold: number;
  /** frames kept */
  readonly kept: number;
  /** part of the bytes that is dropped */
  readonly bandwidthSaved: number;
  /** part of the frames with a crystal that is kept; of those without */
  readonly truePositives?: number;
  readonly falsePositives?: number;
  /** part of the frames that CrystFEL indexes which is dropped */
  readonly indexableLost?: number;
  /** part of the kept frames, and of the dropped ones, that CrystFEL indexes */
  readonly indexingOfKept?: number;
  readonly indexingOfDropped?: number;
}

const part = (count: number, all: number): number | undefined => all === 0 ? undefined : count / all;

/** A point for each threshold. */
export function sweep(frames: readonly Known[], thresholds: readonly number[]): SweepPoint[] {
  const total = frames.reduce((sum, { bytes }) => sum + bytes, 0);
  const withTruth = frames.filter(({ hit }) => hit).length;
  const known = frames.every(({ indexed }) => indexed !== undefined);
  const indexable = frames.filter(({ indexed }) => indexed).length;
  return thresholds.map((threshold) => {
    const kept = frames.filter(({ peaks }) => peaks >= threshold);
    const keptBytes = kept.reduce((sum, { bytes }) => sum + bytes, 0);
    const keptHits = kept.filter(({ hit }) => hit).length;
    const keptIndexed = kept.filter(({ indexed }) => indexed).length;
    const rates = {
      truePositives: part(keptHits, withTruth),
      falsePositives: part(kept.length - keptHits, frames.length - withTruth),
      ...(known
        ? {
          indexableLost: part(indexable - keptIndexed, indexable),
          indexingOfKept: part(keptIndexed, kept.length),
          indexingOfDropped: part(indexable - keptIndexed, frames.length - kept.length),
        }
        : {}),
    };
    const given = Object.entries(rates).filter(([, value]) => value !== undefined);
    return {
      threshold,
      kept: kept.length,
      bandwidthSaved: total === 0 ? 0 : 1 - keptBytes / total,
      ...Object.fromEntries(given),
    };
  });
}
