/** Plans of the native library, one at a time or several side by side. */
import type { EncodedFrame, PixelArray, PixelType } from "../io/frame.ts";
import type { Background, FrameResult, Peaks, Picked, Plan, PlanInput, PlanPool, Profile, Stages } from "./engine.ts";
import type { NativeCalls } from "./native_calls.ts";
import { planOptions } from "./options.ts";
import { bytesOfPixels } from "./pixel_arrays.ts";
import type { PlanMaps } from "./plan_maps.ts";
import { Slots } from "./slots.ts";

/** Bits of `core-rs/native/src/plan.rs`, `stages`. */
const STAGES: Record<keyof Stages, number> = { integrate: 1, pick: 2, peaks: 4, encode: 8 };

function stageBits(stages: Stages): number {
  const names = Object.keys(STAGES) as (keyof Stages)[];
  return names.reduce((bits, name) => stages[name] ? bits | STAGES[name] : bits, 0);
}

/** A plan in the library. */
export class NativePlan implements Plan {
  readonly validPixels: number;
  readonly radial: Float64Array;
  readonly maps: PlanMaps;
  readonly #calls: NativeCalls;
  readonly #input: PlanInput;
  readonly #type: PixelType;
  readonly #pixels: number;
  readonly #bins: number;
  readonly #frame: bigint;
  readonly #corrected: boolean;
  /** Numbers that a call gives back. */
  readonly #numbers = new BigUint64Array(6);
  #handle: Deno.PointerValue;

  /** `handle`: of a plan that is there; `shares`: those of a plan of the same setup. */
  constructor(
    calls: NativeCalls,
    input: PlanInput,
    threads: number | undefined,
    handle?: Deno.PointerValue,
    shares?: Pick<PlanMaps, "shares" | "weights">,
  ) {
    const { shape: [slow, fast], type } = input;
    this.#calls = calls;
    this.#input = input;
    this.#handle = handle ?? calls.newPlan(planOptions(input, threads), input.mask, input.dark, input.flat);
    const facts = new BigUint64Array(5);
    calls.plan("facts", this.#handle, facts);
    this.#frame = facts[0];
    [this.#bins, this.validPixels] = [Number(facts[2]), Number(facts[3])];
    this.#corrected = facts[4] === 1n;
    this.#type = type;
    this.#pixels = slow * fast;
    this.radial = new Float64Array(this.#bins);
    calls.plan("centres", this.#handle, this.radial);
    this.maps = {
      ...(shares ?? this.#ringShares()),
      pixels: this.#pixels,
      pack: (map, band, rounding) => calls.packMap(this.#handle, map === "normalization", band, rounding),
    };
  }

  load({ encoding, bytes }: EncodedFrame): void {
    this.#calls.load(this.#handle, encoding, bytes);
  }

  integrate(): Profile {
    return this.#profile("integrate");
  }

  clip(): Profile {
    return this.#profile("clip");
  }

  invalid(): number {
    this.#calls.plan("invalid", this.#handle, this.#numbers.subarray(0, 1));
    return Number(this.#numbers[0]);
  }

  background(): Background {
    const flat = new Float32Array(2 * this.#bins);
    this.#calls.plan("background", this.#handle, flat);
    return halves(flat);
  }

  pick(): Picked {
    this.#calls.plan("pick", this.#handle, this.#numbers.subarray(0, 3));
    return this.#picked(this.#numbers);
  }

  peaks(): Peaks {
    this.#calls.plan("peaks", this.#handle, this.#numbers);
    return this.#peaks(this.#numbers);
  }

  radius(): Float32Array {
    const radius = new Float32Array(this.#pixels);
    this.#calls.plan("radius", this.#handle, radius);
    return radius;
  }

  normalization(): Float32Array | undefined {
    if (!this.#corrected) return undefined;
    const norms = new Float32Array(this.#pixels);
    this.#calls.plan("normalization", this.#handle, norms);
    return norms;
  }

  frame(): PixelArray {
    if (this.#handle === null) throw new Error("the plan is closed");
    return this.#calls.view(this.#type, this.#frame, this.#pixels);
  }

  encode(): Uint8Array {
    const bytes = this.frame();
    return this.#calls.encodeBitshuffleLz4(bytesOfPixels(bytes), bytes.BYTES_PER_ELEMENT);
  }

  /** A plan that is made on another thread. Rejects like the constructor throws. */
  static async prepare(calls: NativeCalls, input: PlanInput, threads: number | undefined): Promise<NativePlan> {
    const { mask, dark, flat } = input;
    return new NativePlan(
      calls,
      input,
      threads,
      await calls.preparePlan(planOptions(input, threads), mask, dark, flat),
    );
  }

  /** Another plan of the same setup, with buffers of its own. */
  fork(): NativePlan {
    return new NativePlan(this.#calls, this.#input, undefined, this.#calls.forkPlan(this.#handle), this.maps);
  }

  /** A whole frame on another thread. This plan must not be used before the promise settles. */
  async process({ encoding, bytes }: EncodedFrame, stages: Stages): Promise<FrameResult> {
    const bins = this.#bins;
    const room = {
      profiles: new Float64Array((stages.integrate ? 8 : 4) * bins),
      background: new Float32Array(2 * bins),
      numbers: new BigUint64Array(12),
    };
    await this.#calls.process(this.#handle, encoding, bytes, stageBits(stages), room);
    const { profiles, background, numbers } = room;
    const pair = stages.integrate && {
      raw: this.#quarters(profiles.subarray(0, 4 * bins)),
      clipped: this.#quarters(profiles.subarray(4 * bins)),
    };
    const picked = stages.pick && this.#picked(numbers.subarray(1, 4));
    return {
      invalid: Number(numbers[0]),
      background: halves(background),
      ...(pair ? { profiles: pair } : {}),
      ...(picked ? { picked: { index: picked.index.slice(), intensity: picked.intensity.slice() } } : {}),
      ...(stages.peaks ? { peaks: this.#peaks(numbers.subarray(4, 10)) } : {}),
      ...(stages.encode
        ? { chunk: this.#calls.view("uint8", numbers[10], Number(numbers[11])).slice() as Uint8Array }
        : {}),
    };
  }

  close(): void {
    this.#calls.freePlan(this.#handle);
    this.#handle = null;
  }

  #ringShares(): Pick<PlanMaps, "shares" | "weights"> {
    const shares = (weighted: boolean) => this.#calls.ringShares(this.#handle, weighted, this.#bins);
    return { shares: shares(false), ...(this.#corrected ? { weights: shares(true) } : {}) };
  }

  #profile(stage: "integrate" | "clip"): Profile {
    const bins = this.#bins;
    const flat = new Float64Array(4 * bins);
    this.#calls.plan(stage, this.#handle, flat);
    return this.#quarters(flat);
  }

  /** The four columns of a profile. */
  #quarters(flat: Float64Array): Profile {
    const bins = this.#bins;
    const [mean, std, sem, count] = [0, 1, 2, 3].map((part) => flat.subarray(part * bins, (part + 1) * bins));
    return { radial: this.radial, mean, std, sem, count };
  }

  /** Views of what picking kept. */
  #picked([kept, index, intensity]: BigUint64Array): Picked {
    const count = Number(kept);
    return {
      index: this.#calls.view("uint32", index, count) as Uint32Array,
      intensity: this.#calls.view(this.#type, intensity, count),
    };
  }

  /** Copies of what peak finding found. */
  #peaks(numbers: BigUint64Array): Peaks {
    const count = Number(numbers[0]);
    const column = (at: number) => this.#calls.view("float32", numbers[at], count).slice() as Float32Array;
    const pixels = Float32Array.from(this.#calls.view("uint32", numbers[5], count));
    return { count, x: column(1), y: column(2), intensity: column(3), sigma: column(4), pixels };
  }
}

/** Mean and std of a background. */
function halves(flat: Float32Array): Background {
  const bins = flat.length / 2;
  return { mean: flat.subarray(0, bins), std: flat.subarray(bins) };
}

/** `jobs` plans: `first` and forks of it, which share its maps and its threads. */
export function nativePlanPool(first: NativePlan, jobs: number): PlanPool {
  const plans = [first, ...Array.from({ length: jobs - 1 }, () => first.fork())];
  const slots = new Slots(plans);
  return {
    jobs,
    validPixels: first.validPixels,
    radial: first.radial,
    maps: { ...first.maps, pack: (...band) => slots.use((plan) => plan.maps.pack(...band)) },
    process: (frame, stages) => slots.use((plan) => plan.process(frame, stages)),
    close: () => slots.close((plan) => plan.close()),
  };
}
