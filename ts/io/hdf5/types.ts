/** Numbers, types and filters of HDF5 as this library sees them: plain values and two tables, no library calls. */
import { ZSTD_LEVEL } from "../../engine/chunk_zstd.ts";
import type { PixelArray, PixelType } from "../frame.ts";

/** Arrays that go in and out of HDF5 files, in the machine's (little-endian) order. */
export type H5Array = PixelArray | Float64Array | BigUint64Array | BigInt64Array | Int8Array;

/** Number types of datasets. */
export type H5Number = PixelType | "float64" | "uint64" | "int64" | "int8";

/** Compression of a dataset that is written. */
export type H5Filter = "bitshuffle-lz4" | "bitshuffle-zstd" | "gzip" | "none";

/** Half-open index ranges, one per dimension. */
export type H5Ranges = readonly (readonly [number, number])[];

/**
 * Attributes to write, as h5py and NeXus readers like them: strings as variable-length UTF-8, whole numbers as int64,
 * other numbers as float64; lists of one kind become 1-D attributes.
 */
export type H5Attributes = Record<string, string | number | readonly string[] | readonly number[]>;

/** One stage of a dataset's filter pipeline. */
export interface H5FilterFacts {
  /** registered number */
  readonly id: number;
  readonly name: string;
  /** `cd_values` */
  readonly options: readonly number[];
}

/** What a dataset is, without its data. */
export interface H5DatasetFacts {
  /** empty for a scalar */
  readonly shape: readonly number[];
  /** an {@linkcode H5Number}, "string", or the HDF5 class when it is neither: "compound", "float16", ... */
  readonly type: string;
  /** bytes per element */
  readonly itemSize: number;
  /** order of the bytes of numbers in the file; what is read is little-endian whatever it is */
  readonly littleEndian: boolean;
  readonly chunks?: readonly number[];
  readonly filters: readonly H5FilterFacts[];
  /** what a virtual dataset is made of, as it names it: in the file "." the dataset lies beside it */
  readonly virtualSources?: readonly H5VirtualSource[];
  /** datasets that, one after the other along the first axis, are this virtual one; absent when it is otherwise */
  readonly virtualParts?: readonly H5VirtualPart[];
}

/** A dataset that a virtual one shows, or a part of it. */
export interface H5VirtualSource {
  readonly file: string;
  readonly path: string;
}

/** A whole dataset that is a part of a virtual one. */
export interface H5VirtualPart extends H5VirtualSource {
  /** what the virtual dataset takes the source's shape to be; absent when it takes whatever is there */
  readonly shape?: readonly number[];
  /** items along the first axis of the virtual dataset */
  readonly length: number;
}

/** HDF5's class numbers (H5T_class_t). */
export const CLASS = { integer: 0, float: 1, string: 3, enum: 8 } as const;

const CLASS_NAMES = [
  "integer",
  "float",
  "time",
  "string",
  "bitfield",
  "opaque",
  "compound",
  "reference",
  "enum",
  "variable-length",
  "array",
];

/** What a library tells of a type; `type` is the class. */
export interface RawType {
  readonly type: number;
  readonly size: number;
  readonly signed: boolean;
  /** a string of variable length */
  readonly vlen: boolean;
  /** of a string: how it is padded */
  readonly strpad?: number;
}

/** H5T_STR_SPACEPAD */
const SPACE_PADDED = 2;

/** A string of fixed size, without its padding. */
export function fixedString(bytes: Uint8Array, padding?: number): string {
  const end = bytes.indexOf(0);
  const text = new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  return padding === SPACE_PADDED ? text.trimEnd() : text;
}

/** Class, bytes and sign of each number type, for writing. */
export const NUMBERS: Record<H5Number, { type: number; size: number; signed: boolean }> = {
  uint8: { type: CLASS.integer, size: 1, signed: false },
  uint16: { type: CLASS.integer, size: 2, signed: false },
  uint32: { type: CLASS.integer, size: 4, signed: false },
  uint64: { type: CLASS.integer, size: 8, signed: false },
  int8: { type: CLASS.integer, size: 1, signed: true },
  int16: { type: CLASS.integer, size: 2, signed: true },
  int32: { type: CLASS.integer, size: 4, signed: true },
  int64: { type: CLASS.integer, size: 8, signed: true },
  float32: { type: CLASS.float, size: 4, signed: true },
  float64: { type: CLASS.float, size: 8, signed: true },
};

/** The name of a type; enumerations (h5py's booleans) count as their integers. */
export function typeName(raw: RawType): string {
  if (raw.type === CLASS.string) return "string";
  const bits = raw.size * 8;
  if (raw.type === CLASS.integer || raw.type === CLASS.enum) return `${raw.signed ? "int" : "uint"}${bits}`;
  if (raw.type === CLASS.float) return `float${bits}`;
  return CLASS_NAMES[raw.type] ?? "unknown";
}

/** Whether a type name is one that typed arrays can hold. */
export function isNumber(type: string): type is H5Number {
  return type in NUMBERS;
}

/** The bytes of `heap` as a typed array of their own. */
export function arrayOf(type: H5Number, heap: Uint8Array): H5Array {
  return viewOf(type, heap.slice());
}

/** All bytes of a buffer as a typed array. */
export function viewOf(type: H5Number, { buffer }: Uint8Array<ArrayBuffer>): H5Array {
  switch (type) {
    case "uint8":
      return new Uint8Array(buffer);
    case "uint16":
      return new Uint16Array(buffer);
    case "uint32":
      return new Uint32Array(buffer);
    case "uint64":
      return new BigUint64Array(buffer);
    case "int8":
      return new Int8Array(buffer);
    case "int16":
      return new Int16Array(buffer);
    case "int32":
      return new Int32Array(buffer);
    case "int64":
      return new BigInt64Array(buffer);
    case "float32":
      return new Float32Array(buffer);
    case "float64":
      return new Float64Array(buffer);
  }
}

/** The number type of a typed array. */
export function typeOf(data: H5Array): H5Number {
  const name = data.constructor.name;
  const type = name.replace("Big", "").replace("Array", "").toLowerCase();
  if (!isNumber(type)) throw new TypeError(`${name} has no HDF5 type here`);
  return type;
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

/** The bytes of an array, honouring a sub-view's offset; no copy. */
export function bytesOf(data: H5Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Number of elements of a shape. */
export function count(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Numbers of filters. */
export const FILTER = {
  deflate: 1,
  shuffle: 2,
  fletcher32: 3,
  nbit: 5,
  scaleOffset: 6,
  lz4: 32004,
  bitshuffle: 32008,
  zstd: 32015,
};

/** Names of filters, for messages. */
export const FILTER_NAMES: Record<number, string> = {
  4: "szip",
  307: "bzip2",
  32000: "LZF",
  32001: "Blosc",
  32004: "LZ4",
  32013: "ZFP",
  32015: "Zstandard",
  32017: "SZ",
  32018: "FCIDECOMP",
  32019: "JPEG",
  32026: "Blosc2",
};

/** Filter number and `cd_values` for writing elements of `itemSize` bytes; undefined for none. */
export function filterOptions(filter: H5Filter, itemSize: number): { id: number; options: number[] } | undefined {
  switch (filter) {
    case "none":
      return undefined;
    case "gzip":
      return { id: FILTER.deflate, options: [4] };
    case "bitshuffle-lz4":
      // As hdf5plugin writes them: version 0.4, element, default block, LZ4.
      return { id: FILTER.bitshuffle, options: [0, 4, itemSize, 0, 2] };
    case "bitshuffle-zstd":
      return { id: FILTER.bitshuffle, options: [0, 4, itemSize, 0, 3, ZSTD_LEVEL] };
  }
}
