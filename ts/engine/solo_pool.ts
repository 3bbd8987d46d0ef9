/** Pools of one: the frames one after the other, on the calling thread. */
import type { Densifier, DensifierPool, Plan, PlanPool } from "./engine.ts";
import { processFrame, rebuildFrame } from "./process.ts";

/** A promise of what `work` gives or throws: never a throw at the call. */
// deno-lint-ignore require-await -- what it throws becomes a rejection
async function promised<T>(work: () => T): Promise<T> {
  return work();
}

/** A plan as a pool; closing the pool closes the plan. */
export function soloPlanPool(plan: Plan): PlanPool {
  return {
    jobs: 1,
    validPixels: plan.validPixels,
    radial: plan.radial,
    maps: plan.maps,
    process: (frame, stages) => promised(() => processFrame(plan, frame, stages)),
    close: () => promised(() => plan.close()),
  };
}

/** A densifier as a pool; closing the pool closes the densifier. */
export function soloDensifierPool(densifier: Densifier): DensifierPool {
  return {
    jobs: 1,
    rebuild: (frame, number, options) => promised(() => rebuildFrame(densifier, frame, number, options)),
    close: () => promised(() => densifier.close()),
  };
}
