/**
 * How fast this machine copies memory: the limit that every figure is held against. The system's own memcpy (what
 * `TypedArray.set` calls) on arrays of more than four times the last cache, by one thread and by one a core.
 */
import type { Effort } from "./compare.ts";
import { machine, type Spread, spread } from "./machine.ts";
import type { CopyOrder, CopyTime } from "./memory_copy_worker.ts";

/** Where the system does not tell its cache. */
const USUAL_CACHE = 64 * 2 ** 20;
/** Some systems tell the sum of many caches, of which a core has but one: arrays of more would not fit small machines. */
const LARGEST_CACHE = 128 * 2 ** 20;

/** GB/s, read and written bytes counted. */
export interface MemoryCopy {
  readonly oneThread: Spread;
  readonly allCores: Spread;
  /** bytes copied in one turn, by all threads together */
  readonly bytes: number;
}

export async function memoryCopy({ rounds, warm }: Effort, smoke: boolean): Promise<MemoryCopy> {
  const { cores, cacheBytes = USUAL_CACHE } = machine();
  const bytes = smoke ? 2 ** 24 : 5 * Math.min(cacheBytes, LARGEST_CACHE);
  const [oneThread, allCores] = [await Copiers.start(1, bytes), await Copiers.start(cores, bytes)];
  const speeds = { oneThread: [] as number[], allCores: [] as number[] };
  for (let round = warm ? -1 : 0; round < rounds; round++) {
    const one = await oneThread.copy();
    const all = await allCores.copy();
    if (round < 0) continue;
    speeds.oneThread.push(one);
    speeds.allCores.push(all);
  }
  oneThread.close();
  allCores.close();
  return { oneThread: spread(speeds.oneThread), allCores: spread(speeds.allCores), bytes };
}

/** Threads that copy side by side, each its part. */
class Copiers {
  private constructor(private readonly workers: readonly Worker[], private readonly bytes: number) {}

  static async start(threads: number, bytes: number): Promise<Copiers> {
    const part = Math.ceil(bytes / threads);
    const workers = Array.from(
      { length: threads },
      () => new Worker(new URL("memory_copy_worker.ts", import.meta.url), { type: "module" }),
    );
    await Promise.all(workers.map((worker) => tell(worker, { bytes: part })));
    return new Copiers(workers, part * threads);
  }

  /** One turn of all threads: GB/s from the first start to the last end. */
  async copy(): Promise<number> {
    const times = await Promise.all(this.workers.map((worker) => tell(worker, {})));
    const start = Math.min(...times.map((time) => time.start));
    const end = Math.max(...times.map((time) => time.end));
    return 2 * this.bytes / ((end - start) * 1e6);
  }

  close(): void {
    for (const worker of this.workers) worker.terminate();
  }
}

function tell(worker: Worker, order: CopyOrder): Promise<CopyTime> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(order);
  });
}
