/** Plans on WebAssembly. Threads load this and no more of the engine: what they load delays their first frame. */
import { Plan as WasmPlan } from "./wasm/braggsieve.js";
import type { EncodedFrame, PixelArray, PixelType } from "../io/frame.ts";
import type { Background, Peaks, Picked, Plan, PlanInput, Profile, Stages } from "./engine.ts";
import { planOptions } from "./options.ts";
import { PIXEL_ARRAYS } from "./pixel_arrays.ts";
import type { PlanMaps } from "./plan_maps.ts";
import { heap, view } from "./wasm_memory.ts";
import { encodeShuffled } from "./wasm_zstd.ts";

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
