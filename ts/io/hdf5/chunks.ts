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

/** A chunk of an array, whole: beyond the array's edges with zeros. Valid until the next one. */
interface ArrayChunk {
  readonly offset: readonly number[];
  readonly chunk: Uint8Array;
}

/** The chunks of an array, row after row of bytes. */
export function* splitIntoChunks(
  bytes: Uint8Array,
  shape: readonly number[],
  chunks: readonly number[],
  itemSize: number,
): Generator<ArrayChunk> {
  const chunk = new Uint8Array(count(chunks) * itemSize);
  const grid = shape.map((size, axis) => Math.ceil(size / chunks[axis]!));
  for (const cell of indices(grid)) {
    const offset = cell.map((at, axis) => at * chunks[axis]!);
    const size = shape.map((all, axis) => Math.min(chunks[axis]!, all - offset[axis]!));
    const row = (size.at(-1) ?? 1) * itemSize;
    chunk.fill(0);
    for (const start of indices(size.slice(0, -1))) {
      const inside = [...start, 0];
      const from = position(inside.map((at, axis) => at + offset[axis]!), shape) * itemSize;
      chunk.set(bytes.subarray(from, from + row), position(inside, chunks) * itemSize);
    }
    yield { offset, chunk };
  }
}

/** All indices of a shape, the last axis fastest. */
function* indices(shape: readonly number[]): Generator<number[]> {
  const all = count(shape);
  for (let n = 0; n < all; n++) {
    let rest = n;
    const index = shape.map(() => 0);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    yield index;
  }
}

/** The number of an element in an array of a shape. */
function position(index: readonly number[], shape: readonly number[]): number {
  return index.reduce((sum, at, axis) => sum * shape[axis]! + at, 0);
}
