/**
 * How coarsely the maps of a sparse file may be rounded, decided on the background curves of its frames.
 *
 * A pixel rebuilt without noise is `background(radius) · norm`, rounded to counts. An error `e` of it, small against a
 * count, moves it to the next count with probability |e|. Radii rounded to multiples of `s` have a mean error of s/4,
 * so the background of a pixel between two bins `w` apart errs by |change between them| · s / 4w on average; likewise
 * rounded norms by background · s/4. Means over the valid pixels of a frame say which part of them will differ by one
 * count; the frame where it is the largest decides. On the thaumatin frames, straight and tilted, what was found was up
 * to 1.5 times what this foretells: whether a background crosses a half just there is chance.
 */
import type { PlanMaps } from "../engine/plan_maps.ts";

/** Part of the pixels of any frame that may be foretold to differ: half of the 0.01 % that are promised. */
export const PART_MOVED = 5e-5;

/** However flat a background is, radii are kept to this part of a bin width, … */
const COARSEST = 1 / 16;
/** … and norms to this part of their mean. */
const COARSEST_NORM = 1 / 256;

/** Steps that maps are rounded to: powers of two; absent where a map must stay as it is. */
export interface MapSteps {
  readonly radius?: number;
  readonly normalization?: number;
}

const powerOfTwoBelow = (value: number) => 2 ** Math.floor(Math.log2(value));
const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

/** Sees the curves of all frames and then tells the steps. */
export class MapChoice {
  readonly #maps: PlanMaps;
  /** distance of the centres */
  readonly #width: number;
  /** largest mean change of the background between neighbouring bins, and largest mean background, in counts */
  #change = 0;
  #level = 0;

  /** `radial`: the bins' centres, two or more. */
  constructor(maps: PlanMaps, radial: Float32Array) {
    this.#maps = maps;
    const last = radial.length - 1;
    this.#width = (radial[last] - radial[0]) / last;
  }

  /** Takes note of a frame's background, one value per bin. */
  note(mean: Float32Array): void {
    const { shares, weights = shares } = this.#maps;
    let [change, level] = [0, 0];
    for (let bin = 0; bin < mean.length; bin++) {
      if (bin + 1 < mean.length) change += weights[bin] * Math.abs(mean[bin + 1] - mean[bin]);
      level += shares[bin] * Math.abs(mean[bin]);
    }
    this.#change = Math.max(this.#change, change);
    this.#level = Math.max(this.#level, level);
  }

  /** The steps that suit all frames noted. */
  steps(): MapSteps {
    const { shares, weights } = this.#maps;
    // Both maps may move pixels: each half of them.
    const part = weights ? PART_MOVED / 2 : PART_MOVED;
    const radius = powerOfTwoBelow(Math.min(COARSEST, 4 * part / this.#change) * this.#width);
    if (!weights) return usable({ radius });
    const mean = sum(weights) / sum(shares);
    return usable({ radius, normalization: powerOfTwoBelow(Math.min(COARSEST_NORM * mean, 4 * part / this.#level)) });
  }
}

/** A background that is no number, or beyond all bounds, leaves a map as it is. */
function usable(steps: { radius: number; normalization?: number }): MapSteps {
  return Object.fromEntries(Object.entries(steps).filter(([, step]) => step > 1e-30 && step < 1e30));
}
