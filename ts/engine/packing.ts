/**
 * What packs and looks through chunks, masks and lists: each is one call of the function of the same name in
 * core-rs/core (`mask`, `codec`), on the engine that was loaded first or chosen last; no pixel is looked at here.
 */
import type { EncodedFrame, Encoding, PixelType } from "../io/frame.ts";

/** What packs, on one engine. */
export interface Packing {
  /**
   * Packs elements of `size` bytes as one chunk of HDF5 filter 32008 with Zstandard, perhaps on another thread: the bytes
   * belong to the packing until the promise settles. Rejects when they are not whole groups of eight elements.
   */
  packBitshuffleZstd(bytes: Uint8Array, size: number): Promise<Uint8Array<ArrayBuffer>>;
  /** The same at once. Throws likewise. */
  encodeBitshuffleZstd(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer>;
  /** Packs elements of `size` bytes as one chunk of HDF5 filter 32008 with LZ4. Throws when they are not whole elements. */
  encodeBitshuffleLz4(bytes: Uint8Array, size: number): Uint8Array;
  /** Unpacks one HDF5 chunk of elements of `size` bytes into `out`, which it fills exactly. Throws where it is damaged. */
  decodeChunk(encoding: Encoding, chunk: Uint8Array, size: number, out: Uint8Array): void;
  /** The same, perhaps on another thread: both arrays belong to the call until the promise settles. Rejects likewise. */
  unpackChunk(encoding: Encoding, chunk: Uint8Array, size: number, out: Uint8Array): Promise<Uint8Array>;
  /** CRC-32 of some bytes, as gzip and PNG have it. */
  crc32(bytes: Uint8Array): number;
  /** Packs a mask of one byte a pixel as one chunk of uint32 of HDF5 filter 32008 with LZ4. */
  encodeMask(mask: Uint8Array): Uint8Array;
  /** 1 where an element of `size` bytes is not zero (for floats: NaN is not), one byte per element. */
  nonzeroMask(bytes: Uint8Array, size: number, float: boolean): Uint8Array;
  /** The same of one HDF5 chunk of `pixels` such elements. Throws where it is damaged. */
  decodeMask(encoding: Encoding, chunk: Uint8Array, size: number, float: boolean, pixels: number): Uint8Array;
  /** 1 where a value is NaN: the mask that a map of radii tells. */
  nanMask(map: Float32Array): Uint8Array;
  /** Values of a map that are NaN. */
  countNan(map: Float32Array): number;
  /** Pixels that a mask excludes: its elements that are not zero. */
  countMasked(mask: Uint8Array): number;
  /**
   * What the values of a frame of `pixels` pixels mark, as NXmx bits: −1 or the largest unsigned value a gap (1), other
   * negative values and 32-bit counts from 2³¹ on a defect (2). Undefined for float frames, which mark with NaN. Throws
   * where the frame is damaged.
   */
  frameMarks(frame: EncodedFrame, type: PixelType, pixels: number): Uint8Array | undefined;
  /** Keeps those of a frame's marks that another frame of integers has too. Throws where it is damaged. */
  keepCommonMarks(marks: Uint8Array, frame: EncodedFrame, type: PixelType): void;
  /** The bits of both masks, in a new one. Throws when their lengths differ. */
  unitedMask(mask: Uint8Array, other: Uint8Array): Uint8Array;
  /** Adds the bits of another mask to `mask`. Throws when their lengths differ. */
  addMask(mask: Uint8Array, other: Uint8Array): void;
  /** Whether every raster index is below `pixels`. */
  allBelow(index: Uint32Array, pixels: number): boolean;
  /** Whether no value is below the one before it; a list with NaN does not rise. */
  rises(values: Float64Array): boolean;
  /** 64-bit whole numbers as 32-bit ones; undefined when one is larger than 2³²−1. */
  narrowed(values: BigUint64Array): Uint32Array | undefined;
}

let packing: Packing | undefined;

/** Packs with another engine from now on; the results are the same. */
export function usePacking(other: Packing): void {
  packing = other;
}

/** Packs with an engine that was loaded, unless another one does already. */
export function offerPacking(offered: Packing): void {
  packing ??= offered;
}

function current(): Packing {
  if (!packing) throw new Error("no engine is there that could pack: createEngine makes one");
  return packing;
}

/** See {@linkcode Packing}. */
export const packBitshuffleZstd: Packing["packBitshuffleZstd"] = (bytes, size) =>
  current().packBitshuffleZstd(bytes, size);
/** See {@linkcode Packing}. */
export const encodeBitshuffleZstd: Packing["encodeBitshuffleZstd"] = (bytes, size) =>
  current().encodeBitshuffleZstd(bytes, size);
/** See {@linkcode Packing}. */
export const encodeBitshuffleLz4: Packing["encodeBitshuffleLz4"] = (bytes, size) =>
  current().encodeBitshuffleLz4(bytes, size);
/** See {@linkcode Packing}. */
export const decodeChunk: Packing["decodeChunk"] = (encoding, chunk, size, out) =>
  current().decodeChunk(encoding, chunk, size, out);
/** See {@linkcode Packing}. */
export const unpackChunk: Packing["unpackChunk"] = (encoding, chunk, size, out) =>
  current().unpackChunk(encoding, chunk, size, out);
/** See {@linkcode Packing}. */
export const crc32: Packing["crc32"] = (bytes) => current().crc32(bytes);
/** See {@linkcode Packing}. */
export const encodeMask: Packing["encodeMask"] = (mask) => current().encodeMask(mask);
/** See {@linkcode Packing}. */
export const nonzeroMask: Packing["nonzeroMask"] = (bytes, size, float) => current().nonzeroMask(bytes, size, float);
/** See {@linkcode Packing}. */
export const decodeMask: Packing["decodeMask"] = (...chunk) => current().decodeMask(...chunk);
/** See {@linkcode Packing}. */
export const nanMask: Packing["nanMask"] = (map) => current().nanMask(map);
/** See {@linkcode Packing}. */
export const countNan: Packing["countNan"] = (map) => current().countNan(map);
/** See {@linkcode Packing}. */
export const countMasked: Packing["countMasked"] = (mask) => current().countMasked(mask);
/** See {@linkcode Packing}. */
export const frameMarks: Packing["frameMarks"] = (frame, type, pixels) => current().frameMarks(frame, type, pixels);
/** See {@linkcode Packing}. */
export const keepCommonMarks: Packing["keepCommonMarks"] = (marks, frame, type) =>
  current().keepCommonMarks(marks, frame, type);
/** See {@linkcode Packing}. */
export const unitedMask: Packing["unitedMask"] = (mask, other) => current().unitedMask(mask, other);
/** See {@linkcode Packing}. */
export const addMask: Packing["addMask"] = (mask, other) => current().addMask(mask, other);
/** See {@linkcode Packing}. */
export const allBelow: Packing["allBelow"] = (index, pixels) => current().allBelow(index, pixels);
/** See {@linkcode Packing}. */
export const rises: Packing["rises"] = (values) => current().rises(values);
/** See {@linkcode Packing}. */
export const narrowed: Packing["narrowed"] = (values) => current().narrowed(values);
