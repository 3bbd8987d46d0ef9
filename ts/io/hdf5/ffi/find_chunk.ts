/**
 * Where a chunk lies that has just been written. libhdf5 would look through all chunks of the dataset, which makes a long
 * stack's time grow with its square; but a new chunk lies behind the one before, or at the end of the file, and its first
 * and last bytes tell whether it does. Every encoding begins with a header, so that no place inside of another chunk looks
 * like it; an equal chunk does, and is as good.
 */
import type { ChunkPlace } from "../backend.ts";

/** Bytes at either end of a chunk that are compared. */
const ENDS = 64;

/** Finds the chunks of one file. */
export class ChunkFinder {
  #file: Deno.FsFile | undefined;
  /** where the last chunk ended */
  #next = 0;
  readonly #there = new Uint8Array(ENDS);

  /** The file must exist; without the permission to read it nothing is found. */
  constructor(path: string) {
    try {
      this.#file = Deno.openSync(path, { read: true });
    } catch {
      // The library itself has to be asked.
    }
  }

  /** The place of the chunk that the library has written last; undefined when it lies elsewhere. */
  find(chunk: Uint8Array): ChunkPlace | undefined {
    if (!this.#file) return undefined;
    const end = this.#file.statSync().size - chunk.length;
    const offset = [this.#next, end].find((at) => at > 0 && this.#holds(at, chunk));
    return offset === undefined ? undefined : this.remember({ offset, length: chunk.length });
  }

  /** Tells where a chunk lies that the library had to be asked for. */
  remember(place: ChunkPlace): ChunkPlace {
    this.#next = place.offset + place.length;
    return place;
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #holds(offset: number, chunk: Uint8Array): boolean {
    const head = chunk.subarray(0, ENDS);
    const tail = chunk.subarray(-ENDS);
    return this.#same(offset, head) && this.#same(offset + chunk.length - tail.length, tail);
  }

  #same(offset: number, bytes: Uint8Array): boolean {
    const there = this.#there.subarray(0, bytes.length);
    this.#file!.seekSync(offset, Deno.SeekMode.Start);
    return this.#file!.readSync(there) === bytes.length && there.every((byte, i) => byte === bytes[i]);
  }
}
