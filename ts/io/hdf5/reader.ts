/** Reading HDF5 files: what is in them, parts of datasets, and chunks as they are, in place. */
import { InputError, messageOf } from "../../errors.ts";
import { roomFor } from "../bytes.ts";
import type { Encoding } from "../frame.ts";
import { type Backend, type ChunkFacts, type H5Kind, NewerFormat, type ReadCalls } from "./backend.ts";
import { chunkFactsOf, sourceChunks } from "./chunks.ts";
import { bandEncoding, frameEncoding, supportedFilters, unsupportedFilter } from "./encoding.ts";
import { nearest } from "./messages.ts";
import { arrayOf, count, isNumber } from "./types.ts";
import type { H5Array, H5DatasetFacts, H5Ranges } from "./types.ts";

/** A chunk as it lies in the file. */
export interface H5Chunk {
  /** the caller's own: in the buffer that was handed in when it was large enough, else in a new one */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly encoding: Encoding;
}

/** An open HDF5 file. Paths are absolute in the file (`/entry/data`); links, external ones too, are followed. */
export interface H5Reader {
  /** the file as the user named it */
  readonly path: string;
  kind(path: string): H5Kind;
  /** Names in a group, in the file's order; empty for anything else. */
  children(path: string): string[];
  /** Paths of datasets in the file, at most `limit`. */
  datasets(limit?: number): string[];
  /** Undefined when there is no such object or attribute. 64-bit integers become numbers. */
  attribute(path: string, name: string): string | number | string[] | number[] | undefined;
  /** Throws InputError when there is no such dataset. */
  dataset(path: string): H5DatasetFacts;
  /** Where the object lies: this file, or the one that an external link leads to, as the link names it. */
  external(path: string): { file: string; path: string } | undefined;
  /** A whole dataset or a part of it; scalars as plain values, strings as text. */
  read(path: string, ranges?: H5Ranges): H5Array | string | number | string[];
  /** The bytes of a part, little-endian, in the library's memory: valid until the next call of any reader or writer. */
  view(path: string, ranges: H5Ranges, place?: string): Uint8Array;
  /** The same bytes as the caller's own: in `into` when it is large enough, else in a new buffer. */
  bytes(path: string, ranges: H5Ranges, place?: string, into?: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
  /**
   * Frame `index` of a stack whose chunks are one frame each, (1, y, x) or (1, 1, y, x), still encoded. Undefined for
   * any other stack, for filters or byte orders that an {@linkcode Encoding} has no name for, for a chunk that was never
   * written or left a filter out, and where the library does not hand chunks out: then `bytes` reads it.
   */
  chunk(path: string, index: number, into?: Uint8Array<ArrayBuffer>): H5Chunk | undefined;
  /** The chunk that begins with row `row` of an image whose chunks are bands of whole rows; undefined likewise. */
  band(path: string, row: number): H5Chunk | undefined;
  close(): void;
}

/** Deepest group that a search for datasets enters. */
const MAX_DEPTH = 8;

/** A file of a library; made by `openH5`. */
export class Reader implements H5Reader {
  #open = true;
  readonly #calls: ReadCalls;
  readonly #facts = new Map<string, H5DatasetFacts>();
  readonly #chunks = new Map<string, ChunkFacts>();

  /** `path`: as the user named the file; `file`: where it lies and what it was when it was opened */
  constructor(
    private readonly library: Backend,
    calls: ReadCalls,
    readonly path: string,
    private readonly file: { readonly real: string; readonly size: number; readonly inode: number | null },
  ) {
    this.#calls = calls;
  }

  kind(path: string): H5Kind {
    return this.#try(path, () => this.#file.kind(path));
  }

  children(path: string): string[] {
    return this.kind(path) === "group" ? this.#file.children(path) : [];
  }

  datasets(limit = 500): string[] {
    const found: string[] = [];
    const visit = (group: string, depth: number) => {
      for (const name of this.children(group || "/")) {
        if (found.length >= limit) return;
        const path = `${group}/${name}`;
        const kind = this.kind(path);
        if (kind === "dataset") found.push(path);
        else if (kind === "group" && depth < MAX_DEPTH) visit(path, depth + 1);
      }
    };
    visit("", 0);
    return found;
  }

  attribute(path: string, name: string): string | number | string[] | number[] | undefined {
    const kind = this.kind(path);
    if (kind !== "group" && kind !== "dataset") return undefined;
    const value = this.#try(`${path}@${name}`, () => this.#file.attribute(path, name));
    if (typeof value === "string" || typeof value === "number" || value === undefined) return value;
    return Array.from(value as ArrayLike<string>, (v) => typeof v === "string" ? v : Number(v)) as string[] | number[];
  }

  dataset(path: string): H5DatasetFacts {
    const known = this.#facts.get(path);
    if (known) return known;
    const kind = this.kind(path);
    if (kind !== "dataset") throw this.#notADataset(path, kind);
    const facts = this.#try(path, () => this.#file.describe(path));
    this.#facts.set(path, facts);
    return facts;
  }

  external(path: string): { file: string; path: string } | undefined {
    const parts = path.split("/").filter((part) => part !== "");
    for (let n = 1; n <= parts.length; n++) {
      const link = this.#file.externalLink("/" + parts.slice(0, n).join("/"));
      if (link) return { file: link.file, path: [link.path, ...parts.slice(n)].join("/") };
    }
    return undefined;
  }

  read(path: string, ranges?: H5Ranges): H5Array | string | number | string[] {
    const facts = this.dataset(path);
    if (isNumber(facts.type)) {
      const array = arrayOf(facts.type, this.#numbers(path, ranges, placeOf(path, ranges)));
      return facts.shape.length === 0 ? Number(array[0]) : array;
    }
    if (ranges || facts.type !== "string") {
      throw new InputError(`a dataset of type ${facts.type} cannot be read here`, { file: this.path, place: path });
    }
    const strings = this.#try(path, () => this.#file.strings(path, facts));
    return facts.shape.length === 0 ? strings[0] ?? "" : strings;
  }

  view(path: string, ranges: H5Ranges, place?: string): Uint8Array {
    return this.#numbers(path, ranges, place ?? placeOf(path, ranges));
  }

  bytes(path: string, ranges: H5Ranges, place?: string, into?: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    let own = into;
    this.#numbers(path, ranges, place ?? placeOf(path, ranges), (length) => own = roomFor(length, into));
    return own ?? new Uint8Array(0);
  }

  chunk(path: string, index: number, into?: Uint8Array<ArrayBuffer>): H5Chunk | undefined {
    const facts = this.dataset(path);
    const encoding = frameEncoding(facts);
    if (!encoding) return undefined;
    const offset = facts.shape.map((_, axis) => axis === 0 && facts.shape.length > 2 ? index : 0);
    if (!Number.isInteger(index) || index < 0 || !(index < (facts.shape.length > 2 ? facts.shape[0]! : 1))) {
      return undefined;
    }
    const place = `${path}, frame ${index}`;
    const bytes = this.#whole(place, () => this.#file.chunk(path, facts, offset, into));
    return bytes && { bytes, encoding };
  }

  band(path: string, row: number): H5Chunk | undefined {
    const facts = this.dataset(path);
    const encoding = bandEncoding(facts);
    if (!encoding) return undefined;
    const bytes = this.#whole(`${path}, row ${row}`, () => this.#file.chunk(path, facts, [row, 0]));
    return bytes && { bytes, encoding };
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#calls.close();
  }

  get #file(): ReadCalls {
    if (!this.#open) throw new InputError("the file is closed already", { file: this.path });
    return this.#calls;
  }

  /** Reads a part of a dataset of numbers: into what `room` gives for its bytes, or into the library's memory. */
  #numbers(
    path: string,
    ranges: H5Ranges | undefined,
    place: string,
    room?: (bytes: number) => Uint8Array<ArrayBuffer>,
  ): Uint8Array {
    const facts = this.dataset(path);
    const where = { file: this.path, place };
    const { decodes } = this.library;
    const unsupported = unsupportedFilter(facts.filters, decodes);
    if (unsupported) {
      const remedy = `rewrite it with one of ${supportedFilters(decodes)}`;
      throw new InputError(`the data are compressed by ${unsupported}, which is not supported`, { ...where, remedy });
    }
    const inside = (range: readonly [number, number], axis: number) =>
      range[0] >= 0 && range[0] <= range[1] && range[1] <= (facts.shape[axis] ?? 0);
    if (ranges && (ranges.length !== facts.shape.length || !ranges.every(inside))) {
      throw new InputError(`the part asked for lies outside the shape (${facts.shape.join(", ")})`, where);
    }
    const bytes = (ranges ? count(ranges.map(([from, to]) => to - from)) : count(facts.shape)) * facts.itemSize;
    if (bytes > this.library.maxBytes) throw new InputError(`${bytes} bytes are too many to read at once`, where);
    // Only now are the sizes known to be sane.
    const into = room?.(bytes);
    return bytes === 0 ? new Uint8Array(0) : this.#whole(
      place,
      () => this.#file.numbers(path, facts, ranges, bytes, this.#chunkFacts(path, facts), into),
    );
  }

  /** What the chunks are that reading a dataset meets: its own, or those of a virtual one's sources. */
  #chunkFacts(path: string, facts: H5DatasetFacts): ChunkFacts {
    if (!facts.virtualSources) return chunkFactsOf(facts);
    const known = this.#chunks.get(path);
    if (known) return known;
    const found = sourceChunks(this.library, this.file.real, facts.virtualSources);
    this.#chunks.set(path, found);
    return found;
  }

  /**
   * Reads, and throws when the file has become shorter since it was opened: beyond its end libhdf5 finds zeros and says
   * nothing.
   */
  #whole<T>(place: string, read: () => T): T {
    const value = this.#try(place, read);
    const { real, size, inode } = this.file;
    let now: Deno.FileInfo;
    try {
      now = Deno.statSync(real);
    } catch {
      // Removed or renamed: what is open can still be read.
      return value;
    }
    if (now.ino === inode && now.size < size) {
      throw this.#damaged(place, `the file was cut to ${now.size} of ${size} bytes while it was read`);
    }
    return value;
  }

  /** Runs a call of the library; what it says about a failure becomes an error that names file and place. */
  #try<T>(place: string, call: () => T): T {
    try {
      return call();
    } catch (error) {
      if (error instanceof InputError || error instanceof WebAssembly.RuntimeError) throw error;
      if (error instanceof NewerFormat) throw this.#newer(place, error);
      throw this.#damaged(place, messageOf(error));
    }
  }

  #notADataset(path: string, kind: string): InputError {
    if (kind === "broken-link") {
      const target = this.external(path);
      const what = target ? `the link leads to ${target.file}, which has no ${target.path}` : "the link leads nowhere";
      const remedy = target ? `put ${target.file} beside this file` : undefined;
      return new InputError(what, { file: this.path, place: path, remedy });
    }
    const slash = path.lastIndexOf("/");
    if (kind === "missing" && this.children(path.slice(0, slash) || "/").includes(path.slice(slash + 1))) {
      return this.#damaged(path, "its header is damaged");
    }
    const near = nearest(path, this.datasets());
    const what = kind === "group" ? "this is a group, not a dataset" : "there is no such dataset";
    const remedy = near.length > 0 ? `the file has ${near.join(", ")}` : "the file has no datasets";
    return new InputError(what, { file: this.path, place: path, remedy });
  }

  #newer(place: string, cause: NewerFormat): InputError {
    const what = `the file is newer than ${this.library.name}, or damaged: ${cause.message}`;
    const remedy = "run without --allow-ffi, or name a newer libhdf5 in BRAGGSIEVE_LIBHDF5";
    return new InputError(what, { file: this.path, place, remedy }, { cause });
  }

  #damaged(place: string, reason: string): InputError {
    const remedy = "copy the file again or leave this part out";
    return new InputError(`the data cannot be read: ${reason}`, { file: this.path, place, remedy });
  }
}

function placeOf(path: string, ranges?: H5Ranges): string {
  return ranges && ranges.length > 0 ? `${path}[${ranges.map(([from, to]) => `${from}:${to}`).join(", ")}]` : path;
}
