/** Which encoding a chunk has, by the filters of its dataset, and which chunks are whole frames. */
import type { Encoding } from "../frame.ts";
import { FILTER, FILTER_NAMES, type H5DatasetFacts, type H5FilterFacts } from "./types.ts";

/** What `cd_values[4]` of bitshuffle says of the compression after it. */
const BITSHUFFLE_CODECS: Readonly<Record<number, Encoding>> = { 2: "bitshuffle-lz4", 3: "bitshuffle-zstd" };

/** The encoding of chunks that went through these filters; undefined when it is none of ours. */
export function chunkEncoding(filters: readonly H5FilterFacts[], itemSize: number): Encoding | undefined {
  const [first, second] = filters;
  if (!first) return "raw";
  if (filters.length === 2 && first.id === FILTER.shuffle && second?.id === FILTER.deflate) {
    return first.options[0] === itemSize ? "shuffle-gzip" : undefined;
  }
  if (filters.length > 1) return undefined;
  switch (first.id) {
    case FILTER.bitshuffle:
      return first.options[2] === itemSize ? BITSHUFFLE_CODECS[first.options[4] ?? 0] : undefined;
    case FILTER.lz4:
      return "lz4";
    case FILTER.zstd:
      return "zstd";
    case FILTER.deflate:
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

/** The encoding of an image whose chunks are bands of whole rows; undefined for any other dataset. */
export function bandEncoding({ shape, chunks, littleEndian, itemSize, filters }: H5DatasetFacts): Encoding | undefined {
  const bands = chunks && shape.length === 2 && chunks[1] === shape[1] && (littleEndian || itemSize === 1);
  return bands ? chunkEncoding(filters, itemSize) : undefined;
}

/** Filters inside libhdf5 that it decodes by itself. */
const OWN = new Set([FILTER.deflate, FILTER.shuffle, FILTER.fletcher32, FILTER.nbit, FILTER.scaleOffset]);

/** The stage of a pipeline that cannot be decoded by libhdf5 and `decodes`, in words; undefined when all can. */
export function unsupportedFilter(
  filters: readonly H5FilterFacts[],
  decodes: ReadonlySet<Encoding>,
): string | undefined {
  for (const { id, name, options } of filters) {
    if (OWN.has(id)) continue;
    const encoding = chunkEncoding([{ id, name, options }], options[2] ?? 0);
    if (encoding && decodes.has(encoding)) continue;
    const codec = encoding === "bitshuffle-zstd" ? "bitshuffle with Zstandard" : "bitshuffle without compression";
    const words = id === FILTER.bitshuffle ? codec : FILTER_NAMES[id] ?? (name || "unregistered");
    return `filter ${id} (${words})`;
  }
  return undefined;
}

/** What can be read, for messages. */
export function supportedFilters(decodes: ReadonlySet<Encoding>): string {
  return ["gzip, shuffle, fletcher32, nbit, scale-offset", ...decodes].join(", ");
}
