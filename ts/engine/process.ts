/** One frame through all its stages on one plan or densifier: what every pool does with a frame. */
import type { EncodedFrame } from "../io/frame.ts";
import type { Densifier, DensifyOptions, FrameResult, Plan, Profile, SparseFrame, Stages } from "./engine.ts";

/** A copy of a profile, whose views the plan reuses. */
function copyOf({ radial, mean, std, sem, count }: Profile): Profile {
  return { radial: radial.slice(), mean: mean.slice(), std: std.slice(), sem: sem.slice(), count: count.slice() };
}

/** Loads a frame, clips it and does `stages`. Throws where its bytes are damaged. */
export function processFrame(plan: Plan, frame: EncodedFrame, stages: Stages): FrameResult {
  plan.load(frame, stages);
  const raw = stages.integrate ? copyOf(plan.integrate()) : undefined;
  const clipped = plan.clip();
  const profiles = raw && { raw, clipped: copyOf(clipped) };
  const { mean, std } = plan.background();
  const picked = stages.pick ? plan.pick() : undefined;
  return {
    invalid: plan.invalid(),
    background: { mean: mean.slice(), std: std.slice() },
    ...(profiles ? { profiles } : {}),
    ...(picked ? { picked: { index: picked.index.slice(), intensity: picked.intensity.slice() } } : {}),
    ...(stages.peaks ? { peaks: structuredClone(plan.peaks()) } : {}),
    ...(stages.encode ? { chunk: plan.encode() } : {}),
  };
}

/** Rebuilds a frame and packs it into one HDF5 chunk. Throws where its lists do not fit. */
export function rebuildFrame(
  densifier: Densifier,
  frame: SparseFrame,
  number: number,
  options: DensifyOptions,
): Uint8Array {
  densifier.rebuild(frame, number, options);
  return densifier.encode();
}
