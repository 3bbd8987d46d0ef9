/** One thread an item, whatever their number. */
import type { Stage } from "./device.ts";

/** Threads of a workgroup. */
const THREADS = 256;
/** Most workgroups in a row; more lie in rows above each other. */
const ROW = 32_768;

/** Encodes a stage over `items` items. */
export function dispatch(
  encoder: GPUCommandEncoder,
  { stage, group }: { stage: Stage; group: GPUBindGroup },
  items: number,
): void {
  const groups = Math.ceil(items / THREADS);
  const pass = encoder.beginComputePass();
  pass.setPipeline(stage.pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(Math.min(groups, ROW), Math.ceil(groups / ROW));
  pass.end();
}
