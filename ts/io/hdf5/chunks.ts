/** What the chunks of a dataset are, those of the sources of a virtual one among them. */
import { dirname, isAbsolute, resolve } from "node:path";
import type { Backend, ChunkFacts } from "./backend.ts";
import { count, type H5DatasetFacts, type H5VirtualSource } from "./types.ts";

/** The chunks of a dataset of its own. */
export function chunkFactsOf({ chunks, filters, itemSize }: H5DatasetFacts): ChunkFacts {
  return chunks ? { filter: filters.at(-1)?.id, bytes: count(chunks) * itemSize } : {};
}

/** The chunks of the sources of a virtual dataset in `file`, as far as those are there and alike. */
export function sourceChunks(library: Backend, file: string, sources: readonly H5VirtualSource[]): ChunkFacts {
  const filters = new Set<number | undefined>();
  const bytes = new Set<number | undefined>();
  for (const source of sources) {
    try {
      const open = library.open(sourceFile(file, source.file));
      try {
        const facts = chunkFactsOf(open.describe(source.path));
        filters.add(facts.filter);
        bytes.add(facts.bytes);
      } finally {
        open.close();
      }
    } catch {
      // A source that is absent has no chunks: libhdf5 shows its fill value.
    }
  }
  return {
    ...(filters.size === 1 ? { filter: [...filters][0] } : {}),
    ...(bytes.size === 1 ? { bytes: [...bytes][0] } : {}),
  };
}

/** Where libhdf5 finds the file of a link or of a virtual dataset's source: as it stands, or beside the file. */
export function sourceFile(file: string, named: string): string {
  if (named === ".") return file;
  return isAbsolute(named) ? named : resolve(dirname(file), named);
}
