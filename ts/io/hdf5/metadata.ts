/** Descriptions of what is written, in the form that h5wasm takes them. */
import { CLASS, count, filterOptions, NUMBERS } from "./types.ts";
import type { H5Array, H5Filter, H5Number } from "./types.ts";

/** H5T_CSET_UTF8 */
const UTF8 = 1;

/** How a dataset is packed. */
export interface Packing {
  filter?: H5Filter;
  chunks?: readonly number[];
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

/** int64 when every value is a whole number, as h5py does with Python's integers. */
export function numberType(values: readonly number[]): "int64" | "float64" {
  return values.every(Number.isSafeInteger) ? "int64" : "float64";
}

/** One number as an array of its type. */
export function oneNumber(value: number, type: H5Number): H5Array {
  switch (type) {
    case "uint8":
      return Uint8Array.of(value);
    case "uint16":
      return Uint16Array.of(value);
    case "uint32":
      return Uint32Array.of(value);
    case "uint64":
      return BigUint64Array.of(BigInt(value));
    case "int8":
      return Int8Array.of(value);
    case "int16":
      return Int16Array.of(value);
    case "int32":
      return Int32Array.of(value);
    case "int64":
      return BigInt64Array.of(BigInt(value));
    case "float32":
      return Float32Array.of(value);
    case "float64":
      return Float64Array.of(value);
  }
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
