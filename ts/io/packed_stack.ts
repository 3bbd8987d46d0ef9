/**
 * A growing dataset of numbers that is written chunk by chunk, each encoded here as bitshuffle-Zstandard. What does not
 * fill a chunk yet waits in a buffer of one chunk. When it is finished the dataset says how many bytes it takes.
 */
import { PIXEL_ARRAYS } from "../engine/pixel_arrays.ts";
import type { PixelArray, PixelType } from "./frame.ts";
import { encodeBitshuffleZstd } from "./bitshuffle_zstd.ts";
import type { H5Attributes, H5ChunkStack, H5Writer } from "./hdf5/h5.ts";

/** The attribute of a dataset that tells the bytes of its chunks in the file. */
export const STORED_BYTES = "stored_bytes";

/** See the module. */
export class PackedStack {
  readonly #h5: H5Writer;
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
    path: string,
    type: PixelType,
    itemShape: readonly number[],
    rows: number,
    attributes: H5Attributes = {},
  ) {
    this.#h5 = h5;
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

  /** Writes the started chunk, zeros behind it, and closes the dataset. */
  finish(): void {
    if (this.#filled > 0) {
      this.#buffer.fill(0, this.#filled);
      this.#write();
    }
    this.#chunks.finish(this.#items);
    this.#h5.attributes(this.#path, { [STORED_BYTES]: this.#stored });
  }

  #write(): void {
    const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT } = this.#buffer;
    const encoded = encodeBitshuffleZstd(new Uint8Array(buffer, byteOffset, byteLength), BYTES_PER_ELEMENT);
    this.#chunks.appendChunk(encoded);
    this.#stored += encoded.length;
    this.#filled = 0;
  }
}
