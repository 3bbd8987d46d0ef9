/** Frames on their way into a file: pixels, or what an engine has packed already. */
import { OutputError } from "../errors.ts";
import type { PixelArray } from "./frame.ts";
import { chunkCodec } from "./hdf5/codec.ts";

/** Row-major pixels, or one chunk of HDF5 filter 32008 with LZ4 that holds them. */
export type FramePixels = PixelArray | { readonly chunk: Uint8Array };

/** The chunk of a frame; `name` is what errors call it. Throws OutputError when it has another number of pixels. */
export function chunkOf(frame: FramePixels, pixels: number, name: string, file: string): Uint8Array {
  if (!ArrayBuffer.isView(frame)) return frame.chunk;
  if (frame.length !== pixels) throw new OutputError(`${name} has ${frame.length} pixels, not ${pixels}`, file);
  const bytes = new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength);
  return chunkCodec().encodeChunk("bitshuffle-lz4", bytes, frame.BYTES_PER_ELEMENT);
}
