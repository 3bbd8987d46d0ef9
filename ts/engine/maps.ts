/**
 * Work on whole maps and lists: masks from images, unions, counts, checks. Each is one call of the function of the same
 * meaning in core-rs/core/src/mask.rs; no pixel is looked at here.
 */
import {
  allBelow as wasmAllBelow,
  countChanged as wasmCountChanged,
  countMasked as wasmCountMasked,
  narrowed as wasmNarrowed,
  rises as wasmRises,
} from "./wasm/braggsieve.js";
import type { PixelArray } from "../io/frame.ts";
import { nonzeroMask as packedNonzeroMask } from "./packing.ts";

export { commonMask, countNan, frameMarks, nanMask, unitedMask } from "./packing.ts";

/** Any typed array of numbers. */
export type NumberArray = PixelArray | Int8Array | Float64Array | BigInt64Array | BigUint64Array;

/** The bytes of an array, without a copy. */
function bytesOf(array: NumberArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** 1 where an element is not zero (NaN is not), one byte per element. */
export function nonzeroMask(image: NumberArray): Uint8Array {
  const float = image instanceof Float32Array || image instanceof Float64Array;
  return packedNonzeroMask(bytesOf(image), image.BYTES_PER_ELEMENT, float);
}

/** Pixels that a mask excludes: its elements that are not zero. */
export function countMasked(mask: Uint8Array): number {
  return wasmCountMasked(mask);
}

/** Whether every raster index is below `pixels`. */
export function allBelow(index: Uint32Array, pixels: number): boolean {
  return wasmAllBelow(index, pixels);
}

/** Whether no value is below the one before it; a list with NaN does not rise. */
export function rises(values: Float64Array): boolean {
  return wasmRises(values);
}

/** 64-bit whole numbers as 32-bit ones; undefined when one is negative or larger than 2³²−1. */
export function narrowed(values: BigUint64Array | BigInt64Array): Uint32Array | undefined {
  // A negative number has the bits of one above 2³².
  return wasmNarrowed(new BigUint64Array(values.buffer, values.byteOffset, values.length));
}

/**
 * How many of the kept values differ, bit for bit, from a frame's pixels at their raster indices. Both are of one type.
 * Throws when the lists have different lengths or an index lies outside the frame.
 */
export function countChanged(frame: PixelArray, index: Uint32Array, kept: PixelArray): number {
  return wasmCountChanged(bytesOf(frame), frame.BYTES_PER_ELEMENT, index, bytesOf(kept));
}
