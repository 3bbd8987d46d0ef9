/** A dataset that grows by chunks that are encoded already. */
import type { ChunkPlace } from "./backend.ts";
import { count, type H5Attributes } from "./types.ts";

/** Options of stacks of encoded chunks. */
export interface H5ChunkStackOptions {
  /** how the chunks are encoded; "none": as pixels */
  readonly encoding: "bitshuffle-lz4" | "bitshuffle-zstd" | "none";
  /** shape of a chunk: a number of items, then the whole of an item */
  readonly chunk: readonly number[];
  readonly attributes?: H5Attributes;
}

/** A dataset being appended to, a chunk at a time. */
export interface H5ChunkStack {
  /** items appended so far, those of the last chunk counted as if it were full until `finish` */
  readonly length: number;
  /**
   * Appends one chunk, encoded from a whole chunk of items: what the last one has beyond the end is filled with zeros.
   * Where its bytes lie in the file, and there they are when this returns; undefined where the library does not tell.
   */
  appendChunk(bytes: Uint8Array): ChunkPlace | undefined;
  /** Gives the dataset its true length, within the last chunk. Nothing can be appended afterwards. */
  finish(length: number): void;
}

/** How a stack of chunks reaches its file. */
export interface ChunkSink {
  chunk(bytes: Uint8Array, first: number, length: number): ChunkPlace | undefined;
  resize(length: number): void;
}

/**
 * A stack of encoded chunks. The dataset is kept no longer than what is certain of the last chunk, one item, until the
 * next one comes or the file is flushed: shrinking it would make libhdf5 decode that chunk, clear its end and encode it
 * again.
 */
export class ChunkStack implements H5ChunkStack {
  #chunks = 0;
  /** length that the dataset was given; undefined while it may be anything */
  #extent: number | undefined;
  #finished: number | undefined;

  constructor(private readonly items: number, private readonly sink: ChunkSink) {}

  get length(): number {
    return this.#finished ?? this.#chunks * this.items;
  }

  appendChunk(bytes: Uint8Array): ChunkPlace | undefined {
    if (this.#finished !== undefined) throw new RangeError("the stack is finished already");
    if (bytes.length === 0) throw new RangeError("a chunk has at least one byte");
    const first = this.#chunks * this.items;
    this.#extent = undefined;
    const place = this.sink.chunk(bytes, first, first + 1);
    this.#chunks++;
    return place;
  }

  finish(length: number): void {
    const least = Math.max(0, (this.#chunks - 1) * this.items + (this.#chunks > 0 ? 1 : 0));
    const most = this.#chunks * this.items;
    if (this.#finished !== undefined || !Number.isInteger(length) || length < least || length > most) {
      throw new RangeError(
        `${this.#chunks} chunks of ${this.items} items end after ${least} to ${most}, not ${length}`,
      );
    }
    this.#finished = length;
    this.#resize(length);
  }

  /** Makes everything that was appended visible. */
  flush(): void {
    this.#resize(this.length);
  }

  #resize(length: number): void {
    if (length === this.#extent) return;
    this.sink.resize(length);
    this.#extent = length;
  }
}

/** Throws unless chunks are of whole items. */
export function checkChunk(chunk: readonly number[], itemShape: readonly number[]): void {
  const [items = 0, ...rest] = chunk;
  if (Number.isInteger(items) && items > 0 && rest.join() === itemShape.join() && count(itemShape) > 0) return;
  throw new RangeError(`a chunk of (${chunk.join(", ")}) is not one of whole items of (${itemShape.join(", ")})`);
}
