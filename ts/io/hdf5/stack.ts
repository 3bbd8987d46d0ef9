/** A dataset that grows: items are gathered into whole chunks, so that no chunk is compressed twice. */
import type { Block } from "./backend.ts";
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
  allocate(bytes: number): Block;
  /** Grows the dataset to `length` items and writes `items` of them, the first ones of `block`, from `first` on. */
  write(block: Block, first: number, items: number, length: number): void;
}

/** A stack with one chunk of items in memory that its library can write from. */
export class Stack implements H5Stack {
  readonly #itemBytes: number;
  #block: Block | undefined;
  /** items on disk in whole chunks */
  #stored = 0;
  /** bytes waiting in the block */
  #waiting = 0;
  /** bytes of the block that a flush has put on disk already */
  #flushed = 0;

  constructor(
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
    this.#block ??= this.sink.allocate(capacity);
    let from = 0;
    while (from < bytes.length) {
      const part = bytes.subarray(from, from + capacity - this.#waiting);
      this.#block.bytes.set(part, this.#waiting);
      this.#waiting += part.length;
      from += part.length;
      if (this.#waiting === capacity) {
        this.sink.write(this.#block, this.#stored, this.chunkItems, this.#stored + this.chunkItems);
        this.#stored += this.chunkItems;
        this.#waiting = 0;
        this.#flushed = 0;
      }
    }
  }

  /** Puts a started chunk on disk; it stays in the block and is written again when it is full. */
  flush(): void {
    if (!this.#block || this.#waiting === this.#flushed) return;
    const items = this.#waiting / this.#itemBytes;
    this.sink.write(this.#block, this.#stored, items, this.#stored + items);
    this.#flushed = this.#waiting;
  }

  /** Gives the block back; nothing can be appended afterwards. */
  free(): void {
    this.#block?.free();
    this.#block = undefined;
  }
}
