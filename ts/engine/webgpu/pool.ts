/**
 * Frames over several workers with a device each. Results come in the order of the frames; so many frames are on the way
 * at once, and no more; a worker whose device fails is replaced, and the frames that it had not answered are read again.
 */
import type { PlanInput } from "../engine.ts";
import type { FrameResult, RingOptions } from "./ring.ts";
import type { Answer, Order } from "./worker.ts";

/** What a pool works on. */
export interface PoolOptions {
  readonly input: PlanInput;
  /** numbers of the frames: `first` and how many */
  readonly first?: number;
  readonly frames: number;
  /** URL of a module that exports `openReader` (see worker.ts), and what it is called with, once in each worker */
  readonly module: string;
  readonly args?: unknown;
  readonly workers: number;
  readonly ring?: RingOptions;
  /** replacements of failed devices before the run gives up */
  readonly restarts?: number;
  /** called once all workers have their devices and plans */
  readonly onReady?: () => void;
}

/** Batches that a worker holds: one is read, one is on the GPU, one waits. */
const HELD = 3;

/** A worker and the frames that it has not answered. */
interface Member {
  readonly worker: Worker;
  pending: Set<number>;
  flushed: boolean;
}

/** See the module. Ends all workers, whatever happens. */
export async function* runPool(options: PoolOptions): AsyncGenerator<FrameResult> {
  const { input, frames, first = 0, module, args, workers, ring = {}, onReady } = options;
  const batch = ring.batch ?? 16;
  const most = workers * batch * (HELD + 1);
  let restarts = options.restarts ?? 3;
  const members = new Set<Member>();
  const arrived = new Map<number, FrameResult>();
  /** frames of a failed worker, to be read again before others */
  const again: number[] = [];
  let [next, wanted, ready] = [first, first, 0];
  let failure: Error | undefined;
  let wake = () => {};

  const say = ({ worker }: Member, order: Order) => worker.postMessage(order);
  const feed = (member: Member) => {
    while (member.pending.size <= batch * (HELD - 1)) {
      const numbers = again.splice(0, batch);
      while (numbers.length < batch && again.length === 0 && next < first + frames && next < wanted + most) {
        numbers.push(next++);
      }
      if (numbers.length === 0) break;
      for (const number of numbers) {
        member.pending.add(number);
        say(member, { read: number });
      }
      member.flushed = false;
    }
    // What a ring still holds comes out when no more frames push it out: at the end, or when others are too far ahead.
    if (member.pending.size > 0 && member.pending.size <= batch * (HELD - 1) && !member.flushed) {
      member.flushed = true;
      say(member, { flush: true });
    }
  };

  const start = () => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    const member: Member = { worker, pending: new Set(), flushed: false };
    members.add(member);
    const fail = (message: string, lost: boolean) => {
      members.delete(member);
      worker.terminate();
      if (lost && restarts-- > 0) {
        again.push(...[...member.pending].sort((a, b) => a - b));
        start();
      } else {
        failure ??= new Error(message);
      }
      wake();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      fail(event.message, false);
    };
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ("failed" in data) return fail(data.failed, data.lost);
      if ("ready" in data && ++ready === workers) onReady?.();
      if ("results" in data) {
        for (const result of data.results) {
          member.pending.delete(result.number);
          arrived.set(result.number, result);
        }
      }
      feed(member);
      wake();
    };
    say(member, { open: { input, ring, module, args } });
  };

  try {
    for (let i = 0; i < workers; i++) start();
    while (wanted < first + frames) {
      const result = arrived.get(wanted);
      if (result) {
        arrived.delete(wanted++);
        yield result;
        continue;
      }
      for (const member of members) if (ready >= workers) feed(member);
      if (failure) throw failure;
      await new Promise<void>((resolve) => wake = resolve);
      if (failure) throw failure;
    }
  } finally {
    await Promise.all([...members].map((member) => closed(member)));
  }
}

/** Ends a worker after it has closed its device: ending one that holds a device can crash Deno. */
function closed({ worker }: Member): Promise<void> {
  return new Promise((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (!("closed" in data) && !("failed" in data)) return;
      worker.terminate();
      resolve();
    };
    worker.postMessage({ close: true } satisfies Order);
  });
}
