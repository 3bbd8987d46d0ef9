/**
 * What packs and looks through chunks, maps and lists: each is one call of the function of the same name in core-rs/core (`map_step`,
 * `codec`), WebAssembly's until an engine gives faster ones; no pixel is looked at here.
 */
import type { Encoding } from "../io/frame.ts";
import {
  bitshuffle as wasmBitshuffle,
  decodeChunk as wasmDecodeChunk,
  encodeBitshuffleLz4 as wasmEncodeBitshuffleLz4,
  nanMask as wasmNanMask,
  nonzeroMask as wasmNonzeroMask,
  ringShares as wasmRingShares,
  roundToStep as wasmRoundToStep,
} from "./wasm/braggsieve.js";

/** What packs, on one engine. */
export interface Packing {
  /**
   * The bits of elements of `size` bytes, shuffled, in new bytes. Throws when they are not whole groups of eight elements
   * of 1, 2, 4 or 8 bytes.
   */
  bitshuffle(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer>;
  /** Packs elements of `size` bytes as one chunk of HDF5 filter 32008 with LZ4. Throws when they are not whole elements. */
  encodeBitshuffleLz4(bytes: Uint8Array, size: number): Uint8Array;
  /** Unpacks one HDF5 chunk of elements of `size` bytes into `out`, which it fills exactly. Throws where it is damaged. */
  decodeChunk(encoding: Encoding, chunk: Uint8Array, size: number, out: Uint8Array): void;
  /**
   * A map with every value rounded to a multiple of `step`, but not below `least`, in a new one; NaN stays NaN. Throws
   * when `step` is not a power of two.
   */
  roundToStep(map: Float32Array, step: number, least: number): Float32Array;
  /**
   * For each bin the share of the valid pixels between its centre and the next one, each times its norm. `radius`: NaN
   * where masked; the first bin's centre lies at `first`, the centres `width` apart. Large maps are sampled. Throws when
   * the maps have different lengths.
   */
  ringShares(
    radius: Float32Array,
    norms: Float32Array | undefined,
    first: number,
    width: number,
    bins: number,
  ): Float64Array;
  /** 1 where an element of `size` bytes is not zero (for floats: NaN is not), one byte per element. */
  nonzeroMask(bytes: Uint8Array, size: number, float: boolean): Uint8Array;
  /** 1 where a value is NaN: the mask that a map of radii tells. */
  nanMask(map: Float32Array): Uint8Array;
}

let packing: Packing = {
  bitshuffle: (bytes, size) => wasmBitshuffle(bytes, size) as Uint8Array<ArrayBuffer>,
  encodeBitshuffleLz4: wasmEncodeBitshuffleLz4,
  decodeChunk: wasmDecodeChunk,
  roundToStep: wasmRoundToStep,
  ringShares: wasmRingShares,
  nonzeroMask: wasmNonzeroMask,
  nanMask: wasmNanMask,
};

/** Packs with another engine from now on; the results are the same. */
export function usePacking(other: Packing): void {
  packing = other;
}

/** See {@linkcode Packing}. */
export const bitshuffle: Packing["bitshuffle"] = (bytes, size) => packing.bitshuffle(bytes, size);
/** See {@linkcode Packing}. */
export const encodeBitshuffleLz4: Packing["encodeBitshuffleLz4"] = (bytes, size) =>
  packing.encodeBitshuffleLz4(bytes, size);
/** See {@linkcode Packing}. */
export const decodeChunk: Packing["decodeChunk"] = (encoding, chunk, size, out) =>
  packing.decodeChunk(encoding, chunk, size, out);
/** See {@linkcode Packing}. */
export const roundToStep: Packing["roundToStep"] = (map, step, least) => packing.roundToStep(map, step, least);

/** See {@linkcode Packing}. */
export const ringShares: Packing["ringShares"] = (...maps) => packing.ringShares(...maps);
/** See {@linkcode Packing}. */
export const nonzeroMask: Packing["nonzeroMask"] = (bytes, size, float) => packing.nonzeroMask(bytes, size, float);
/** See {@linkcode Packing}. */
export const nanMask: Packing["nanMask"] = (map) => packing.nanMask(map);
