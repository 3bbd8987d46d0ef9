/**
 * The native engine: the Rust core as a library for this processor (AVX2, AVX-512, all cores), called by `Deno.dlopen`.
 *
 * `deno task build:native` makes the library; BRAGGSIEVE_NATIVE may name it elsewhere. It needs --allow-ffi, and is
 * optional: whoever asks for `auto` gets WebAssembly when it is not there. A library of other sources than those of the
 * WebAssembly beside this file is never used: both engines must give the same results.
 */
import { fileURLToPath } from "node:url";
import { messageOf } from "../errors.ts";
import type { Engine } from "./engine.ts";
import { type NativeCalls, openLibrary } from "./native_calls.ts";
import { NativeDensifier, nativeDensifierPool } from "./native_densifier.ts";
import { NativePlan, nativePlanPool } from "./native_plan.ts";

/** What came of looking for the library: the engine on it and its calls, or why there is none. */
export type NativeSearch =
  | { readonly engine: Engine; readonly calls: NativeCalls }
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
    const calls = openLibrary(path);
    return { engine: nativeEngine(calls), calls };
  } catch (error) {
    const reason = messageOf(error);
    const missing = /No such file|cannot find|not found|no such file|could not be found/i.test(reason);
    return missing
      ? { cause: "missing", reason: `there is no ${path}; make it with: deno task build:native` }
      : { cause: "unusable", reason: `${reason}; make it anew with: deno task build:native` };
  }
}

/**
 * An engine on a library. `threads`: for each plan; absent: one thread per processor, shared. Plans of a pool share
 * their threads.
 */
export function nativeEngine(calls: NativeCalls, threads?: number): Engine {
  return {
    name: "native",
    packing: calls,
    plan: (input) => new NativePlan(calls, input, threads),
    densifier: (input) => new NativeDensifier(calls, input, threads),
    planPool: async (input, jobs) => nativePlanPool(await NativePlan.prepare(calls, input, threads), jobs),
    densifierPool: async (input, jobs) =>
      nativeDensifierPool(await NativeDensifier.prepare(calls, input, threads), jobs),
  };
}
