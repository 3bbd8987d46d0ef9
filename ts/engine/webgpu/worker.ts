/// <reference lib="deno.worker" />
/**
 * One worker of a pool: a device and a ring of its own, and a reader of frames from a module that the pool names.
 * It answers the frames that it is given with their results, and says which frame a failure began at.
 */
import { messageOf } from "../../errors.ts";
import type { PlanInput } from "../engine.ts";
import type { EncodedFrame } from "../../io/frame.ts";
import { openWebGpu, type WebGpuEngine } from "./engine.ts";
import { type FrameResult, GpuFailure, Ring, type RingOptions } from "./ring.ts";

/** Reads frame `number`. */
export type Reader = (number: number) => EncodedFrame | Promise<EncodedFrame>;

/** What a module of readers exports. */
export interface ReaderModule {
  openReader(args: unknown): Reader | Promise<Reader>;
}

/** What the pool says. */
export type Order =
  | { readonly open: { input: PlanInput; ring: RingOptions; module: string; args: unknown } }
  | { readonly read: number }
  | { readonly flush: true }
  | { readonly close: true };

/** What the worker answers. */
export type Answer =
  | { readonly ready: true }
  | { readonly results: FrameResult[] }
  | { readonly closed: true }
  /** `lost`: the device failed and another one may do; no frame from `first` on was answered */
  | { readonly failed: string; readonly first?: number; readonly lost: boolean };

let engine: WebGpuEngine | undefined;
let ring: Ring | undefined;
let read: Reader | undefined;

function answer(message: Answer): void {
  const buffers = new Set<ArrayBuffer>();
  for (const { background, picked, peaks } of "results" in message ? message.results : []) {
    const views = [background.mean, background.std, picked.index, picked.intensity];
    views.push(peaks.x, peaks.y, peaks.intensity, peaks.sigma, peaks.pixels);
    for (const { buffer } of views) buffers.add(buffer as ArrayBuffer);
  }
  self.postMessage(message, [...buffers]);
}

function close(): void {
  ring?.close();
  engine?.device.close();
  ring = engine = undefined;
}

async function obey(order: Order): Promise<void> {
  if ("open" in order) {
    const { input, ring: options, module, args } = order.open;
    engine = await openWebGpu();
    ring = await Ring.open(engine.device, input, options);
    read = await ((await import(module)) as ReaderModule).openReader(args);
    return answer({ ready: true });
  }
  if ("close" in order) {
    close();
    return answer({ closed: true });
  }
  if (!ring || !read) return;
  if ("flush" in order) return answer({ results: ring.flush() });
  const results = ring.push(order.read, await read(order.read));
  if (results.length > 0) answer({ results });
}

// One order after the other: reading may be asynchronous.
let turn: Promise<void> = Promise.resolve();
self.onmessage = ({ data }: MessageEvent<Order>) => {
  turn = turn.then(() => obey(data)).catch((error) => {
    const lost = error instanceof GpuFailure;
    close(); // before the pool ends this worker
    answer({ failed: messageOf(error), lost, ...(lost ? { first: error.first } : {}) });
  });
};
