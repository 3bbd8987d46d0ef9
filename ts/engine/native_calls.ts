/**
 * The functions of the native library (`core-rs/native`), their checks and their errors. Every pointer of the crossing
 * is made here; arrays are passed by reference and only used during the call, but for maps, which the library copies.
 */
import type { PixelArray, PixelType } from "../io/frame.ts";
import type { SparseFrame } from "./engine.ts";
import { PIXEL_ARRAYS } from "./wasm.ts";
import SOURCES from "./wasm/sources.sha256" with { type: "text" };

/** Version of the C face that this file calls: `ABI` of core-rs/native/src/lib.rs. */
const ABI = 1;

const OUTPUT = ["pointer", "buffer", "usize", "buffer"] as const;
const SYMBOLS = {
  bs_abi_version: { parameters: [], result: "u32" },
  bs_sources: { parameters: [], result: "pointer" },
  bs_plan_new: {
    parameters: ["buffer", "usize", "buffer", "usize", "buffer", "usize", "buffer", "usize", "buffer", "buffer"],
    result: "i32",
  },
  bs_plan_free: { parameters: ["pointer"], result: "void" },
  bs_plan_load: { parameters: ["pointer", "u32", "buffer", "usize", "buffer"], result: "i32" },
  bs_plan_facts: { parameters: OUTPUT, result: "i32" },
  bs_plan_integrate: { parameters: OUTPUT, result: "i32" },
  bs_plan_clip: { parameters: OUTPUT, result: "i32" },
  bs_plan_invalid: { parameters: OUTPUT, result: "i32" },
  bs_plan_background: { parameters: OUTPUT, result: "i32" },
  bs_plan_pick: { parameters: OUTPUT, result: "i32" },
  bs_plan_peaks: { parameters: OUTPUT, result: "i32" },
  bs_plan_radius: { parameters: OUTPUT, result: "i32" },
  bs_plan_normalization: { parameters: OUTPUT, result: "i32" },
  bs_plan_centres: { parameters: OUTPUT, result: "i32" },
  bs_densifier_new: {
    parameters: ["buffer", "usize", "buffer", "usize", "buffer", "usize", "buffer", "buffer"],
    result: "i32",
  },
  bs_densifier_free: { parameters: ["pointer"], result: "void" },
  bs_densifier_frame: {
    parameters: [
      ...["pointer", "buffer", "buffer", "usize", "buffer", "usize", "buffer", "usize"] as const,
      ...["f64", "u64", "u32", "buffer", "buffer"] as const,
    ],
    result: "i32",
  },
} as const;

/** Calls of a plan that fill one array with numbers. */
export type PlanCall =
  | "facts"
  | "integrate"
  | "clip"
  | "invalid"
  | "background"
  | "pick"
  | "peaks"
  | "radius"
  | "normalization"
  | "centres";

type Numbers = Float32Array | Float64Array | BigUint64Array;

/** The library's functions, with typed arrays in place of pointers. They throw plain errors with the library's reason. */
export interface NativeCalls {
  newPlan(options: Uint8Array, mask?: Uint8Array, dark?: Float32Array, flat?: Float32Array): Deno.PointerValue;
  freePlan(plan: Deno.PointerValue): void;
  /** `encoding`: 0 raw, 1 byte-offset, 2 bitshuffle-LZ4 */
  load(plan: Deno.PointerValue, encoding: number, bytes: Uint8Array): void;
  plan(call: PlanCall, plan: Deno.PointerValue, out: Numbers): void;
  newDensifier(options: Uint8Array, radius: Float32Array, normalization?: Float32Array): Deno.PointerValue;
  freeDensifier(densifier: Deno.PointerValue): void;
  /** Gives the place of the frame. */
  rebuild(densifier: Deno.PointerValue, frame: SparseFrame, noise: number, seed: bigint, number: number): bigint;
  /** A view of the library's memory, valid until the next call with the same handle. */
  view(type: PixelType, place: bigint, length: number): PixelArray;
}

/** Deno's types want arrays that are not shared between threads; nothing here is. */
type Unshared = Uint8Array<ArrayBuffer>;

/** The bytes of an array, for a pointer to its first; null where it is absent or empty. */
function bytesOf(array: ArrayBufferView | undefined): Unshared | null {
  if (!array || array.byteLength === 0) return null;
  return new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
}

/** Number of elements; 0 where the array is absent. */
function lengthOf(array: { readonly length: number } | undefined): bigint {
  return BigInt(array?.length ?? 0);
}

/** Opens the library. Throws when it cannot be opened, has another C face, or was built from other sources. */
export function openLibrary(path: string, expected: { abi: number; sources: string } = EXPECTED): NativeCalls {
  // The version is asked first: a library of another version may lack the other functions.
  const versions = Deno.dlopen(path, { bs_abi_version: SYMBOLS.bs_abi_version, bs_sources: SYMBOLS.bs_sources });
  const abi = versions.symbols.bs_abi_version();
  const text = versions.symbols.bs_sources();
  const sources = text === null ? "" : Deno.UnsafePointerView.getCString(text);
  versions.close();
  if (abi !== expected.abi) throw new Error(`${path} has version ${abi} of the C face, not ${expected.abi}`);
  if (sources !== expected.sources) throw new Error(`${path} is stale: built from other sources than this program`);
  return callsOf(Deno.dlopen(path, SYMBOLS).symbols);
}

const EXPECTED = { abi: ABI, sources: SOURCES.trim() };

function callsOf(symbols: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"]): NativeCalls {
  const reason = new Uint8Array(512);
  const place = Deno.UnsafePointer.value(Deno.UnsafePointer.of(reason));
  /** `ErrorText` of the library: place and size of the room for a reason. */
  const error = new BigUint64Array([place, BigInt(reason.length)]);
  const check = (status: number) => {
    if (status === 0) return;
    const text = new TextDecoder().decode(reason.subarray(0, reason.indexOf(0)));
    throw new Error(status === 1 ? text : `the native engine failed (${status}): ${text}`);
  };
  const handleOf = (call: (out: BigUint64Array<ArrayBuffer>) => number): Deno.PointerValue => {
    const out = new BigUint64Array(1);
    check(call(out));
    return Deno.UnsafePointer.create(out[0]);
  };
  return {
    newPlan: (options, mask, dark, flat) =>
      handleOf((out) =>
        symbols.bs_plan_new(
          bytesOf(options),
          lengthOf(options),
          bytesOf(mask),
          lengthOf(mask),
          bytesOf(dark),
          lengthOf(dark),
          bytesOf(flat),
          lengthOf(flat),
          out,
          error,
        )
      ),
    freePlan: (plan) => symbols.bs_plan_free(plan),
    load: (plan, encoding, bytes) =>
      check(symbols.bs_plan_load(plan, encoding, bytesOf(bytes), lengthOf(bytes), error)),
    plan: (call, plan, out) => check(symbols[`bs_plan_${call}`](plan, bytesOf(out), lengthOf(out), error)),
    newDensifier: (options, radius, normalization) =>
      handleOf((out) =>
        symbols.bs_densifier_new(
          bytesOf(options),
          lengthOf(options),
          bytesOf(radius),
          lengthOf(radius),
          bytesOf(normalization),
          lengthOf(normalization),
          out,
          error,
        )
      ),
    freeDensifier: (densifier) => symbols.bs_densifier_free(densifier),
    rebuild: (densifier, { mean, std, index, intensity }, noise, seed, number) => {
      const out = new BigUint64Array(1);
      if (mean.length !== std.length) throw new Error("the background does not have one value per bin");
      check(symbols.bs_densifier_frame(
        densifier,
        bytesOf(mean),
        bytesOf(std),
        lengthOf(mean),
        bytesOf(index),
        lengthOf(index),
        bytesOf(intensity),
        BigInt(intensity.byteLength),
        noise,
        seed,
        number,
        out,
        error,
      ));
      return out[0];
    },
    view: (type, place, length) => {
      const array = PIXEL_ARRAYS[type];
      if (length === 0) return new array(0);
      const pointer = Deno.UnsafePointer.create(place);
      if (pointer === null) throw new Error("the native engine gave no place for a result");
      return new array(Deno.UnsafePointerView.getArrayBuffer(pointer, length * array.BYTES_PER_ELEMENT));
    },
  };
}
