/** What libhdf5 says about its errors, turned into the one sentence that matters. */
import type { H5Library } from "./library.ts";

/** The cause at the bottom of an error stack: `#006: H5Fsuper.c line 577 in H5F__super_read(): truncated file: ...`. */
export function cause(messages: string): string {
  const lines = [...messages.matchAll(/#\d+: \S+ line \d+ in \w+\(\): (.*)/g)].map((match) => match[1]!);
  const last = lines.at(-1) ?? "unknown reason";
  return last.startsWith("filter returned failure") ? "a compressed chunk is damaged" : last;
}

/** Whether libhdf5 reported an error. */
export function failed(messages: string): boolean {
  return messages.includes("HDF5-DIAG");
}

/** Runs calls of the library and gives its messages and what the host reported during them. */
export function listen<T>(lib: H5Library, call: () => T): { value: T; messages: string; failure: Error | undefined } {
  lib.takeMessages();
  lib.host.takeFailure();
  const value = call();
  return { value, messages: lib.takeMessages(), failure: lib.host.takeFailure() };
}

/** The candidates most like `wanted`, best first: those that end alike, then those with the fewest changed letters. */
export function nearest(wanted: string, candidates: readonly string[], limit = 3): string[] {
  const last = wanted.split("/").at(-1) ?? "";
  const score = (path: string) => distance(wanted, path) - (last !== "" && path.endsWith(`/${last}`) ? 100 : 0);
  return [...candidates].sort((a, b) => score(a) - score(b)).slice(0, limit);
}

/** Levenshtein's distance of two short strings. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
