/** Descriptions of what is written, in the form that h5wasm takes them. */
import { CLASS, count, filterOptions, NUMBERS } from "../types.ts";
import type { H5Filter, H5Number } from "../types.ts";

/** H5T_CSET_UTF8 */
const UTF8 = 1;

/** How a dataset is packed. */
interface Packing {
  readonly filter?: H5Filter;
  readonly chunks?: readonly number[];
}

/** Numbers of a type in a shape, chunked and filtered as asked. */
export function numberMetadata(type: H5Number, shape: readonly number[], packing: Packing) {
  const number = NUMBERS[type];
  const filter = packing.chunks && filterOptions(packing.filter ?? "none", number.size);
  return {
    ...number,
    vlen: false,
    littleEndian: true,
    total_size: count(shape),
    shape: shape.map(BigInt),
    maxshape: shape.map(BigInt),
    chunks: (packing.chunks?.map(BigInt) ?? null) as unknown as number[] | null,
    ...(filter && { compression: filter.id, compression_opts: filter.options }),
  };
}

/** Variable-length UTF-8, as h5py writes text. */
export function textMetadata(shape: readonly number[]) {
  return {
    type: CLASS.string,
    size: 4,
    signed: false,
    vlen: true,
    cset: UTF8,
    littleEndian: true,
    total_size: count(shape),
    shape: shape.map(BigInt),
    maxshape: shape.map(BigInt),
    chunks: null,
  };
}
