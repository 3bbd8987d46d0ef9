/** The registry of engines. */
import { UsageError } from "../errors.ts";
import type { Engine } from "./engine.ts";
import { wasmEngine } from "./wasm.ts";

/** Names that `--engine` takes. */
export const ENGINE_NAMES = ["auto", "wasm", "native", "webgpu"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

const ENGINES: ReadonlyMap<EngineName, () => Promise<Engine> | Engine> = new Map([
  ["auto", () => wasmEngine],
  ["wasm", () => wasmEngine],
]);

/** The engine of that name. UsageError, naming what there is, for one that this build does not have. */
export async function createEngine(name: EngineName = "auto"): Promise<Engine> {
  const make = ENGINES.get(name);
  if (!make) {
    const known = [...ENGINES.keys()].join(", ");
    throw new UsageError(`this build has no engine "${name}"; take one of: ${known}`);
  }
  return await make();
}
