/** What the tests of the file writers share: a small experiment, random frames and temporary folders. */
import type { Geometry } from "../geometry/geometry.ts";
import type { Peaks } from "../engine/engine.ts";

/** An untilted detector of 20 × 30 pixels. */
export const GEOMETRY: Geometry = {
  distance: 0.1,
  poni1: 10.25 * 1e-4,
  poni2: 15.5 * 1.5e-4,
  ...{ rot1: 0, rot2: 0, rot3: 0, pixel1: 1e-4, pixel2: 1.5e-4 },
  wavelength: 1e-10,
  orientation: 3,
  shape: [20, 30],
};

/** Numbers of 0 to 2³²−1 that look random and are the same every time (Marsaglia's xorshift). */
export function* numbers(seed: number): Generator<number> {
  for (let x = seed || 1;;) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    yield x >>> 0;
  }
}

/** `count` numbers below `limit`. */
export function below(limit: number, count: number, seed = 1): number[] {
  const source = numbers(seed);
  return Array.from({ length: count }, () => (source.next().value as number) % limit);
}

/** Peaks at these positions, with values that follow from them. */
export function peaksAt(positions: readonly (readonly [number, number])[]): Peaks {
  return {
    count: positions.length,
    x: Float32Array.from(positions, ([x]) => x),
    y: Float32Array.from(positions, ([, y]) => y),
    intensity: Float32Array.from(positions, ([x, y]) => 10 * x + y),
    sigma: Float32Array.from(positions, ([x]) => 2 + x),
    pixels: Float32Array.from(positions, (_, i) => i + 1),
  };
}
