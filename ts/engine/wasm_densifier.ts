/** Densifiers on WebAssembly. */
import { Densifier as WasmDensifier } from "./wasm/braggsieve.js";
import type { PixelArray, PixelType } from "../io/frame.ts";
import type { Densifier, DensifierInput, DensifyOptions, SparseFrame } from "./engine.ts";
import { densifierOptions } from "./options.ts";
import { bytesOfPixels } from "./pixel_arrays.ts";
import { view } from "./wasm_memory.ts";

/** A densifier of the core; the WebGPU engine lets it finish what the GPU began. */
export class DensifierOnWasm implements Densifier {
  readonly #densifier: WasmDensifier;
  readonly #type: PixelType;
  readonly #pixels: number;

  constructor(input: DensifierInput) {
    this.#densifier = new WasmDensifier(densifierOptions(input), input.radius, input.normalization);
    this.#type = input.type;
    this.#pixels = input.radius.length;
  }

  rebuild(frame: SparseFrame, number: number, options: DensifyOptions): PixelArray {
    const { index, intensity, mean, std } = frame;
    this.#densifier.frame(mean, std, index, bytesOfPixels(intensity), options.noise, BigInt(options.seed), number);
    return view(this.#type, this.#densifier.pixelsPointer(), this.#pixels);
  }

  /** What a frame with noise is drawn from, as words: `Densify::lookup` of the core. */
  lookup(frame: SparseFrame, number: number, options: DensifyOptions): Uint32Array {
    const { index, intensity, mean, std } = frame;
    const { noise, seed } = options;
    return this.#densifier.lookup(mean, std, index, bytesOfPixels(intensity), noise, BigInt(seed), number);
  }

  /** Takes a frame that was filled by the last lookup; draws its `open` pixels, a bit each, and puts the kept ones back. */
  finish(
    filled: Uint8Array,
    open: Uint32Array,
    frame: SparseFrame,
    number: number,
    options: DensifyOptions,
  ): PixelArray {
    const { index, intensity } = frame;
    const { noise, seed } = options;
    this.#densifier.finish(filled, open, index, bytesOfPixels(intensity), noise, BigInt(seed), number);
    return view(this.#type, this.#densifier.pixelsPointer(), this.#pixels);
  }

  encode(): Uint8Array {
    return this.#densifier.encode();
  }

  close(): void {
    this.#densifier.free();
  }
}
