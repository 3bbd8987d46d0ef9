/** What a figure was measured on, and medians with their spread. */
import { cpus } from "node:os";

/** One machine, as far as it tells without extra permissions. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly deno: string;
}

/** The machine that this runs on. Needs --allow-sys=cpus. */
export function machine(): Machine {
  const processors = cpus();
  return { processor: processors[0]?.model ?? "unknown processor", cores: processors.length, deno: Deno.version.deno };
}

/** Median, smallest and largest of some times. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
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

/** `12.3 (11.9–14.0)`. */
export function show({ median, min, max }: Spread): string {
  const text = (x: number) => x.toPrecision(3);
  return `${text(median)} (${text(min)}–${text(max)})`;
}
