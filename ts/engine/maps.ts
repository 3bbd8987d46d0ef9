/** Work on whole maps and lists, whatever they hold: by what packs (`packing.ts`); no pixel is looked at here. */
import type { PixelArray } from "../io/frame.ts";
import { narrowed as packedNarrowed, nonzeroMask as packedNonzeroMask } from "./packing.ts";

export { addMask, allBelow, countMasked, countNan, nanMask, rises, unitedMask } from "./packing.ts";

/** Any typed array of numbers. */
export type NumberArray = PixelArray | Int8Array | Float64Array | BigInt64Array | BigUint64Array;

/** The bytes of an array, without a copy. */
export function bytesOf(array: NumberArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** 1 where an element is not zero (NaN is not), one byte per element. */
export function nonzeroMask(image: NumberArray): Uint8Array {
  const float = image instanceof Float32Array || image instanceof Float64Array;
  return packedNonzeroMask(bytesOf(image), image.BYTES_PER_ELEMENT, float);
}

/** 64-bit whole numbers as 32-bit ones; undefined when one is negative or larger than 2³²−1. */
export function narrowed(values: BigUint64Array | BigInt64Array): Uint32Array | undefined {
  // A negative number has the bits of one above 2³².
  return packedNarrowed(new BigUint64Array(values.buffer, values.byteOffset, values.length));
}
