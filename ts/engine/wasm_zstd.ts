/**
 * Chunks of `chunk_zstd.ts` without the native engine: the core shuffles the bits, the runtime's own Zstandard
 * compresses.
 */
import { zlib } from "../builtins.ts";
import { GROUP, ZSTD_LEVEL } from "./chunk_zstd.ts";
import { bitshuffle } from "./wasm/braggsieve.js";
import { memory } from "./wasm/braggsieve_bg.wasm";

const HEADER = 16;

/**
 * Encodes the little-endian elements of a whole chunk, `size` bytes each, for filter options
 * `[0, 4, size, 0, 3, ZSTD_LEVEL]`.
 *
 * @throws RangeError when they are not whole groups of eight elements
 */
export function encodeBitshuffleZstd(chunk: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  if (chunk.length === 0 || chunk.length % (GROUP * size) !== 0 || chunk.length >= 2 ** 31) {
    throw new RangeError(`a chunk of ${chunk.length} bytes is not whole groups of ${GROUP} elements of ${size}`);
  }
  return encodeShuffled(shuffled(chunk, size));
}

/** The bits of whole groups of eight elements of `size` bytes, shuffled: valid until the next call into the core. */
export function shuffled(elements: Uint8Array, size: number): Uint8Array {
  // First: the call may move the memory.
  const place = bitshuffle(elements, size);
  return new Uint8Array(memory.buffer, place, elements.length);
}

/** The same of a chunk whose bits are shuffled already. */
export function encodeShuffled(shuffled: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = shuffled;
  const { constants, zstdCompressSync } = zlib();
  const options = { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL }, pledgedSrcSize: length };
  const packed = zstdCompressSync(shuffled, options);
  const encoded = new Uint8Array(HEADER + packed.length);
  const view = new DataView(encoded.buffer);
  view.setBigUint64(0, BigInt(length));
  view.setUint32(8, length);
  view.setUint32(12, packed.length);
  encoded.set(packed, HEADER);
  return encoded;
}
