/** Reading files with libhdf5. */
import { roomFor } from "../../bytes.ts";
import { type ChunkFacts, type H5Kind, type H5Value, LibraryFailure, NewerFormat, type ReadCalls } from "../backend.ts";
import { arrayOf, count, type H5DatasetFacts, type H5Ranges, isNumber } from "../types.ts";
import { describeDataset } from "./describe.ts";
import { DEFAULT, fixed, type Library, numbers, sizes, text } from "./library.ts";
import { shapeOf, usingPart } from "./spaces.ts";
import { readStrings } from "./strings.ts";
import { describeType, numberTypeId, typeName } from "./types.ts";

/** H5I_GROUP, H5I_DATASET */
const OBJECT = { group: 2, dataset: 5 } as const;
/** H5_INDEX_NAME and H5_INDEX_CRT_ORDER, H5_ITER_INC */
const INDEX = { name: 0, creation: 1 } as const;
const INCREASING = 0;
/** H5P_CRT_ORDER_TRACKED */
const TRACKED = 1;
/** H5L_TYPE_EXTERNAL; where `type` and `u.val_size` stand in H5L_info_t and H5L_info2_t. */
const EXTERNAL = 64;
const LINK_INFO = { bytes: 40, type: 0, size: 24 } as const;
/** Longest external link that is followed: two paths. */
const MAX_LINK = 2 ** 16;
const VISIT = { parameters: ["i64", "pointer", "pointer", "pointer"], result: "i32" } as const;

/** A file that libhdf5 has open. */
export class FfiFile implements ReadCalls {
  /** the dataset that was read last: opening one takes longer than reading a chunk of it */
  #dataset: { readonly path: string; readonly id: bigint } | undefined;
  /** memory for parts, as large as the largest so far */
  #buffer = new Uint8Array(0);

  /** `bytes`: the size of the file, which no chunk exceeds */
  constructor(private readonly lib: Library, private readonly id: bigint, private readonly bytes: number) {}

  kind(path: string): H5Kind {
    const { h5 } = this.lib;
    const object = h5.H5Oopen(this.id, text(path), DEFAULT);
    if (object < 0n) {
      const failure = this.lib.failure();
      if (failure instanceof NewerFormat) throw failure;
      return this.#linked(path) ? "broken-link" : "missing";
    }
    const type = h5.H5Iget_type(object);
    h5.H5Oclose(object);
    return type === OBJECT.group ? "group" : type === OBJECT.dataset ? "dataset" : "missing";
  }

  children(path: string): string[] {
    const { h5 } = this.lib;
    const names: string[] = [];
    const visit = new Deno.UnsafeCallback(VISIT, (_, name) => {
      if (name) names.push(new Deno.UnsafePointerView(name).getCString());
      return 0;
    });
    const group = h5.H5Gopen2(this.id, text(path), DEFAULT);
    if (group >= 0n) {
      h5.iterate(group, this.#index(group), INCREASING, null, visit.pointer, null);
      h5.H5Gclose(group);
    }
    visit.close();
    return names;
  }

  attribute(path: string, name: string): H5Value | undefined {
    const { h5 } = this.lib;
    return this.lib.using(h5.H5Oopen(this.id, text(path), DEFAULT), h5.H5Oclose, (object) => {
      if (h5.H5Aexists(object, text(name)) <= 0) return undefined;
      return this.lib.using(h5.H5Aopen(object, text(name), DEFAULT), h5.H5Aclose, (id) => this.#attributeValue(id));
    });
  }

  externalLink(path: string): { file: string; path: string } | undefined {
    const { h5 } = this.lib;
    const info = new Uint8Array(new ArrayBuffer(LINK_INFO.bytes));
    if (h5.linkInfo(this.id, text(path), info, DEFAULT) < 0) return undefined;
    const view = new DataView(info.buffer);
    const size = Number(view.getBigUint64(LINK_INFO.size, true));
    if (view.getInt32(LINK_INFO.type, true) !== EXTERNAL || size > MAX_LINK) return undefined;
    const value = new Uint8Array(size);
    if (h5.H5Lget_val(this.id, text(path), value, BigInt(size), DEFAULT) < 0) return undefined;
    // A byte of flags, then two C strings.
    const [file, target] = new TextDecoder().decode(value.subarray(1)).split("\0");
    return file !== undefined && target !== undefined ? { file, path: target } : undefined;
  }

  describe(path: string): H5DatasetFacts {
    const { h5 } = this.lib;
    return this.lib.using(
      h5.H5Dopen2(this.id, text(path), DEFAULT),
      h5.H5Dclose,
      (dataset) => describeDataset(this.lib, dataset),
    );
  }

  numbers(
    path: string,
    facts: H5DatasetFacts,
    ranges: H5Ranges | undefined,
    bytes: number,
    chunks: ChunkFacts,
    into?: Uint8Array<ArrayBuffer>,
  ): Uint8Array {
    if (!isNumber(facts.type)) throw new LibraryFailure(`type ${facts.type} is no number`);
    const type = numberTypeId(this.lib, facts.type);
    const { h5 } = this.lib;
    const dataset = this.#open(path);
    if (!into) this.#buffer = roomFor(bytes, this.#buffer);
    const target = fixed(into ?? this.#buffer);
    this.lib.expectChunks(chunks.bytes);
    usingPart(
      this.lib,
      dataset,
      ranges,
      (memory, file) => this.lib.ok(h5.H5Dread(dataset, type, memory, file, DEFAULT, target)),
    );
    return into ?? this.#buffer.subarray(0, bytes);
  }

  strings(path: string, facts: H5DatasetFacts): string[] {
    const { h5 } = this.lib;
    const dataset = this.#open(path);
    return this.lib.using(
      h5.H5Dget_type(dataset),
      h5.H5Tclose,
      (type) =>
        this.lib.using(h5.H5Dget_space(dataset), h5.H5Sclose, (space) =>
          readStrings(
            this.lib,
            type,
            space,
            facts.shape,
            (memory, buffer) => h5.H5Dread(dataset, memory, DEFAULT, DEFAULT, DEFAULT, buffer),
          )),
    );
  }

  chunk(
    path: string,
    facts: H5DatasetFacts,
    offset: readonly number[],
    into?: Uint8Array<ArrayBuffer>,
  ): Uint8Array<ArrayBuffer> | undefined {
    const { h5 } = this.lib;
    const dataset = this.#open(path);
    const at = sizes(offset);
    const { bytes, values } = numbers(1);
    // It fails, in some versions, for a chunk that was never written.
    if (h5.H5Dget_chunk_storage_size(dataset, at, bytes) < 0 || values[0] === 0n) return undefined;
    const size = Number(values[0]);
    if (size > this.bytes) throw new LibraryFailure(`a chunk of ${size} bytes in a file of ${this.bytes}`);
    const chunk = roomFor(size, into);
    const skipped = new Uint32Array(new ArrayBuffer(8));
    this.lib.ok(h5.readChunk(dataset, DEFAULT, at, new Uint8Array(skipped.buffer), fixed(chunk)));
    return skipped[0] === 0 || facts.filters.length === 0 ? chunk : undefined;
  }

  close(): void {
    this.#release();
    this.lib.h5.H5Fclose(this.id);
  }

  /** A dataset that stays open until another one is read. */
  #open(path: string): bigint {
    if (this.#dataset?.path !== path) {
      this.#release();
      this.#dataset = { path, id: this.lib.id(this.lib.h5.H5Dopen2(this.id, text(path), DEFAULT)) };
    }
    return this.#dataset!.id;
  }

  #release(): void {
    if (this.#dataset) this.lib.h5.H5Dclose(this.#dataset.id);
    this.#dataset = undefined;
  }

  /** Whether there is a link at `path`, or an external one on the way to it: then it is the target that is missing. */
  #linked(path: string): boolean {
    const { h5 } = this.lib;
    const parts = path.split("/").filter((part) => part !== "");
    for (let n = 1; n <= parts.length; n++) {
      const prefix = "/" + parts.slice(0, n).join("/");
      if (this.externalLink(prefix)) return true;
      if (h5.H5Lexists(this.id, text(prefix), DEFAULT) <= 0) return false;
    }
    // The link is there and what it leads to is not: a soft link, or a damaged object.
    return this.#isSoft(path);
  }

  #isSoft(path: string): boolean {
    const info = new Uint8Array(new ArrayBuffer(LINK_INFO.bytes));
    if (this.lib.h5.linkInfo(this.id, text(path), info, DEFAULT) < 0) return false;
    return new DataView(info.buffer).getInt32(LINK_INFO.type, true) !== 0;
  }

  /** By creation where the group keeps its order. */
  #index(group: bigint): number {
    const { h5 } = this.lib;
    const properties = h5.H5Gget_create_plist(group);
    if (properties < 0n) return INDEX.name;
    const flags = new Uint32Array(new ArrayBuffer(8));
    h5.H5Pget_link_creation_order(properties, new Uint8Array(flags.buffer));
    h5.H5Pclose(properties);
    return (flags[0]! & TRACKED) !== 0 ? INDEX.creation : INDEX.name;
  }

  #attributeValue(id: bigint): H5Value | undefined {
    const { h5 } = this.lib;
    return this.lib.using(
      h5.H5Aget_space(id),
      h5.H5Sclose,
      (space) =>
        this.lib.using(h5.H5Aget_type(id), h5.H5Tclose, (type): H5Value | undefined => {
          const shape = shapeOf(this.lib, space);
          if (!shape) return undefined;
          const raw = describeType(this.lib, type);
          const name = typeName(raw);
          if (name === "string") {
            const read = (memory: bigint, buffer: Uint8Array<ArrayBuffer>) => h5.H5Aread(id, memory, buffer);
            const strings = readStrings(this.lib, type, space, shape, read);
            return shape.length === 0 ? strings[0] : strings;
          }
          if (!isNumber(name)) return undefined;
          const bytes = new Uint8Array(count(shape) * raw.size);
          if (bytes.length > 0) this.lib.ok(h5.H5Aread(id, numberTypeId(this.lib, name), fixed(bytes)));
          const array = arrayOf(name, bytes);
          return shape.length === 0 ? Number(array[0]) : array;
        }),
    );
  }
}
