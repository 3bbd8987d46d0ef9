/**
 * Plans on the GPU side by side: workers with a device and a ring each, so that many frames are on the way. Results do
 * not depend on which worker a frame went to, nor on what shared its batch.
 */
import { setImmediate } from "node:timers";
import { DeviceError } from "../../errors.ts";
import type { FrameResult, PlanInput, PlanPool, Stages } from "../engine.ts";
import { PIXEL_ARRAYS } from "../pixel_arrays.ts";
import { mapsInArrays } from "../array_maps.ts";
import { buffersOf } from "../transfer.ts";
import { canStartWorkers } from "../worker_pool.ts";
import type { EncodedFrame } from "../../io/frame.ts";
import { type Answer, Feeder, type OpenRing } from "./feeder.ts";
import { openRing } from "./open_ring.ts";
import type { RingOptions } from "./ring.ts";
import type { Order, OrderedFrame, PlanFacts, Report } from "./worker.ts";

const SCRIPT = new URL("./worker.ts", import.meta.url);

/** How a pool is built. */
export interface PoolOptions extends RingOptions {
  /** 0: on the calling thread */
  readonly workers: number;
}

/** Batches that a worker holds: one is written, one is on the GPU, one waits. */
const HELD = 3;
/** Bytes of a batch's frames. */
const BATCH_BYTES = 2 ** 27;
/** Most frames of a batch: more make the GPU hardly faster. */
const MOST_FRAMES = 16;
/** Jobs that are asked for get one worker each so many, for a worker has many frames on the way; and most workers. */
const JOBS_PER_WORKER = 4;
const MOST_WORKERS = 4;
/** Kept pixels that a batch has room for, as a part of its pixels. */
const ROOM = 1 / 8;

/** The pool that `jobs` jobs ask for, on a device that binds buffers of `bindable` bytes. */
export function poolOptions({ shape, type }: PlanInput, jobs: number, bindable: number): PoolOptions {
  const frameBytes = shape[0] * shape[1] * PIXEL_ARRAYS[type].BYTES_PER_ELEMENT + 256;
  const batch = Math.floor(Math.min(BATCH_BYTES, bindable) / frameBytes);
  const workers = canStartWorkers(SCRIPT) ? Math.min(MOST_WORKERS, Math.ceil(jobs / JOBS_PER_WORKER)) : 0;
  return { workers, batch: Math.max(1, Math.min(MOST_FRAMES, batch)), room: ROOM };
}

/**
 * Milliseconds between the ends of two workers, and from the last one's until a device is opened. Deno does not tell when
 * a worker's thread is gone, and NVIDIA's driver can lock up for good where several threads let go of their devices, or
 * open them meanwhile: seen with eight workers.
 */
const ENDING = 100;
const SETTLING = 1000;
let quiet = 0;

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Closes members one after the other. */
async function closeAll(all: readonly Member[]): Promise<void> {
  for (const [at, member] of all.entries()) {
    if (at > 0) await pause(ENDING);
    await member.close();
  }
}

/** Waits until the workers of earlier pools have settled. */
export async function settled(): Promise<void> {
  const left = quiet - performance.now();
  if (left > 0) await pause(left);
}

/** A frame that is on the way to its result. */
interface Waiting {
  readonly frame: EncodedFrame;
  resolve(result: FrameResult): void;
  reject(error: Error): void;
}

/** All of them, by number. */
class Promises {
  readonly #waiting = new Map<number, Waiting>();

  get size(): number {
    return this.#waiting.size;
  }

  of(number: number, frame: EncodedFrame): Promise<FrameResult> {
    return new Promise((resolve, reject) => this.#waiting.set(number, { frame, resolve, reject }));
  }

  settle(answers: readonly Answer[]): void {
    for (const answer of answers) {
      const waiting = this.#waiting.get(answer.number);
      if (!waiting) continue;
      this.#waiting.delete(answer.number);
      if ("result" in answer) {
        // From another thread: the buffer went there and back.
        waiting.frame.bytes = answer.bytes;
        waiting.resolve(answer.result);
      } else {
        waiting.reject(answer.lost ? new DeviceError(answer.problem) : new Error(answer.problem));
      }
    }
  }

  failAll(problem: string): void {
    this.settle([...this.#waiting.keys()].map((number) => ({ number, problem, lost: true })));
  }
}

/** Works on frames; numbers are the pool's. */
interface Member {
  /** frames that it has not answered */
  readonly load: number;
  process(number: number, frame: EncodedFrame, stages: Stages): Promise<FrameResult>;
  close(): Promise<void>;
}

/** A feeder on the calling thread. Exported for tests, which open rings that fail. */
export async function soloMember(
  open: () => Promise<OpenRing>,
  narrow?: boolean,
): Promise<Member & { facts: PlanFacts }> {
  const promises = new Promises();
  const feeder = await Feeder.start(open, (answers) => promises.settle(answers), narrow);
  const { validPixels, radial, maps } = feeder.tables;
  return {
    facts: { validPixels, radial, maps },
    get load() {
      return promises.size;
    },
    process(number, frame, stages) {
      const result = promises.of(number, frame);
      feeder.add(number, frame, stages);
      return result;
    },
    close: () => feeder.close(),
  };
}

/** A feeder on a worker. Rejects with what its plan refuses. */
async function workerMember(
  input: PlanInput,
  ring: RingOptions,
  maps: boolean,
): Promise<Member & { facts: PlanFacts }> {
  const worker = new Worker(SCRIPT, { type: "module" });
  const promises = new Promises();
  const say = (order: Order, transfer: ArrayBuffer[] = []) => worker.postMessage(order, transfer);
  const { promise: ready, resolve: isReady, reject: hasFailed } = Promise.withResolvers<PlanFacts>();
  const { promise: closed, resolve: isClosed } = Promise.withResolvers<void>();
  const fail = (message: string) => {
    hasFailed(new Error(message));
    promises.failAll(message);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    fail(event.message);
    isClosed();
  };
  worker.onmessage = ({ data }: MessageEvent<Report>) => {
    if ("answers" in data) promises.settle(data.answers);
    else if ("ready" in data) isReady(data.ready);
    else if ("failed" in data) fail(data.failed);
    else isClosed();
  };
  // Ended after it has closed its device: ending a worker that holds one can crash Deno.
  const close = async () => {
    say({ close: true });
    await closed;
    worker.terminate();
    quiet = performance.now() + SETTLING;
  };
  // Frames that come in one turn of the event loop go in one message: each costs both threads time.
  let frames: OrderedFrame[] = [];
  const sendFrames = () => {
    const sent = frames;
    frames = [];
    say({ frames: sent }, buffersOf(sent));
  };
  say({ open: { input, ring, maps } });
  try {
    const facts = await ready;
    return {
      facts,
      get load() {
        return promises.size;
      },
      process(number, frame, stages) {
        const result = promises.of(number, frame);
        if (frames.push({ number, frame, stages }) === 1) setImmediate(sendFrames);
        return result;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Starts all members; when one fails, all are ended. */
async function members(input: PlanInput, { workers, ...ring }: PoolOptions) {
  await settled();
  if (workers === 0) return [await soloMember(() => openRing(input, ring), ring.narrow)];
  const started = await Promise.allSettled(
    Array.from({ length: workers }, (_, at) => workerMember(input, ring, at === 0)),
  );
  const failure = started.find((one) => one.status === "rejected");
  const all = started.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
  if (!failure) return all;
  await closeAll(all);
  throw failure.reason;
}

/** See the module. Rejects like `plan`; a frame that the GPU lost for good rejects with DeviceError. */
export async function gpuPlanPool(input: PlanInput, options: PoolOptions): Promise<PlanPool> {
  const all = await members(input, options);
  const { validPixels, radial, maps } = all[0].facts;
  let next = 0;
  return {
    jobs: all.length * (options.batch ?? MOST_FRAMES) * HELD,
    validPixels,
    radial,
    maps: mapsInArrays(maps!),
    process(frame, stages) {
      const member = all.reduce((least, one) => one.load < least.load ? one : least);
      return member.process(next++, frame, stages);
    },
    close: () => closeAll(all),
  };
}
