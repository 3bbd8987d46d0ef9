/**
 * What packs and looks through chunks, masks and lists: each is one call of the function of the same name in
 * core-rs/core (`mask`, `codec`), WebAssembly's until an engine gives faster ones; no pixel is looked at here.
 */
import type { EncodedFrame, Encoding, PixelType } from "../io/frame.ts";
import { encodeBitshuffleZstd } from "./bitshuffle_zstd.ts";
import {
  commonMask as wasmCommonMask,
  countNan as wasmCountNan,
  decodeChunk as wasmDecodeChunk,
  encodeBitshuffleLz4 as wasmEncodeBitshuffleLz4,
  encodeMask as wasmEncodeMask,
  frameMarks as wasmFrameMarks,
  nanMask as wasmNanMask,
  nonzeroMask as wasmNonzeroMask,
  unitedMask as wasmUnitedMask,
} from "./wasm/braggsieve.js";

/** What packs, on one engine. */
export interface Packing {
  /**
   * Packs elements of `size` bytes as one chunk of HDF5 filter 32008 with Zstandard, perhaps on another thread: the bytes
   * belong to the packing until the promise settles. Rejects when they are not whole groups of eight elements.
   */
  packBitshuffleZstd(bytes: Uint8Array, size: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Packs elements of `size` bytes as one chunk of HDF5 filter 32008 with LZ4. Throws when they are not whole elements. */
  encodeBitshuffleLz4(bytes: Uint8Array, size: number): Uint8Array;
  /** Unpacks one HDF5 chunk of elements of `size` bytes into `out`, which it fills exactly. Throws where it is damaged. */
  decodeChunk(encoding: Encoding, chunk: Uint8Array, size: number, out: Uint8Array): void;
  /** The same, perhaps on another thread: both arrays belong to the call until the promise settles. Rejects likewise. */
  unpackChunk(encoding: Encoding, chunk: Uint8Array, size: number, out: Uint8Array): Promise<Uint8Array>;
  /** Packs a mask of one byte a pixel as one chunk of uint32 of HDF5 filter 32008 with LZ4. */
  encodeMask(mask: Uint8Array): Uint8Array;
  /** 1 where an element of `size` bytes is not zero (for floats: NaN is not), one byte per element. */
  nonzeroMask(bytes: Uint8Array, size: number, float: boolean): Uint8Array;
  /** 1 where a value is NaN: the mask that a map of radii tells. */
  nanMask(map: Float32Array): Uint8Array;
  /** Values of a map that are NaN. */
  countNan(map: Float32Array): number;
  /**
   * What the values of a frame of `pixels` pixels mark, as NXmx bits: −1 or the largest unsigned value a gap (1), other
   * negative values and 32-bit counts from 2³¹ on a defect (2). Undefined for float frames, which mark with NaN. Throws
   * where the frame is damaged.
   */
  frameMarks(frame: EncodedFrame, type: PixelType, pixels: number): Uint8Array | undefined;
  /** The bits that both masks have, in a new one. Throws when their lengths differ. */
  commonMask(mask: Uint8Array, other: Uint8Array): Uint8Array;
  /** The bits of both masks, in a new one. Throws when their lengths differ. */
  unitedMask(mask: Uint8Array, other: Uint8Array): Uint8Array;
}

let packing: Packing = {
  // deno-lint-ignore require-await -- what it throws becomes a rejection
  packBitshuffleZstd: async (bytes, size) => encodeBitshuffleZstd(bytes, size),
  encodeBitshuffleLz4: wasmEncodeBitshuffleLz4,
  decodeChunk: wasmDecodeChunk,
  // deno-lint-ignore require-await -- what it throws becomes a rejection
  async unpackChunk(encoding, chunk, size, out) {
    wasmDecodeChunk(encoding, chunk, size, out);
    return out;
  },
  encodeMask: wasmEncodeMask,
  nonzeroMask: wasmNonzeroMask,
  nanMask: wasmNanMask,
  countNan: wasmCountNan,
  frameMarks: ({ encoding, bytes }, type, pixels) => wasmFrameMarks(encoding, bytes, type, pixels),
  commonMask: wasmCommonMask,
  unitedMask: wasmUnitedMask,
};

/** Packs with another engine from now on; the results are the same. */
export function usePacking(other: Packing): void {
  packing = other;
}

/** See {@linkcode Packing}. */
export const packBitshuffleZstd: Packing["packBitshuffleZstd"] = (bytes, size) =>
  packing.packBitshuffleZstd(bytes, size);
/** See {@linkcode Packing}. */
export const encodeBitshuffleLz4: Packing["encodeBitshuffleLz4"] = (bytes, size) =>
  packing.encodeBitshuffleLz4(bytes, size);
/** See {@linkcode Packing}. */
export const decodeChunk: Packing["decodeChunk"] = (encoding, chunk, size, out) =>
  packing.decodeChunk(encoding, chunk, size, out);
/** See {@linkcode Packing}. */
export const unpackChunk: Packing["unpackChunk"] = (encoding, chunk, size, out) =>
  packing.unpackChunk(encoding, chunk, size, out);
/** See {@linkcode Packing}. */
export const encodeMask: Packing["encodeMask"] = (mask) => packing.encodeMask(mask);
/** See {@linkcode Packing}. */
export const nonzeroMask: Packing["nonzeroMask"] = (bytes, size, float) => packing.nonzeroMask(bytes, size, float);
/** See {@linkcode Packing}. */
export const nanMask: Packing["nanMask"] = (map) => packing.nanMask(map);
/** See {@linkcode Packing}. */
export const countNan: Packing["countNan"] = (map) => packing.countNan(map);
/** See {@linkcode Packing}. */
export const frameMarks: Packing["frameMarks"] = (frame, type, pixels) => packing.frameMarks(frame, type, pixels);
/** See {@linkcode Packing}. */
export const commonMask: Packing["commonMask"] = (mask, other) => packing.commonMask(mask, other);
/** See {@linkcode Packing}. */
export const unitedMask: Packing["unitedMask"] = (mask, other) => packing.unitedMask(mask, other);
