/// <reference lib="deno.worker" />
/** One worker of a pool: a feeder with a ring and a device of its own, replaced by another when it fails. */
import { messageOf } from "../../errors.ts";
import type { PlanInput, Stages } from "../engine.ts";
import type { EncodedFrame } from "../../io/frame.ts";
import type { MapArrays } from "../plan_maps.ts";
import { buffersOf } from "../transfer.ts";
import { type Answer, Feeder } from "./feeder.ts";
import { openRing } from "./open_ring.ts";
import type { RingOptions } from "./ring.ts";

/** What the pool says. */
export type Order =
  /** `maps`: the answer is to hold the plan's maps */
  | { readonly open: { input: PlanInput; ring: RingOptions; maps: boolean } }
  | { readonly frames: readonly OrderedFrame[] }
  | { readonly close: true };

/** A frame, and what is wanted of it. */
export interface OrderedFrame {
  readonly number: number;
  readonly frame: EncodedFrame;
  readonly stages: Stages;
}

/** What the plan of the pool has computed. */
export interface PlanFacts {
  readonly validPixels: number;
  readonly radial: Float64Array;
  readonly maps?: MapArrays;
}

/** What the worker says. */
export type Report =
  | { readonly ready: PlanFacts }
  | { readonly failed: string }
  | { readonly answers: Answer[] }
  | { readonly closed: true };

let feeder: Feeder | undefined;

const say = (report: Report) => self.postMessage(report, buffersOf(report));

async function obey(order: Order): Promise<void> {
  if ("open" in order) {
    const { input, ring, maps } = order.open;
    feeder = await Feeder.start(() => openRing(input, ring), (answers) => say({ answers }), ring.narrow);
    const { validPixels, radial, maps: arrays } = feeder.tables;
    // Copied: the device that replaces a lost one has no others.
    return self.postMessage({ ready: { validPixels, radial, ...(maps ? { maps: arrays } : {}) } } satisfies Report);
  }
  if ("close" in order) {
    await feeder?.close();
    return say({ closed: true });
  }
  for (const { number, frame, stages } of order.frames) feeder?.add(number, frame, stages);
}

self.onmessage = ({ data }: MessageEvent<Order>) => {
  obey(data).catch((error) => say({ failed: messageOf(error) }));
};
