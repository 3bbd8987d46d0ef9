/**
 * Decoding and encoding of chunks outside the HDF5 library: one pair of functions for the whole program, of the engine
 * that packs. libhdf5 without plugins needs it for everything but gzip, and some callers want pixels of a frame that was
 * read as a chunk.
 */
import { decodeChunk, encodeBitshuffleLz4, encodeBitshuffleZstd } from "../../engine/packing.ts";
import type { EncodedFrame, Encoding, PixelType } from "../frame.ts";
import { NUMBERS } from "./types.ts";

/** Chunks both ways. */
export interface ChunkCodec {
  /**
   * Decodes a chunk of elements of `itemSize` bytes into `out`, which it fills exactly.
   *
   * @throws Error when the chunk is damaged or the encoding is not known
   */
  decodeChunk(encoding: Encoding, bytes: Uint8Array, itemSize: number, out: Uint8Array): void;
  /** Encodes the elements of a chunk; the result is the caller's own or valid until the next call. */
  encodeChunk(encoding: Encoding, bytes: Uint8Array, itemSize: number): Uint8Array;
  /** what it decodes */
  readonly decodes: ReadonlySet<Encoding>;
}

const CHUNKS: ReadonlySet<Encoding> = new Set(
  ["bitshuffle-lz4", "bitshuffle-zstd", "lz4", "zstd", "gzip", "shuffle-gzip"],
);

let codec: ChunkCodec = {
  decodes: CHUNKS,
  decodeChunk,
  encodeChunk(encoding, bytes, itemSize) {
    if (encoding === "bitshuffle-lz4") return encodeBitshuffleLz4(bytes, itemSize);
    if (encoding === "bitshuffle-zstd") return encodeBitshuffleZstd(bytes, itemSize);
    throw new Error(`chunks are not packed as ${encoding} here`);
  },
};

/** The codec of this thread. */
export function chunkCodec(): ChunkCodec {
  return codec;
}

/** Makes `better` the codec of this thread. */
export function useChunkCodec(better: ChunkCodec): void {
  codec = better;
}

/** The frame as raw pixels: itself when no chunk codec made it. Throws Error when it is damaged. */
export function decodedFrame(frame: EncodedFrame, type: PixelType, shape: readonly [number, number]): EncodedFrame {
  if (!chunkCodec().decodes.has(frame.encoding)) return frame;
  const { size } = NUMBERS[type];
  const bytes = new Uint8Array(shape[0] * shape[1] * size);
  chunkCodec().decodeChunk(frame.encoding, frame.bytes, size, bytes);
  return { encoding: "raw", bytes };
}
