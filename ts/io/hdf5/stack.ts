/** A dataset that grows: items are gathered into whole chunks, so that no chunk is compressed twice. */
import type { H5Library } from "./library.ts";
import { bytesOf, count, type H5Array, type H5Number, NUMBERS } from "./types.ts";

/** A dataset being appended to. */
export interface H5Stack {
  /** items appended so far */
  readonly length: number;
  /**
   * Appends items: an array of the stack's type, or its bytes (little-endian). The number of items is its size over
   * that of one item. Copied before the call returns.
   */
  append(items: H5Array | Uint8Array): void;
}

/** How a stack reaches its file. */
export interface StackSink {
  /** Grows the dataset to `length` items and writes `items` of them, at `pointer` in the heap, from `first` on. */
  write(pointer: number, first: number, items: number, length: number): void;
}

/** A stack with one chunk of items in the library's heap. */
export class Stack implements H5Stack {
  readonly #itemBytes: number;
  #buffer = 0;
  /** items on disk in whole chunks */
  #stored = 0;
  /** bytes waiting in the buffer */
  #waiting = 0;
  /** bytes of the buffer that a flush has put on disk already */
  #flushed = 0;

  constructor(
    private readonly lib: H5Library,
    private readonly type: H5Number,
    itemShape: readonly number[],
    private readonly chunkItems: number,
    private readonly sink: StackSink,
  ) {
    this.#itemBytes = count(itemShape) * NUMBERS[type].size;
  }

  get length(): number {
    return this.#stored + this.#waiting / this.#itemBytes;
  }

  append(items: H5Array | Uint8Array): void {
    const bytes = bytesOf(items);
    if (bytes.length % this.#itemBytes !== 0) {
      throw new RangeError(`${bytes.length} bytes are not whole items of ${this.#itemBytes} bytes (${this.type})`);
    }
    const capacity = this.chunkItems * this.#itemBytes;
    if (this.#buffer === 0) this.#buffer = this.lib.allocate(capacity);
    let from = 0;
    while (from < bytes.length) {
      const part = bytes.subarray(from, from + capacity - this.#waiting);
      this.lib.module.HEAPU8.set(part, this.#buffer + this.#waiting);
      this.#waiting += part.length;
      from += part.length;
      if (this.#waiting === capacity) {
        this.sink.write(this.#buffer, this.#stored, this.chunkItems, this.#stored + this.chunkItems);
        this.#stored += this.chunkItems;
        this.#waiting = 0;
        this.#flushed = 0;
      }
    }
  }

  /** Puts a started chunk on disk; it stays in the buffer and is written again when it is full. */
  flush(): void {
    if (this.#waiting === this.#flushed) return;
    const items = this.#waiting / this.#itemBytes;
    this.sink.write(this.#buffer, this.#stored, items, this.#stored + items);
    this.#flushed = this.#waiting;
  }

  /** Gives the buffer back; nothing can be appended afterwards. */
  free(): void {
    if (this.#buffer) this.lib.module._free(this.#buffer);
    this.#buffer = 0;
  }
}
