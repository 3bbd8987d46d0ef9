/** Chunks of pixels in journals: where they lie in the unfinished output when that is known, their bytes else. */
import { Buffer } from "node:buffer";
import { crc32 } from "../engine/packing.ts";
import { InputError } from "../errors.ts";
import type { ChunkPlace } from "../io/hdf5/h5.ts";

/** A chunk, or where it lies with its CRC-32. */
export type StoredChunk = Uint8Array | (ChunkPlace & { readonly crc: number });

/** What a journal keeps of a chunk that was written to `place`; undefined: the writer does not know where. */
export function storeChunk(chunk: Uint8Array, place: ChunkPlace | undefined): StoredChunk {
  return place ? { ...place, crc: crc32(chunk) } : chunk;
}

/** Bytes that a journal holds of it. */
export function storedBytes(stored: StoredChunk | undefined): number {
  return stored instanceof Uint8Array ? stored.byteLength : 0;
}

/** The chunk, out of the unfinished output `part` when it lies there. Throws InputError when it is not whole any more. */
export function fetchChunk(part: string, stored: StoredChunk): Uint8Array {
  if (stored instanceof Uint8Array) return stored;
  const remedy = "run without --resume";
  let there = 0;
  const bytes = Buffer.alloc(stored.length);
  try {
    using file = Deno.openSync(part);
    file.seekSync(stored.offset, Deno.SeekMode.Start);
    for (let count: number | null = 1; count && there < bytes.length; there += count ?? 0) {
      count = file.readSync(bytes.subarray(there));
    }
  } catch (cause) {
    throw new InputError("the unfinished output is gone", { file: part, remedy }, { cause });
  }
  if (there < bytes.length || crc32(bytes) !== stored.crc) {
    throw new InputError("the unfinished output is damaged", { file: part, place: `byte ${stored.offset}`, remedy });
  }
  return bytes;
}
