/** The memory of the WebAssembly module of this thread, where results lie. */
import { memory } from "./wasm/braggsieve_bg.wasm";
import type { PixelArray, PixelType } from "../io/frame.ts";
import { PIXEL_ARRAYS } from "./pixel_arrays.ts";

/** WASM memory as it is now: growing replaces it. It is never shared between threads. */
export function heap(): ArrayBuffer {
  return memory.buffer as ArrayBuffer;
}

/** A view into WASM memory: valid until the next call into the module. */
export function view(type: PixelType, pointer: number, length: number): PixelArray {
  return new PIXEL_ARRAYS[type](heap(), pointer, length);
}
