/**
 * The WASM SIMD128 engine: always there. The module is part of the module graph, so nothing is read at run time.
 */
import {
  decodeByteOffset as wasmDecodeByteOffset,
  Densifier as WasmDensifier,
  Plan as WasmPlan,
} from "./wasm/braggsieve.js";
import { memory } from "./wasm/braggsieve_bg.wasm";
import type { EncodedFrame, PixelArray, PixelType } from "../io/frame.ts";
import { densifierOptions, planOptions } from "./options.ts";
import { bytesOfPixels, PIXEL_ARRAYS } from "./pixel_arrays.ts";
import type { PlanMaps } from "./plan_maps.ts";
import { soloDensifierPool, soloPlanPool } from "./solo_pool.ts";
import { wasmPacking } from "./wasm_packing.ts";
import { encodeShuffled } from "./wasm_zstd.ts";
import { canStartWorkers, startThreads, workerDensifierPool, workerPlanPool } from "./worker_pool.ts";
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
  Stages,
} from "./engine.ts";

/** WASM memory as it is now: growing replaces it. It is never shared between threads. */
function heap(): ArrayBuffer {
  return memory.buffer as ArrayBuffer;
}

/** A view into WASM memory: valid until the next call into the module. */
function view(type: PixelType, pointer: number, length: number): PixelArray {
  return new PIXEL_ARRAYS[type](heap(), pointer, length);
}

/** Most plans side by side are never asked for the shares of their rings: those of one are told. */
function mapsOnWasm(plan: WasmPlan, pixels: number): PlanMaps {
  let shares: Float64Array | undefined;
  let weights: { readonly known: Float64Array | undefined } | undefined;
  return {
    pixels,
    get shares() {
      return shares ??= plan.ringShares(false)!;
    },
    get weights() {
      return (weights ??= { known: plan.ringShares(true) }).known;
    },
    // deno-lint-ignore require-await -- what it throws becomes a rejection
    async pack(map, { start, end, length }, rounding) {
      const norms = map === "normalization";
      const place = plan.shuffledBand(norms, start, end, length, rounding?.step, rounding?.least ?? 0);
      return encodeShuffled(new Uint8Array(heap(), place, length * Float32Array.BYTES_PER_ELEMENT));
    },
  };
}

/** A plan of the core. */
export class PlanOnWasm implements Plan {
  readonly validPixels: number;
  readonly radial: Float64Array;
  readonly maps: PlanMaps;
  readonly #plan: WasmPlan;
  readonly #type: PixelType;
  readonly #pixels: number;

  /** `sorting`: that of another plan of the same input, whose mask is taken. */
  constructor(input: PlanInput, sorting?: Uint32Array) {
    const { mask, dark, flat } = input;
    const options = planOptions(input);
    this.#plan = sorting ? WasmPlan.sorted(options, dark, flat, sorting) : new WasmPlan(options, mask, dark, flat);
    this.#type = input.type;
    this.#pixels = input.shape[0] * input.shape[1];
    this.radial = this.#plan.centres();
    this.validPixels = this.#plan.validPixels();
    this.maps = mapsOnWasm(this.#plan, this.#pixels);
  }

  load({ encoding, bytes }: EncodedFrame, stages?: Stages): void {
    if (encoding !== "raw") {
      const countsAlone = stages && !stages.peaks && !stages.encode;
      return countsAlone ? this.#plan.loadCounts(encoding, bytes) : this.#plan.load(encoding, bytes);
    }
    // Straight into the frame buffer: `load` would copy the pixels twice.
    const size = this.#pixels * PIXEL_ARRAYS[this.#type].BYTES_PER_ELEMENT;
    if (bytes.byteLength !== size) {
      throw new Error(`a frame of ${bytes.byteLength} bytes where ${size} are expected`);
    }
    // First: the frame buffer takes its memory when it is asked for.
    const place = this.#plan.framePointer();
    new Uint8Array(heap(), place, size).set(bytes);
    this.#plan.gather();
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

  encode(): Uint8Array {
    return this.#plan.encode();
  }

  /** Where the pixels go, in memory that threads share. */
  sorting(): Uint32Array {
    const words = new Uint32Array(
      new SharedArrayBuffer(this.#plan.sortingLength() * Uint32Array.BYTES_PER_ELEMENT),
    );
    this.#plan.writeSorting(words);
    return words;
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

/** The engine that is always there. */
export const wasmEngine: Engine = {
  name: "wasm",
  packing: wasmPacking,
  // The first plan's thread does what takes long before the others have work.
  startAhead: (pool, jobs) => canStartWorkers() && jobs > 1 ? startThreads(pool === "plans" ? 1 : jobs) : () => {},
  plan: (input) => new PlanOnWasm(input),
  densifier: (input) => new DensifierOnWasm(input),
  planPool: async (input, jobs) =>
    canStartWorkers() && jobs > 1 ? await workerPlanPool(input, jobs) : soloPlanPool(new PlanOnWasm(input)),
  densifierPool: async (input, jobs) =>
    canStartWorkers() && jobs > 1
      ? await workerDensifierPool(input, jobs)
      : soloDensifierPool(new DensifierOnWasm(input)),
};

/** Decodes one CBF byte-offset section of `pixels` int32 pixels. Throws where the section is damaged. */
export function decodeByteOffset(section: Uint8Array, pixels: number): Int32Array {
  return wasmDecodeByteOffset(section, pixels);
}
