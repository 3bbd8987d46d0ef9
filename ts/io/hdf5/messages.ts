/** What libraries and systems say about errors, turned into the one sentence that matters. */

/** The cause, from the descriptions of an error stack, the innermost last; the system's own words when it has any. */
export function cause(descriptions: readonly string[]): string {
  const last = descriptions.at(-1) ?? "unknown reason";
  if (last.startsWith("filter returned failure")) return "a compressed chunk is damaged";
  return /error message = '([^']+)'/.exec(last)?.[1] ?? last;
}

/** The descriptions in a printed stack: `#006: H5Fsuper.c line 577 in H5F__super_read(): truncated file: ...`. */
export function descriptions(printed: string): string[] {
  return [...printed.matchAll(/#\d+: \S+ line \d+ in \w+\(\): (.*)/g)].map((match) => match[1]!);
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
