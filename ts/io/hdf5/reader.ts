/** Reading HDF5 files: what is in them, and hyperslabs of datasets, in place. */
import { InputError } from "../../errors.ts";
import type { H5Library } from "./library.ts";
import { cause, failed, listen, nearest } from "./messages.ts";
import { arrayOf, count, isNumber, SUPPORTED_FILTERS, typeName, unsupportedFilter } from "./types.ts";
import { CLASS, type H5Array, type H5DatasetFacts, type RawType } from "./types.ts";

/** Half-open index ranges, one per dimension. */
export type H5Ranges = readonly (readonly [number, number])[];

/** An open HDF5 file. Paths are absolute in the file (`/entry/data`); links, external ones too, are followed. */
export interface H5Reader {
  /** the file as the user named it */
  readonly path: string;
  kind(path: string): "group" | "dataset" | "missing" | "broken-link";
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
  close(): void;
}

type Raw = RawType & {
  readonly shape: number[] | null;
  readonly chunks: number[] | null;
  readonly strpad?: number;
  readonly virtual_sources?: { file_name: string }[];
};

/** H5T_STR_SPACEPAD */
const SPACE_PADDED = 2;
/** Deepest group that a search for datasets enters. */
const MAX_DEPTH = 8;
const MAX_BYTES = 2 ** 31;

/** A file of the library; made by `openH5`. */
export class Reader implements H5Reader {
  #open = true;
  /** one block of the library's heap, as large as the largest request so far */
  #buffer = 0;
  #capacity = 0;
  readonly #facts = new Map<string, { facts: H5DatasetFacts; raw: Raw }>();

  constructor(private readonly lib: H5Library, readonly path: string, private readonly id: bigint) {}

  kind(path: string): "group" | "dataset" | "missing" | "broken-link" {
    const { module } = this.lib;
    const { value: type = -1, messages } = listen(this.lib, () => this.#try(() => module.get_type(this.id, path)));
    // Below a dead link or a dataset the library complains, and answers at random.
    if (failed(messages)) return this.external(path) ? "broken-link" : "missing";
    if (type === module.H5G_GROUP) return "group";
    if (type === module.H5G_DATASET) return "dataset";
    return type === -1 || type === module.H5G_TYPE ? "missing" : "broken-link";
  }

  children(path: string): string[] {
    if (this.kind(path) !== "group") return [];
    return [...this.#ask(() => this.lib.module.get_names(this.id, path, false)) ?? []];
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
    const { module } = this.lib;
    const kind = this.kind(path);
    if (kind !== "group" && kind !== "dataset") return undefined;
    if (!this.#ask(() => module.get_attribute_names(this.id, path))?.includes(name)) return undefined;
    const raw = this.#ask(() => module.get_attribute_metadata(this.id, path, name)) as Raw | undefined;
    if (!raw?.shape) return undefined;
    const read = (pointer: bigint) => module.get_attribute_data(this.id, path, name, pointer);
    const reclaim = (pointer: bigint) => module.reclaim_vlen_memory(this.id, path, name, pointer);
    const value = this.#value(raw, count(raw.shape), read, reclaim, `${path}@${name}`);
    if (typeof value === "string" || typeof value === "number" || value === undefined) return value;
    return Array.from(value as ArrayLike<string>, (v) => typeof v === "string" ? v : Number(v)) as string[] | number[];
  }

  dataset(path: string): H5DatasetFacts {
    return this.#describe(path).facts;
  }

  external(path: string): { file: string; path: string } | undefined {
    const parts = path.split("/").filter((part) => part !== "");
    for (let n = 1; n <= parts.length; n++) {
      const link = this.#ask(() => this.lib.module.get_external_link(this.id, "/" + parts.slice(0, n).join("/")));
      if (link?.filename) return { file: link.filename, path: [link.obj_path, ...parts.slice(n)].join("/") };
    }
    return undefined;
  }

  read(path: string, ranges?: H5Ranges): H5Array | string | number | string[] {
    const { facts, raw } = this.#describe(path);
    if (isNumber(facts.type)) {
      const bytes = this.#bytes(path, ranges, placeOf(path, ranges));
      const array = arrayOf(facts.type, bytes);
      return facts.shape.length === 0 ? Number(array[0]) : array;
    }
    const { module } = this.lib;
    const read = (pointer: bigint) => module.get_dataset_data(this.id, path, null, null, null, pointer);
    const reclaim = (pointer: bigint) => module.reclaim_vlen_memory(this.id, path, "", pointer);
    const value = ranges ? undefined : this.#value(raw, count(facts.shape), read, reclaim, path);
    if (value === undefined) {
      throw new InputError(`a dataset of type ${facts.type} cannot be read here`, { file: this.path, place: path });
    }
    return value;
  }

  view(path: string, ranges: H5Ranges, place?: string): Uint8Array {
    return this.#bytes(path, ranges, place ?? placeOf(path, ranges));
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#buffer) this.lib.module._free(this.#buffer);
    this.lib.module.close_file(this.id);
    this.lib.takeMessages();
  }

  #describe(path: string): { facts: H5DatasetFacts; raw: Raw } {
    const known = this.#facts.get(path);
    if (known) return known;
    const kind = this.kind(path);
    if (kind !== "dataset") throw this.#notADataset(path, kind);
    const raw = this.#ask(() => this.lib.module.get_dataset_metadata(this.id, path)) as Raw | undefined;
    const filters = this.#ask(() => this.lib.module.get_dataset_filters(this.id, path));
    if (!raw || !filters) throw this.#damaged(path, "its header cannot be read");
    const facts: H5DatasetFacts = {
      shape: raw.shape ?? [0],
      type: typeName(raw),
      itemSize: raw.size,
      chunks: raw.chunks ?? undefined,
      filters: filters.map(({ id, name, cd_values }) => ({ id, name, options: [...cd_values] })),
      virtualFiles: raw.virtual_sources?.map((source) => source.file_name),
    };
    this.#facts.set(path, { facts, raw });
    return { facts, raw };
  }

  /** Reads a part of a dataset of numbers into the heap block. */
  #bytes(path: string, ranges: H5Ranges | undefined, place: string): Uint8Array {
    const { facts } = this.#describe(path);
    const where = { file: this.path, place };
    const unsupported = unsupportedFilter(facts.filters);
    if (unsupported) {
      const remedy = `rewrite it with one of ${SUPPORTED_FILTERS}`;
      throw new InputError(`the data are compressed by ${unsupported}, which is not supported`, { ...where, remedy });
    }
    const inside = (range: readonly [number, number], axis: number) =>
      range[0] >= 0 && range[0] <= range[1] && range[1] <= (facts.shape[axis] ?? 0);
    if (ranges && (ranges.length !== facts.shape.length || !ranges.every(inside))) {
      throw new InputError(`the part asked for lies outside the shape (${facts.shape.join(", ")})`, where);
    }
    const shape = ranges ? ranges.map(([from, to]) => to - from) : facts.shape;
    const bytes = count(shape) * facts.itemSize;
    if (bytes > MAX_BYTES) throw new InputError(`${bytes} bytes are too many to read at once`, where);
    const pointer = this.#room(bytes);
    const select = ranges && shape.length > 0;
    const chunkBytes = facts.chunks && count(facts.chunks) * facts.itemSize;
    const load = () =>
      this.lib.module.get_dataset_data(
        this.id,
        path,
        select ? shape.map(BigInt) : null,
        select ? ranges.map(([from]) => BigInt(from)) : null,
        select ? shape.map(() => 1n) : null,
        BigInt(pointer),
      );
    if (bytes > 0) {
      const heard = listen(this.lib, () => {
        try {
          return this.lib.withChunkBytes(chunkBytes, load);
        } catch (error) {
          throw this.#damaged(place, (error as Error).message);
        }
      });
      if (heard.value < 0) throw this.#damaged(place, heard.failure?.message ?? cause(heard.messages));
    }
    return this.lib.module.HEAPU8.subarray(pointer, pointer + bytes);
  }

  /** Numbers or strings of an attribute or dataset, through a block of their own. */
  #value(
    raw: Raw,
    length: number,
    read: (pointer: bigint) => number,
    reclaim: (pointer: bigint) => void,
    place: string,
  ): string | number | string[] | H5Array | undefined {
    const { module } = this.lib;
    const type = typeName(raw);
    if (raw.type !== CLASS.string && !isNumber(type)) return undefined;
    const pointer = this.lib.allocate(Math.max(8, length * raw.size));
    try {
      const { value: status, messages } = listen(this.lib, () => read(BigInt(pointer)));
      if (status < 0) throw this.#damaged(place, cause(messages));
      if (isNumber(type)) {
        const array = arrayOf(type, module.HEAPU8.subarray(pointer, pointer + length * raw.size));
        return raw.shape?.length === 0 ? Number(array[0]) : array;
      }
      const heap = module.HEAPU8;
      const strings = Array.from({ length }, (_, i) => {
        if (raw.vlen) return module.UTF8ToString(new DataView(heap.buffer).getUint32(pointer + 4 * i, true));
        return fixedString(heap.slice(pointer + i * raw.size, pointer + (i + 1) * raw.size), raw.strpad);
      });
      if (raw.vlen) reclaim(BigInt(pointer));
      return raw.shape?.length === 0 ? strings[0] : strings;
    } finally {
      module._free(pointer);
    }
  }

  #room(bytes: number): number {
    if (this.#capacity < bytes || this.#buffer === 0) {
      if (this.#buffer) this.lib.module._free(this.#buffer);
      this.#buffer = 0;
      this.#capacity = 0;
      this.#buffer = this.lib.allocate(Math.max(bytes, 8));
      this.#capacity = bytes;
    }
    return this.#buffer;
  }

  /** A question whose failure only means "no": undefined then. */
  #ask<T>(call: () => T): T | undefined {
    try {
      return this.#try(call);
    } finally {
      this.lib.takeMessages();
    }
  }

  #try<T>(call: () => T): T | undefined {
    if (!this.#open) throw new InputError("the file is closed already", { file: this.path });
    try {
      return call();
    } catch (error) {
      // The C++ face throws a plain Error for names that do not exist.
      if (error instanceof WebAssembly.RuntimeError) throw error;
      return undefined;
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

  #damaged(place: string, reason: string): InputError {
    const remedy = "copy the file again or leave this part out";
    return new InputError(`the data cannot be read: ${reason}`, { file: this.path, place, remedy });
  }
}

function placeOf(path: string, ranges?: H5Ranges): string {
  return ranges && ranges.length > 0 ? `${path}[${ranges.map(([from, to]) => `${from}:${to}`).join(", ")}]` : path;
}

function fixedString(bytes: Uint8Array, padding?: number): string {
  const end = bytes.indexOf(0);
  const text = new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  return padding === SPACE_PADDED ? text.trimEnd() : text;
}
