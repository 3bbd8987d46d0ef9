/**
 * A thread with a WebAssembly instance of its own: answers the calls of `worker_pool.ts`, one after the other. Arrays of
 * answers are handed over, not copied.
 */
import { zlib } from "../builtins.ts";
import type { EncodedFrame } from "../io/frame.ts";
import type {
  Densifier,
  DensifierInput,
  DensifyOptions,
  FrameResult,
  Plan,
  PlanInput,
  SparseFrame,
  Stages,
} from "./engine.ts";
import type { PlanMaps } from "./plan_maps.ts";
import { processFrame, rebuildFrame } from "./process.ts";
import { buffersOf } from "./transfer.ts";
import { DensifierOnWasm } from "./wasm_densifier.ts";
import { PlanOnWasm } from "./wasm_plan.ts";

/** What a worker tells of the plan that it has made. */
export type PlanFacts =
  & Pick<Plan, "validPixels" | "radial">
  & Pick<PlanMaps, "pixels" | "shares" | "weights">
  & { readonly sorting: Uint32Array };

/** What a worker can be asked, and what it answers. */
export interface WorkerCalls {
  plan(input: PlanInput): PlanFacts;
  /** Makes the plan of another worker of the same input and its sorting. */
  join(input: PlanInput, sorting: Uint32Array): void;
  /** Loads what packs maps, before there is anything to do. */
  loadPacking(): void;
  pack(...band: Parameters<PlanMaps["pack"]>): ReturnType<PlanMaps["pack"]>;
  /** With the frame's bytes, for a later one. */
  process(frame: EncodedFrame, stages: Stages): { result: FrameResult; bytes: Uint8Array };
  densifier(input: DensifierInput): void;
  rebuild(frame: SparseFrame, number: number, options: DensifyOptions): Uint8Array;
}

/** A call on its way. */
export interface WorkerMessage {
  readonly call: keyof WorkerCalls;
  readonly values: readonly unknown[];
}

/** Its answer. */
export type WorkerAnswer = { readonly value: unknown } | { readonly error: string };

let plan: Plan | undefined;
let densifier: Densifier | undefined;

/** What was made before; a call out of order is a mistake of the pool. */
function made<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error("the worker was asked for work before it was set up");
  return thing;
}

const calls: WorkerCalls = {
  plan(input) {
    const made = new PlanOnWasm(input);
    plan = made;
    const { validPixels, radial, maps: { pack: _, ...facts } } = made;
    return { validPixels, radial, ...facts, sorting: made.sorting() };
  },
  join(input, sorting) {
    plan = new PlanOnWasm(input, sorting);
  },
  loadPacking: () => void zlib(),
  pack: (...band) => made(plan).maps.pack(...band),
  process: (frame, stages) => ({ result: processFrame(made(plan), frame, stages), bytes: frame.bytes }),
  densifier(input) {
    densifier = new DensifierOnWasm(input);
  },
  rebuild: (frame, number, options) => rebuildFrame(made(densifier), frame, number, options),
};

/** A worker's own side of its channel; the type library of the page does not know it. */
const channel = self as unknown as {
  onmessage: (event: MessageEvent<WorkerMessage>) => void;
  postMessage(answer: WorkerAnswer, transfer?: Transferable[]): void;
};

channel.onmessage = async ({ data: { call, values } }) => {
  try {
    const value = await (calls[call] as (...values: unknown[]) => unknown)(...values);
    // The bins' centres stay with the plan.
    channel.postMessage({ value }, call === "plan" ? [] : buffersOf(value));
  } catch (error) {
    channel.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
};
