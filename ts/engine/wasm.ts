/**
 * The WASM SIMD128 engine: always there. The module is part of the module graph, so nothing is read at run time.
 */
import {
  decodeByteOffset as wasmDecodeByteOffset,
  Densifier as WasmDensifier,
  Plan as WasmPlan,
  PlanOptions,
} from "./wasm/braggsieve.js";
import { memory } from "./wasm/braggsieve_bg.wasm";
import type { EncodedFrame, PixelArray, PixelType } from "../io/frame.ts";
import type {
  Background,
  Densifier,
  DensifierInput,
  DensifyOptions,
  Engine,
  Peaks,
  Picked,
  Plan,
  PlanInput,
  Profile,
  SparseFrame,
} from "./engine.ts";

/** The typed array of each pixel type. */
export const PIXEL_ARRAYS = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
} as const;

/** WASM memory as it is now: growing replaces it. It is never shared between threads. */
function heap(): ArrayBuffer {
  return memory.buffer as ArrayBuffer;
}

/** A view into WASM memory: valid until the next call into the module. */
function view(type: PixelType, pointer: number, length: number): PixelArray {
  return new PIXEL_ARRAYS[type](heap(), pointer, length);
}

/** Sets every field of the options that the module knows. */
export function planOptions(input: PlanInput): PlanOptions {
  const { geometry, settings } = input;
  const options = new PlanOptions();
  [options.slow, options.fast] = input.shape;
  options.pixelType = input.type;
  options.distance = geometry.distance;
  options.poni1 = geometry.poni1;
  options.poni2 = geometry.poni2;
  options.rot1 = geometry.rot1;
  options.rot2 = geometry.rot2;
  options.rot3 = geometry.rot3;
  options.wavelength = geometry.wavelength;
  options.pixel1 = geometry.pixel1;
  options.pixel2 = geometry.pixel2;
  options.orientation = geometry.orientation;
  options.validLow = input.valid?.[0];
  options.validHigh = input.valid?.[1];
  options.dummy = settings.dummy;
  options.deltaDummy = settings.deltaDummy;
  options.unit = settings.unit;
  options.bins = settings.bins;
  options.errorModel = settings.errorModel;
  options.cutoffClip = settings.cutoffClip;
  options.cycle = settings.cycle;
  options.cutoffPick = settings.cutoffPick;
  options.cutoffPeak = settings.cutoffPeak;
  options.noise = settings.noise;
  options.patchSize = settings.patchSize;
  options.connected = settings.connected;
  options.solidAngle = settings.solidAngle;
  options.polarizationFactor = settings.polarizationFactor;
  return options;
}

class PlanOnWasm implements Plan {
  readonly validPixels: number;
  readonly radial: Float64Array;
  readonly #plan: WasmPlan;
  readonly #type: PixelType;
  readonly #pixels: number;

  constructor(input: PlanInput) {
    const options = planOptions(input);
    try {
      this.#plan = new WasmPlan(options, input.mask, input.dark, input.flat);
    } finally {
      options.free();
    }
    this.#type = input.type;
    this.#pixels = input.shape[0] * input.shape[1];
    this.radial = this.#plan.centres();
    this.validPixels = this.#plan.validPixels();
  }

  load(frame: EncodedFrame): void {
    switch (frame.encoding) {
      case "raw": {
        const target = new Uint8Array(
          heap(),
          this.#plan.framePointer(),
          this.#pixels * PIXEL_ARRAYS[this.#type].BYTES_PER_ELEMENT,
        );
        if (frame.bytes.byteLength !== target.byteLength) {
          throw new Error(`a frame of ${frame.bytes.byteLength} bytes where ${target.byteLength} are expected`);
        }
        target.set(frame.bytes);
        return this.#plan.gather();
      }
      case "byte-offset":
        if (this.#type !== "int32") throw new Error(`byte-offset decodes to int32, not ${this.#type}`);
        return this.#plan.loadByteOffset(frame.bytes);
      case "bitshuffle-lz4":
        return this.#plan.loadBitshuffleLz4(frame.bytes);
    }
  }

  integrate(): Profile {
    return this.#profile(this.#plan.integrate());
  }

  clip(): Profile {
    return this.#profile(this.#plan.clip());
  }

  invalid(): number {
    return this.#plan.invalid();
  }

  background(): Background {
    const [mean, std] = split(this.#plan.background(), 2);
    return { mean, std };
  }

  pick(): Picked {
    const count = this.#plan.pick();
    const [index, intensity] = this.#plan.pickedPointers();
    return {
      index: new Uint32Array(heap(), index, count),
      intensity: view(this.#type, intensity, count),
    };
  }

  peaks(): Peaks {
    const [x, y, intensity, sigma, pixels] = split(this.#plan.peaks(), 5);
    return { count: x.length, x, y, intensity, sigma, pixels };
  }

  radius(): Float32Array {
    return this.#plan.radius();
  }

  normalization(): Float32Array | undefined {
    return this.#plan.normalization();
  }

  frame(): PixelArray {
    return view(this.#type, this.#plan.framePointer(), this.#pixels);
  }

  close(): void {
    this.#plan.free();
  }

  #profile(flat: Float64Array): Profile {
    const [mean, std, sem, count] = split(flat, 4);
    return { radial: this.radial, mean, std, sem, count };
  }
}

/** Cuts an array into `parts` equal views. */
function split<T extends Float32Array | Float64Array>(flat: T, parts: number): T[] {
  const length = flat.length / parts;
  return Array.from({ length: parts }, (_, part) => flat.subarray(part * length, (part + 1) * length) as T);
}

class DensifierOnWasm implements Densifier {
  readonly #densifier: WasmDensifier;
  readonly #type: PixelType;
  readonly #pixels: number;

  constructor(input: DensifierInput) {
    const { radial } = input;
    const bins = radial.length;
    const width = bins > 1 ? (radial[bins - 1] - radial[0]) / (bins - 1) : 1;
    this.#densifier = new WasmDensifier(
      input.type,
      input.radius,
      input.normalization,
      radial[0],
      width,
      bins,
      input.cutoffPick,
      input.noisePick ?? 0,
      input.dummy,
    );
    this.#type = input.type;
    this.#pixels = input.radius.length;
  }

  rebuild(frame: SparseFrame, number: number, options: DensifyOptions): PixelArray {
    const { index, intensity, mean, std } = frame;
    const bytes = new Uint8Array(intensity.buffer, intensity.byteOffset, intensity.byteLength);
    this.#densifier.frame(mean, std, index, bytes, options.noise, BigInt(options.seed), number);
    return view(this.#type, this.#densifier.pixelsPointer(), this.#pixels);
  }

  close(): void {
    this.#densifier.free();
  }
}

/** The engine that is always there. */
export const wasmEngine: Engine = {
  name: "wasm",
  plan: (input) => new PlanOnWasm(input),
  densifier: (input) => new DensifierOnWasm(input),
};

/** Decodes one CBF byte-offset section of `pixels` int32 pixels. Throws where the section is damaged. */
export function decodeByteOffset(section: Uint8Array, pixels: number): Int32Array {
  return wasmDecodeByteOffset(section, pixels);
}
