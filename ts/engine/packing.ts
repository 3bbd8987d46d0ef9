/**
 * What packs chunks, maps and lists: each is one call of the function of the same name in core-rs/core (`map_step`,
 * `codec`); no pixel is looked at here.
 */
import type { Encoding } from "../io/frame.ts";
import {
  bitshuffle as wasmBitshuffle,
  decodeChunk as wasmDecodeChunk,
  encodeBitshuffleLz4 as wasmEncodeBitshuffleLz4,
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

/** Packs elements of `size` bytes as one chunk of HDF5 filter 32008 with LZ4. Throws when they are not whole elements. */
export function encodeBitshuffleLz4(bytes: Uint8Array, size: number): Uint8Array {
  return wasmEncodeBitshuffleLz4(bytes, size);
}

/** Unpacks one HDF5 chunk of elements of `size` bytes into `out`, which it fills exactly. Throws where it is damaged. */
export function decodeChunk(encoding: Encoding, chunk: Uint8Array, size: number, out: Uint8Array): void {
  wasmDecodeChunk(encoding, chunk, size, out);
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
