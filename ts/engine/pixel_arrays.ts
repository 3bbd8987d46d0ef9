/** The typed array of each pixel type. */
import type { PixelArray } from "../io/frame.ts";

/** Constructors by the names that NumPy users know. */
export const PIXEL_ARRAYS = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
} as const;

/** The bytes of an array of pixels, without a copy. */
export function bytesOfPixels(pixels: PixelArray): Uint8Array {
  return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
}
