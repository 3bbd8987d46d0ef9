/**
 * What packs maps and lists for sparse files: each is one call of the function of the same name in core-rs/core
 * (`map_step`, `codec/bitshuffle`); no pixel is looked at here.
 */
import {
  bitshuffle as wasmBitshuffle,
  ringShares as wasmRingShares,
  roundToStep as wasmRoundToStep,
} from "./wasm/braggsieve.js";

/**
 * The bits of elements of `size` bytes, shuffled, in new bytes. Throws when they are not whole groups of eight elements
 * of 1, 2, 4 or 8 bytes.
 */
export function bitshuffle(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  return wasmBitshuffle(bytes, size) as Uint8Array<ArrayBuffer>;
}

/**
 * A map with every value rounded to a multiple of `step`, but not below `least`, in a new one; NaN stays NaN. Throws when
 * `step` is not a power of two.
 */
export function roundToStep(map: Float32Array, step: number, least: number): Float32Array {
  return wasmRoundToStep(map, step, least);
}

/**
 * For each bin the share of the valid pixels between its centre and the next one, each times its norm. `radius`: NaN
 * where masked; the first bin's centre lies at `first`, the centres `width` apart. Large maps are sampled. Throws when the
 * maps have different lengths.
 */
export function ringShares(
  radius: Float32Array,
  norms: Float32Array | undefined,
  first: number,
  width: number,
  bins: number,
): Float64Array {
  return wasmRingShares(radius, norms, first, width, bins);
}
