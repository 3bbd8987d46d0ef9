/** Which encoding a chunk has, by the filters of its dataset, and which chunks are whole frames. */
import type { Encoding } from "../frame.ts";
import { BITSHUFFLE, type H5DatasetFacts, type H5FilterFacts } from "./types.ts";

const DEFLATE = 1;
const SHUFFLE = 2;
const LZ4 = 32004;
const ZSTD = 32015;

/** What `cd_values[4]` of bitshuffle says of the compression after it. */
const BITSHUFFLE_CODECS: Readonly<Record<number, Encoding>> = { 2: "bitshuffle-lz4", 3: "bitshuffle-zstd" };

/** The encoding of chunks that went through these filters; undefined when it is none of ours. */
export function chunkEncoding(filters: readonly H5FilterFacts[], itemSize: number): Encoding | undefined {
  const [first, second] = filters;
  if (!first) return "raw";
  if (filters.length === 2 && first.id === SHUFFLE && second?.id === DEFLATE) {
    return first.options[0] === itemSize ? "shuffle-gzip" : undefined;
  }
  if (filters.length > 1) return undefined;
  switch (first.id) {
    case BITSHUFFLE:
      return first.options[2] === itemSize ? BITSHUFFLE_CODECS[first.options[4] ?? 0] : undefined;
    case LZ4:
      return "lz4";
    case ZSTD:
      return "zstd";
    case DEFLATE:
      return "gzip";
  }
  return undefined;
}

/** The encoding of a dataset whose chunks are one frame each; undefined for any other. */
export function frameEncoding(facts: H5DatasetFacts): Encoding | undefined {
  const { shape, chunks, littleEndian, itemSize } = facts;
  if (!chunks || (!littleEndian && itemSize > 1)) return undefined;
  const frames = shape.length - 2;
  const whole = chunks.every((size, axis) => size === (axis < frames ? 1 : shape[axis]));
  return whole && frames >= 0 && (frames < 2 || shape[1] === 1) && frames <= 2
    ? chunkEncoding(facts.filters, itemSize)
    : undefined;
}
