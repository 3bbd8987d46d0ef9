/**
 * The native engine: the Rust core as a library for this processor (AVX2, AVX-512, all cores), called by `Deno.dlopen`.
 *
 * `deno task build:native` makes the library; BRAGGSIEVE_NATIVE may name it elsewhere. It needs --allow-ffi, and is
 * optional: whoever asks for `auto` gets WebAssembly when it is not there. A library of other sources than those of the
 * WebAssembly beside this file is never used: both engines must give the same results.
 */
import { fileURLToPath } from "node:url";
import { messageOf } from "../errors.ts";
import type { EncodedFrame, Encoding, PixelArray, PixelType } from "../io/frame.ts";
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
import { type NativeCalls, openLibrary } from "./native_calls.ts";

/** What came of looking for the library: the engine, or why there is none. */
export type NativeSearch =
  | { readonly engine: Engine }
  /** `permission`: --allow-ffi is not given; `missing`: no library; `unusable`: stale, or not ours */
  | { readonly engine?: undefined; readonly cause: "permission" | "missing" | "unusable"; readonly reason: string };

const FILE_NAMES: Partial<Record<typeof Deno.build.os, string>> = {
  darwin: "libbraggsieve_native.dylib",
  windows: "braggsieve_native.dll",
};

/** Where the library is expected: what BRAGGSIEVE_NATIVE says, or where `deno task build:native` puts it. */
export function libraryPath(): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: "BRAGGSIEVE_NATIVE" });
  const named = state === "granted" ? Deno.env.get("BRAGGSIEVE_NATIVE") : undefined;
  if (named) return named;
  const name = FILE_NAMES[Deno.build.os] ?? "libbraggsieve_native.so";
  const beside = new URL(`../../core-rs/target/release/${name}`, import.meta.url);
  return beside.protocol === "file:" ? fileURLToPath(beside) : undefined;
}

/** Looks for the library. Never asks for a permission and never throws. */
export function findNative(path: string | undefined = libraryPath()): NativeSearch {
  if (path === undefined) return { cause: "missing", reason: "the program does not lie in a folder" };
  // For all paths: pointers, unlike libraries, cannot be permitted one by one.
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") {
    return { cause: "permission", reason: "run with --allow-ffi" };
  }
  try {
    return { engine: nativeEngine(openLibrary(path)) };
  } catch (error) {
    const reason = messageOf(error);
    const missing = /No such file|cannot find|not found|no such file|could not be found/i.test(reason);
    return missing
      ? { cause: "missing", reason: `there is no ${path}; make it with: deno task build:native` }
      : { cause: "unusable", reason: `${reason}; make it anew with: deno task build:native` };
  }
}

/** An engine on a library. `threads`: for each plan; absent: one thread per processor, shared. */
export function nativeEngine(calls: NativeCalls, threads?: number): Engine {
  return {
    name: "native",
    plan: (input) => new NativePlan(calls, input, threads),
    densifier: (input) => new NativeDensifier(calls, input, threads),
  };
}

/** Lines `name=value`, as the library reads settings; what is absent has no line. */
function lines(values: Record<string, string | number | boolean | undefined>): Uint8Array<ArrayBuffer> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return new TextEncoder().encode(given.map(([name, value]) => `${name}=${value}\n`).join(""));
}

const ENCODINGS: Partial<Record<Encoding, number>> = { raw: 0, "byte-offset": 1, "bitshuffle-lz4": 2 };

class NativePlan implements Plan {
  readonly validPixels: number;
  readonly radial: Float64Array;
  readonly #calls: NativeCalls;
  readonly #type: PixelType;
  readonly #pixels: number;
  readonly #bins: number;
  readonly #frame: bigint;
  readonly #corrected: boolean;
  /** Numbers that a call gives back. */
  readonly #numbers = new BigUint64Array(6);
  #handle: Deno.PointerValue;

  constructor(calls: NativeCalls, input: PlanInput, threads: number | undefined) {
    const { geometry, settings, shape: [slow, fast], type, valid } = input;
    const { distance, poni1, poni2, rot1, rot2, rot3, wavelength, pixel1, pixel2, orientation } = geometry;
    const options = lines({
      ...settings,
      distance,
      poni1,
      poni2,
      rot1,
      rot2,
      rot3,
      wavelength,
      pixel1,
      pixel2,
      orientation,
      slow,
      fast,
      type,
      validLow: valid?.[0],
      validHigh: valid?.[1],
      threads,
    });
    this.#calls = calls;
    this.#handle = calls.newPlan(options, input.mask, input.dark, input.flat);
    const facts = new BigUint64Array(5);
    calls.plan("facts", this.#handle, facts);
    this.#frame = facts[0];
    [this.#bins, this.validPixels] = [Number(facts[2]), Number(facts[3])];
    this.#corrected = facts[4] === 1n;
    this.#type = type;
    this.#pixels = slow * fast;
    this.radial = new Float64Array(this.#bins);
    calls.plan("centres", this.#handle, this.radial);
  }

  load({ encoding, bytes }: EncodedFrame): void {
    if (encoding === "byte-offset" && this.#type !== "int32") {
      throw new Error(`byte-offset decodes to int32, not ${this.#type}`);
    }
    const number = ENCODINGS[encoding];
    if (number === undefined) throw new Error(`frames packed as ${encoding} are not decoded here`);
    this.#calls.load(this.#handle, number, bytes);
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
    return { mean: flat.subarray(0, this.#bins), std: flat.subarray(this.#bins) };
  }

  pick(): Picked {
    this.#calls.plan("pick", this.#handle, this.#numbers.subarray(0, 3));
    const [kept, index, intensity] = this.#numbers;
    const count = Number(kept);
    return {
      index: this.#calls.view("uint32", index, count) as Uint32Array,
      intensity: this.#calls.view(this.#type, intensity, count),
    };
  }

  peaks(): Peaks {
    this.#calls.plan("peaks", this.#handle, this.#numbers);
    const count = Number(this.#numbers[0]);
    const column = (at: number) => this.#calls.view("float32", this.#numbers[at], count).slice() as Float32Array;
    const pixels = Float32Array.from(this.#calls.view("uint32", this.#numbers[5], count));
    return { count, x: column(1), y: column(2), intensity: column(3), sigma: column(4), pixels };
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

  close(): void {
    this.#calls.freePlan(this.#handle);
    this.#handle = null;
  }

  #profile(stage: "integrate" | "clip"): Profile {
    const bins = this.#bins;
    const flat = new Float64Array(4 * bins);
    this.#calls.plan(stage, this.#handle, flat);
    const [mean, std, sem, count] = [0, 1, 2, 3].map((part) => flat.subarray(part * bins, (part + 1) * bins));
    return { radial: this.radial, mean, std, sem, count };
  }
}

class NativeDensifier implements Densifier {
  readonly #calls: NativeCalls;
  readonly #type: PixelType;
  readonly #pixels: number;
  #handle: Deno.PointerValue;

  constructor(calls: NativeCalls, input: DensifierInput, threads: number | undefined) {
    const { radial, radius, type, dummy, cutoffPick, noisePick, normalization } = input;
    const bins = radial.length;
    const width = bins > 1 ? (radial[bins - 1] - radial[0]) / (bins - 1) : 1;
    const options = lines({ type, first: radial[0], width, bins, dummy, cutoffPick, noisePick, threads });
    this.#calls = calls;
    this.#type = type;
    this.#pixels = radius.length;
    this.#handle = calls.newDensifier(options, radius, normalization);
  }

  rebuild(frame: SparseFrame, number: number, { noise, seed }: DensifyOptions): PixelArray {
    const place = this.#calls.rebuild(this.#handle, frame, noise, BigInt(seed), number);
    return this.#calls.view(this.#type, place, this.#pixels);
  }

  close(): void {
    this.#calls.freeDensifier(this.#handle);
    this.#handle = null;
  }
}
