/**
 * The WebGPU engine: every stage as a compute shader, in the arithmetic of the core (doubles in 32-bit integers, exact
 * sums), so that integer frames give the bits that the other engines give. Loaded only when it is asked for.
 */
import type { DensifierInput, Engine } from "../engine.ts";
import { soloDensifierPool } from "../solo_pool.ts";
import { GpuDensifier } from "./densifier.ts";
import { Device } from "./device.ts";
import { WebGpuPlan } from "./plan.ts";
import { gpuPlanPool, poolOptions } from "./pool.ts";
import { prove } from "./proof.ts";

/** The engine and its device, which is to be closed before the process or worker ends. */
export interface WebGpuEngine extends Engine {
  readonly device: Device;
}

/** Opens a device and proves its arithmetic. UsageError where there is none, or where it computes wrongly. */
export async function openWebGpu(): Promise<WebGpuEngine> {
  const device = await Device.open();
  prove(device);
  const densifier = (input: DensifierInput) => new GpuDensifier(device, input);
  return {
    name: "webgpu",
    device,
    plan: (input) => new WebGpuPlan(device, input),
    densifier,
    planPool: (input, jobs) =>
      gpuPlanPool(input, poolOptions(input, jobs, device.gpu.limits.maxStorageBufferBindingSize)),
    // deno-lint-ignore require-await -- what it throws becomes a rejection
    densifierPool: async (input) => soloDensifierPool(densifier(input)),
  };
}
