/**
 * The WASM SIMD128 engine: always there. The module is part of the module graph, so nothing is read at run time.
 */
import { decodeByteOffset as wasmDecodeByteOffset } from "./wasm/braggsieve.js";
import type { Engine } from "./engine.ts";
import { soloDensifierPool, soloPlanPool } from "./solo_pool.ts";
import { DensifierOnWasm } from "./wasm_densifier.ts";
import { wasmPacking } from "./wasm_packing.ts";
import { PlanOnWasm } from "./wasm_plan.ts";
import { canStartWorkers, startThreads, workerDensifierPool, workerPlanPool } from "./worker_pool.ts";

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
