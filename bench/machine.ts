/** What a figure was measured on, and medians with their spread. */
import { cpus, loadavg } from "node:os";

/** One machine, as far as it tells. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  /** bytes of the last cache level; undefined when the system does not tell */
  readonly cacheBytes?: number;
  readonly deno: string;
}

/** The machine that this runs on. Needs --allow-sys=cpus and --allow-run. */
export function machine(): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model ?? "unknown processor",
    cores: processors.length,
    cacheBytes: lastCache(),
    deno: Deno.version.deno,
  };
}

/** Bytes of the last level of cache, where glibc tells: Deno reads nothing below /sys. Needs --allow-run. */
function lastCache(): number | undefined {
  try {
    const { stdout } = new Deno.Command("getconf", { args: ["LEVEL3_CACHE_SIZE"], stderr: "null" }).outputSync();
    return Number(new TextDecoder().decode(stdout)) || undefined;
  } catch {
    return undefined;
  }
}

/** Programs that ran on average in the last minute: what else the machine does. Needs --allow-sys=loadavg. */
export function load(): number {
  return loadavg()[0];
}

/** Median, smallest and largest of some times. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Throws when there are no values: no figure without a measurement. */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0 || !values.every(Number.isFinite)) throw new Error("nothing was measured");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

/** Milliseconds that a piece of work takes. */
export async function milliseconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
