/** Pools of threads, each with a WebAssembly instance of its own, for WebAssembly itself has one thread. */
import { fileURLToPath } from "node:url";
import type { DensifierInput, DensifierPool, PlanInput, PlanPool } from "./engine.ts";
import { Slots } from "./slots.ts";
import { buffersOf } from "./transfer.ts";
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

/** Starts `jobs` threads and sets each up; when one fails, all are ended. */
async function threads<T>(
  jobs: number,
  setUp: (thread: Thread) => Promise<T>,
): Promise<{ slots: Slots<Thread>; facts: T[]; end: () => Promise<void> }> {
  const started = Array.from({ length: jobs }, () => ahead.pop() ?? new Thread());
  const end = () => Promise.resolve(started.forEach((thread) => thread.end()));
  try {
    return { slots: new Slots(started), facts: await Promise.all(started.map(setUp)), end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Plans on `jobs` threads. Rejects like the engine's `plan`. */
export async function workerPlanPool(input: PlanInput, jobs: number): Promise<PlanPool> {
  const { slots, facts: [{ validPixels, radial, ...maps }], end } = await threads(
    jobs,
    (thread) => thread.call("plan", [input]),
  );
  return {
    jobs,
    validPixels,
    radial,
    maps: { ...maps, pack: (...band) => slots.use((thread) => thread.call("pack", band)) },
    process: (frame, stages) => slots.use((thread) => thread.call("process", [frame, stages], buffersOf(frame))),
    close: end,
  };
}

/** Densifiers on `jobs` threads. Rejects like the engine's `densifier`. */
export async function workerDensifierPool(input: DensifierInput, jobs: number): Promise<DensifierPool> {
  const { slots, end } = await threads(jobs, (thread) => thread.call("densifier", [input]));
  return {
    jobs,
    rebuild: (frame, number, options) =>
      slots.use((thread) => thread.call("rebuild", [frame, number, options], buffersOf(frame))),
    close: end,
  };
}
