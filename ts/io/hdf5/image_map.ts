/**
 * Maps of a whole detector, read chunk by chunk where they are cut into bands of whole rows: each is decoded by the
 * engine, on its threads, straight to its place. Any other dataset is read by the HDF5 library.
 */
import { InputError, messageOf } from "../../errors.ts";
import { GROUP } from "../../engine/chunk_zstd.ts";
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
  const work = bands.map(async ({ encoding, bytes: chunk }, at) => {
    const target = bytes.subarray(at * size, (at + 1) * size);
    // The last chunk may go on beyond the map.
    const whole = target.length === size ? target : new Uint8Array(size);
    await unpackChunk(encoding, chunk, itemSize, whole);
    if (whole !== target) target.set(whole.subarray(0, target.length));
  });
  // All of them: threads write to their arrays until then.
  const failure = (await Promise.allSettled(work)).find(({ status }) => status === "rejected");
  if (failure) {
    const remedy = "copy the file again or leave this part out";
    const reason = messageOf((failure as PromiseRejectedResult).reason);
    throw new InputError(`the data cannot be read: ${reason}`, { file: file.path, place: path, remedy });
  }
  return viewOf(type, bytes);
}

/** All chunks of the map; undefined when it is not cut into bands, or one of them has to be read by the library. */
function bandsOf(file: H5Reader, path: string): H5Chunk[] | undefined {
  const { shape, chunks } = file.dataset(path);
  // A header may ask for chunks far beyond the map.
  if (!chunks || shape.length !== 2 || chunks[0]! > shape[0]! + GROUP) return undefined;
  const bands: H5Chunk[] = [];
  for (let row = 0; row < shape[0]!; row += chunks[0]!) {
    const band = file.band(path, row);
    if (!band || !chunkCodec().decodes.has(band.encoding)) return undefined;
    bands.push(band);
  }
  return bands;
}
