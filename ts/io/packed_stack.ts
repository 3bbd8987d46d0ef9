/**
 * A growing dataset of numbers that is written chunk by chunk, each encoded here as bitshuffle-Zstandard. What does not
 * fill a chunk yet waits in a buffer of one chunk; full ones are packed and written by a queue. When it is finished the
 * dataset says how many bytes it takes.
 */
import { packBitshuffleZstd } from "../engine/packing.ts";
import { bytesOfPixels, PIXEL_ARRAYS } from "../engine/pixel_arrays.ts";
import type { PixelArray, PixelType } from "./frame.ts";
import type { H5Attributes, H5ChunkStack, H5Writer } from "./hdf5/h5.ts";
import type { PackingQueue } from "./packing_queue.ts";

/** The attribute of a dataset that tells the bytes of its chunks in the file. */
export const STORED_BYTES = "stored_bytes";

/** See the module. */
export class PackedStack {
  readonly #h5: H5Writer;
  readonly #queue: PackingQueue;
  readonly #path: string;
  readonly #chunks: H5ChunkStack;
  readonly #type: PixelType;
  /** elements per item, and per chunk */
  readonly #width: number;
  readonly #length: number;
  /** buffers whose chunks have been packed */
  readonly #spare: PixelArray[] = [];
  #buffer: PixelArray | undefined;
  #filled = 0;
  #items = 0;
  #stored = 0;

  /** `rows`: items per chunk, so that a chunk has a multiple of eight elements. Throws OutputError. */
  constructor(
    h5: H5Writer,
    queue: PackingQueue,
    path: string,
    type: PixelType,
    itemShape: readonly number[],
    rows: number,
    attributes: H5Attributes = {},
  ) {
    this.#h5 = h5;
    this.#queue = queue;
    this.#path = path;
    this.#width = itemShape.reduce((product, n) => product * n, 1);
    [this.#type, this.#length] = [type, rows * this.#width];
    const options = { encoding: "bitshuffle-zstd" as const, chunk: [rows, ...itemShape], attributes };
    this.#chunks = h5.chunkStack(path, type, itemShape, options);
  }

  /** Takes whole items of the dataset's type; copies what it keeps. */
  append(data: PixelArray): void {
    for (let taken = 0; taken < data.length;) {
      const buffer = this.#buffer ??= this.#spare.pop() ?? new PIXEL_ARRAYS[this.#type](this.#length);
      const part = data.subarray(taken, taken + this.#length - this.#filled);
      buffer.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
      if (this.#filled === this.#length) this.#write(buffer);
    }
    this.#items += data.length / this.#width;
  }

  /** Takes the next chunk, of `items` items, on its way to being packed; no items may wait for their chunk to be full. */
  appendPacked(packing: Promise<Uint8Array>, items: number): void {
    this.#items += items;
    this.#push(packing);
  }

  /** Puts the started chunk, zeros behind it, on its way. */
  flush(): void {
    if (!this.#buffer) return;
    this.#buffer.fill(0, this.#filled);
    this.#write(this.#buffer);
  }

  /** Closes the dataset, whose chunks have all been written: after `flush` and the queue's `drain`. */
  finish(): void {
    this.#chunks.finish(this.#items);
    this.#h5.attributes(this.#path, { [STORED_BYTES]: this.#stored });
  }

  #write(buffer: PixelArray): void {
    [this.#buffer, this.#filled] = [undefined, 0];
    this.#push(
      packBitshuffleZstd(bytesOfPixels(buffer), buffer.BYTES_PER_ELEMENT).finally(() => this.#spare.push(buffer)),
    );
  }

  #push(packing: Promise<Uint8Array>): void {
    this.#queue.push(packing, (encoded) => {
      this.#chunks.appendChunk(encoded);
      this.#stored += encoded.length;
    });
  }
}
