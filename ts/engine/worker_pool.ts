/** Pools of threads, each with a WebAssembly instance of its own, for WebAssembly itself has one thread. */
import { fileURLToPath } from "node:url";
import type { DensifierInput, DensifierPool, PlanInput, PlanPool } from "./engine.ts";
import { Slots } from "./slots.ts";
import { buffersOf, sharing } from "./transfer.ts";
import type { WorkerAnswer, WorkerCalls, WorkerMessage } from "./wasm_worker.ts";

const SCRIPT = new URL("./wasm_worker.ts", import.meta.url);

/** Whether threads can be started: Deno reads their script anew, for which --allow-read must cover the program's folder. */
export function canStartWorkers(script = SCRIPT): boolean {
  if (script.protocol !== "file:") return true;
  return Deno.permissions.querySync({ name: "read", path: fileURLToPath(script) }).state === "granted";
}

/** One thread; one call at a time. */
class Thread {
  readonly #worker = new Worker(SCRIPT, { type: "module" });
  #answered: ((answer: WorkerAnswer) => void) | undefined;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => this.#answered?.(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#answered?.({ error: event.message });
    };
  }

  /** Asks the thread; the buffers in `transfer` are handed over. Rejects with what the call throws there. */
  async call<N extends keyof WorkerCalls>(
    call: N,
    values: Parameters<WorkerCalls[N]>,
    transfer: ArrayBuffer[] = [],
  ): Promise<Awaited<ReturnType<WorkerCalls[N]>>> {
    const answer = await new Promise<WorkerAnswer>((resolve) => {
      this.#answered = resolve;
      const message: WorkerMessage = { call, values };
      this.#worker.postMessage(message, transfer);
    });
    if ("error" in answer) throw new Error(answer.error);
    return answer.value as Awaited<ReturnType<WorkerCalls[N]>>;
  }

  end(): void {
    this.#worker.terminate();
  }
}

/** Threads that were started before anybody wanted them, each ready in a tenth of a second. */
const ahead: Thread[] = [];

/** Starts threads that the next pool will take; gives what ends those that are left then. */
export function startThreads(jobs: number): () => void {
  while (ahead.length < jobs) ahead.push(new Thread());
  return () => ahead.splice(0).forEach((thread) => thread.end());
}

/** Sets up threads that `setUp` starts; when that fails, all are ended. */
async function threads<T>(
  setUp: (start: () => Thread) => Promise<T>,
): Promise<{ made: T; end: () => Promise<void> }> {
  const started: Thread[] = [];
  const end = () => Promise.resolve(started.forEach((thread) => thread.end()));
  const start = () => {
    const thread = ahead.pop() ?? new Thread();
    started.push(thread);
    return thread;
  };
  try {
    return { made: await setUp(start), end };
  } catch (error) {
    await end();
    throw error;
  }
}

/**
 * Plans on `jobs` threads. The first one sorts the pixels, and frames are worked on as soon as it has; the others take
 * its sorting, and join when they are ready. Rejects like the engine's `plan`.
 */
export async function workerPlanPool(input: PlanInput, jobs: number): Promise<PlanPool> {
  const slots = new Slots<Thread>([]);
  let failure: { readonly error: unknown } | undefined;
  const { made: { validPixels, radial, ...maps }, end } = await threads(async (start) => {
    const first = start();
    const everything = sharing(input);
    const planned = first.call("plan", [everything]);
    // The sorting knows the mask.
    const { mask: _, ...rest } = everything;
    const join = async (thread: Thread) => {
      await thread.call("loadPacking", []);
      const { sorting } = await planned;
      await thread.call("join", [rest, sorting]);
      slots.add(thread);
    };
    // Starting a thread takes this one's time: the first is at work meanwhile.
    for (let job = 1; job < jobs; job++) join(start()).catch((error) => failure ??= { error });
    const { sorting: _sorting, ...facts } = await planned;
    slots.add(first);
    return facts;
  });
  /** Does `task` on a thread. Rejects when another one could not be set up: work would go on slowly, and nobody know. */
  const use = <R>(task: (thread: Thread) => Promise<R>): Promise<R> => {
    if (failure) return Promise.reject(failure.error);
    return slots.use(task);
  };
  return {
    jobs,
    validPixels,
    radial,
    maps: { ...maps, pack: (...band) => use((thread) => thread.call("pack", band)) },
    async process(frame, stages) {
      const done = await use((thread) => thread.call("process", [frame, stages], buffersOf(frame)));
      // The buffer went there and back.
      frame.bytes = done.bytes;
      return done.result;
    },
    close: end,
  };
}

/** Densifiers on `jobs` threads. Rejects like the engine's `densifier`. */
export async function workerDensifierPool(input: DensifierInput, jobs: number): Promise<DensifierPool> {
  const { made: slots, end } = await threads(async (start) => {
    const all = Array.from({ length: jobs }, start);
    const everything = sharing(input);
    await Promise.all(all.map((thread) => thread.call("densifier", [everything])));
    return new Slots(all);
  });
  return {
    jobs,
    rebuild: (frame, number, options) =>
      slots.use((thread) => thread.call("rebuild", [frame, number, options], buffersOf(frame))),
    close: end,
  };
}
