/** What runs find on the machine: processors, and the files that they read. */
import type { Engine } from "../engine/engine.ts";
import { UsageError } from "../errors.ts";
import { filePart } from "../io/open.ts";

/** Most frames that are worked on at the same time unless more are asked for: each takes some 100 MB for 6 Mpixel. */
const MOST_JOBS = 16;
/** Most that can be asked for. */
const LIMIT = 256;

/** How many frames are worked on at the same time. Throws UsageError for a number that cannot be meant. */
export function jobsFor(wanted: number | undefined, frames: number): number {
  if (wanted === undefined) return Math.max(1, Math.min(navigator.hardwareConcurrency, frames, MOST_JOBS));
  if (Number.isInteger(wanted) && wanted >= 1 && wanted <= LIMIT) return wanted;
  throw new UsageError(`--jobs must be a whole number from 1 to ${LIMIT}, not ${wanted}`);
}

/** Threads that are started before the first file is open, when nobody knows how many frames there are. */
const FIRST_THREADS = 2;

/** Does work that opens files and makes a pool, with the engine's first threads started meanwhile; see `startAhead`. */
export async function withThreads<T>(
  engine: Engine,
  pool: "plans" | "densifiers",
  jobs: number | undefined,
  frames: number,
  work: () => Promise<T>,
): Promise<T> {
  const end = engine.startAhead?.(pool, Math.min(jobsFor(jobs, frames), FIRST_THREADS));
  try {
    return await work();
  } finally {
    end?.();
  }
}

/** Size and time of change of files, by which a later run sees that they are the same; zeros for what is no file. */
export async function factsOfFiles(
  names: readonly string[],
): Promise<{ name: string; size: number; changed: number }[]> {
  return await Promise.all(names.map(async (name) => {
    const info = await Deno.stat(filePart(name)).catch(() => undefined);
    return { name, size: info?.size ?? 0, changed: info?.mtime?.getTime() ?? 0 };
  }));
}
