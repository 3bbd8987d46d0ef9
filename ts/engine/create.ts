/** The registry of engines. */
import { UsageError } from "../errors.ts";
import type { Engine } from "./engine.ts";
import { findNative } from "./native.ts";
import { usePacking } from "./packing.ts";

/** Names that `--engine` takes. */
export const ENGINE_NAMES = ["auto", "wasm", "native", "webgpu"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

const ENGINES: ReadonlyMap<EngineName, () => Engine | Promise<Engine>> = new Map<
  EngineName,
  () => Engine | Promise<Engine>
>([
  ["auto", best],
  // Loaded only when asked for: whoever takes another engine pays nothing for these.
  ["wasm", wasm],
  ["native", native],
  ["webgpu", async () => (await import("./webgpu/engine.ts")).openWebGpu()],
]);

/** The native engine where it is permitted and there; WebAssembly else, and a note where --allow-ffi was for nothing. */
async function best(): Promise<Engine> {
  const found = findNative();
  if (found.engine) return found.engine;
  if (found.cause !== "permission") {
    console.warn(`braggsieve: taking WebAssembly, not the native engine: ${found.reason}`);
  }
  return await wasm();
}

async function wasm(): Promise<Engine> {
  return (await import("./wasm.ts")).wasmEngine;
}

function native(): Engine {
  const found = findNative();
  if (found.engine) return found.engine;
  throw new UsageError(`there is no engine "native": ${found.reason}`);
}

/**
 * The engine of that name; `auto` is the native one where --allow-ffi permits it and its library is there, WebAssembly
 * else: with a line on stderr when the library is missing or stale although --allow-ffi is given, never silently
 * slower. UsageError, saying what to do, for an engine that there is not.
 */
export async function createEngine(name: EngineName = "auto"): Promise<Engine> {
  const make = ENGINES.get(name);
  if (!make) {
    const known = [...ENGINES.keys()].join(", ");
    throw new UsageError(`this build has no engine "${name}"; take one of: ${known}`);
  }
  const engine = await make();
  if (engine.packing) usePacking(engine.packing);
  return engine;
}
