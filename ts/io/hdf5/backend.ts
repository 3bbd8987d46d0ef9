/**
 * What an HDF5 library has to do for the reader and the writer: the few calls that they are made of. There are two:
 * the system's libhdf5 (`ffi/`) and h5wasm (`wasm/`); `choose.ts` takes one. Everything that is the same with both,
 * checks and the sentences of errors among them, is above this interface.
 */
import type { Encoding } from "../frame.ts";
import type { H5Array, H5Attributes, H5DatasetFacts, H5Filter, H5Number, H5Ranges } from "./types.ts";

/** A call failed; the message is the cause alone, in the library's or the system's words, without file or place. */
export class LibraryFailure extends Error {
  override name = "LibraryFailure";
}

/** The file is of a format that this version of the library does not know, or a damaged header looks like one. */
export class NewerFormat extends LibraryFailure {
  override name = "NewerFormat";
}

/** An HDF5 library. */
export interface Backend {
  /** name, version and place, for people */
  readonly name: string;
  /** filters besides its own that it decodes, by the encodings of their chunks */
  readonly decodes: ReadonlySet<Encoding>;
  /** most bytes that one read may give */
  readonly maxBytes: number;
  /** Opens the file at an absolute path for reading. Throws LibraryFailure. */
  open(path: string): ReadCalls;
  /** Creates or replaces the file at an absolute path. Throws LibraryFailure. */
  create(path: string): WriteCalls;
}

/** What a path in a file is. */
export type H5Kind = "group" | "dataset" | "missing" | "broken-link";

/** What an attribute or a small dataset holds. */
export type H5Value = H5Array | string | number | string[];

/** What the chunks are that a filter of ours decodes; unknown parts are absent. */
export interface ChunkFacts {
  /** number of the filter */
  readonly filter?: number;
  /** bytes of a decoded chunk: libhdf5 reads beyond one that decodes to less */
  readonly bytes?: number;
}

/**
 * An open file. All methods but `children`, `externalLink` and `close` throw LibraryFailure when it is damaged; `kind` only
 * when it is a NewerFormat.
 */
export interface ReadCalls {
  kind(path: string): H5Kind;
  /** Names in a group, in the order of creation where the file keeps it, else of the alphabet. */
  children(path: string): string[];
  /** Undefined when the object has no such attribute, or one of another class than number and text. */
  attribute(path: string, name: string): H5Value | undefined;
  /** The target of an external link at exactly this path. */
  externalLink(path: string): { file: string; path: string } | undefined;
  describe(path: string): H5DatasetFacts;
  /**
   * The bytes of a part of a dataset of numbers, little-endian, `bytes` in all, at least one. They lie in `into`, which
   * has that size, or without it in the library's own memory: valid until the next call of any file. `chunks` tells what
   * the chunks on the way are.
   */
  numbers(
    path: string,
    facts: H5DatasetFacts,
    ranges: H5Ranges | undefined,
    bytes: number,
    chunks: ChunkFacts,
    into?: Uint8Array<ArrayBuffer>,
  ): Uint8Array;
  /** All elements of a dataset of strings. */
  strings(path: string, facts: H5DatasetFacts): string[];
  /**
   * The bytes of the chunk that begins at `offset`, as the filters left them, in `into` when that is large enough, else
   * in a new buffer. Undefined when there is no such chunk, a filter was skipped, or this library cannot tell.
   */
  chunk(
    path: string,
    facts: H5DatasetFacts,
    offset: readonly number[],
    into?: Uint8Array<ArrayBuffer>,
  ): Uint8Array<ArrayBuffer> | undefined;
  close(): void;
}

/** A dataset that is made. */
export interface NewDataset {
  readonly type: H5Number;
  readonly shape: readonly number[];
  /** may grow along its first axis */
  readonly grows?: boolean;
  readonly chunks?: readonly number[];
  readonly filter?: H5Filter;
}

/** A block of memory that a library can write from. */
export interface Block {
  /** a view that is valid until the next call of the library */
  readonly bytes: Uint8Array;
  free(): void;
}

/** Where a chunk lies in its file, in bytes. */
export interface ChunkPlace {
  readonly offset: number;
  readonly length: number;
}

/** A file being written. All methods throw LibraryFailure when it cannot be; groups on the way must exist. */
export interface WriteCalls {
  group(path: string): void;
  /** `data`: the whole dataset; absent for one that is filled later */
  dataset(path: string, description: NewDataset, data?: H5Array): void;
  /** one variable-length UTF-8 string */
  text(path: string, value: string): void;
  /** makes or replaces an attribute */
  attribute(path: string, name: string, value: H5Attributes[string]): void;
  softLink(path: string, target: string): void;
  externalLink(path: string, file: string, target: string): void;
  /** a block for `write`; throws RangeError when there is no room */
  allocate(bytes: number): Block;
  /** Grows the dataset to `length` items of `item` and writes the first `count` items of `block` from `first` on. */
  write(path: string, item: readonly number[], block: Block, first: number, count: number, length: number): void;
  /**
   * Grows the dataset to `length` items of `item` and writes the chunk that begins with item `first`, already encoded.
   * Tells where it lies in the file when the library can.
   */
  chunk(
    path: string,
    item: readonly number[],
    bytes: Uint8Array,
    first: number,
    length: number,
  ): ChunkPlace | undefined;
  /** Makes the dataset `length` items of `item` long. */
  resize(path: string, item: readonly number[], length: number): void;
  flush(): void;
  close(): void;
}
