/**
 * Maps of a whole detector, read chunk by chunk where they are cut into bands of whole rows: each is decoded by the
 * engine, on its threads, straight to its place. Any other dataset is read by the HDF5 library.
 */
import { InputError, messageOf } from "../../errors.ts";
import { unpackChunk } from "../../engine/packing.ts";
import { chunkCodec } from "./codec.ts";
import type { H5Chunk, H5Reader } from "./reader.ts";
import { count, type H5Array, isNumber, viewOf } from "./types.ts";

/** A dataset of numbers of two dimensions, whole. Throws or rejects with InputError. */
export async function readImageMap(file: H5Reader, path: string): Promise<H5Array> {
  const { type, shape, itemSize, chunks } = file.dataset(path);
  const bands = isNumber(type) ? bandsOf(file, path) : undefined;
  if (!bands || !chunks || !isNumber(type)) return file.read(path) as H5Array;
  const bytes = new Uint8Array(count(shape) * itemSize);
  const size = count(chunks) * itemSize;
  try {
    await Promise.all(bands.map(({ encoding, bytes: chunk }, at) => {
      const target = bytes.subarray(at * size, (at + 1) * size);
      return target.length === size
        ? unpackChunk(encoding, chunk, itemSize, target)
        // The last chunk goes on beyond the map.
        : unpackChunk(encoding, chunk, itemSize, new Uint8Array(size)).then((all) =>
          target.set(all.subarray(0, target.length))
        );
    }));
  } catch (error) {
    const remedy = "copy the file again or leave this part out";
    throw new InputError(`the data cannot be read: ${messageOf(error)}`, { file: file.path, place: path, remedy });
  }
  return viewOf(type, bytes);
}

/** All chunks of the map; undefined when it is not cut into bands, or one of them has to be read by the library. */
function bandsOf(file: H5Reader, path: string): H5Chunk[] | undefined {
  const { shape, chunks } = file.dataset(path);
  if (!chunks || shape.length !== 2) return undefined;
  const bands: H5Chunk[] = [];
  for (let row = 0; row < shape[0]!; row += chunks[0]!) {
    const band = file.band(path, row);
    if (!band || !chunkCodec().decodes.has(band.encoding)) return undefined;
    bands.push(band);
  }
  return bands;
}
