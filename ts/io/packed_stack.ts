/**
 * A growing dataset of numbers that is written chunk by chunk, each encoded here as bitshuffle-Zstandard. What does not
 * fill a chunk yet waits in a buffer of one chunk; full ones are packed and written by a queue. When it is finished the
 * dataset says how many bytes it takes.
 */
import { PIXEL_ARRAYS } from "../engine/pixel_arrays.ts";
import type { PixelArray, PixelType } from "./frame.ts";
import { packBitshuffleZstd } from "./bitshuffle_zstd.ts";
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
  /** elements per item */
  readonly #width: number;
  readonly #buffer: PixelArray;
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
    this.#buffer = new PIXEL_ARRAYS[type](rows * this.#width);
    const options = { encoding: "bitshuffle-zstd" as const, chunk: [rows, ...itemShape], attributes };
    this.#chunks = h5.chunkStack(path, type, itemShape, options);
  }

  /** Takes whole items of the dataset's type; copies what it keeps. */
  append(data: PixelArray): void {
    for (let taken = 0; taken < data.length;) {
      const part = data.subarray(taken, taken + this.#buffer.length - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
      if (this.#filled === this.#buffer.length) this.#write();
    }
    this.#items += data.length / this.#width;
  }

  /** Puts the started chunk, zeros behind it, on its way. */
  flush(): void {
    if (this.#filled === 0) return;
    this.#buffer.fill(0, this.#filled);
    this.#write();
  }

  /** Closes the dataset, whose chunks have all been written: after `flush` and the queue's `drain`. */
  finish(): void {
    this.#chunks.finish(this.#items);
    this.#h5.attributes(this.#path, { [STORED_BYTES]: this.#stored });
  }

  #write(): void {
    const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT } = this.#buffer;
    const chunk = new Uint8Array(buffer, byteOffset, byteLength);
    this.#queue.push(packBitshuffleZstd(chunk, BYTES_PER_ELEMENT), (encoded) => {
      this.#chunks.appendChunk(encoded);
      this.#stored += encoded.length;
    });
    this.#filled = 0;
  }
}
