/** Results as every engine gives them, from the words that the stages leave on the GPU. */
import type { Peaks, Profile } from "../engine.ts";
import { PEAK_WORDS } from "./batch.ts";

/** Column of a profile that counts the pixels with a valid value; see plan.wgsl. */
export const VALID_COLUMN = 9;

/** Peaks from rows of x, y, intensity, sigma and number of pixels (peaks.wgsl), from byte `start` on. */
export function peaksOf(
  buffer: ArrayBufferLike,
  start = 0,
  count = (buffer.byteLength - start) / (PEAK_WORDS * 4),
): Peaks {
  const rows = new Float32Array(buffer, start, count * PEAK_WORDS);
  const integers = new Uint32Array(buffer, start, count * PEAK_WORDS);
  const [x, y, intensity, sigma, pixels] = Array.from({ length: PEAK_WORDS }, () => new Float32Array(count));
  for (let peak = 0, at = 0; peak < count; peak++, at += PEAK_WORDS) {
    x[peak] = rows[at];
    y[peak] = rows[at + 1];
    intensity[peak] = rows[at + 2];
    sigma[peak] = rows[at + 3];
    pixels[peak] = integers[at + 4];
  }
  return { count, x, y, intensity, sigma, pixels };
}

/** The columns of a frame's profile (plan.wgsl) in a buffer of its own. */
export function profileOf(buffer: ArrayBufferLike, radial: Float64Array): Profile {
  const bins = radial.length;
  const column = (at: number) => new Float64Array(buffer, at * bins * 8, bins);
  const count = Float64Array.from(new Uint32Array(buffer, 8 * bins * 4, bins));
  return { radial, mean: column(0), std: column(1), sem: column(2), count };
}

/** Pixels that held a valid value: the last column of a profile, summed. */
export function validOf(column: Uint32Array): number {
  return column.reduce((sum, n) => sum + n, 0);
}
