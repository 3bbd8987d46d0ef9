/** How many kept pixels a frame does not hold: one call of core-rs/core/src/mask.rs. */
import type { PixelArray } from "../io/frame.ts";
import { bytesOf } from "./maps.ts";
import { countChanged as wasmCountChanged } from "./wasm/braggsieve.js";

/**
 * How many of the kept values differ, bit for bit, from a frame's pixels at their raster indices. Both are of one type.
 * Throws when the lists have different lengths or an index lies outside the frame.
 */
export function countChanged(frame: PixelArray, index: Uint32Array, kept: PixelArray): number {
  return wasmCountChanged(bytesOf(frame), frame.BYTES_PER_ELEMENT, index, bytesOf(kept));
}
