/** Reading files with h5wasm. */
import { copyInto } from "../../bytes.ts";
import { type ChunkFacts, type H5Kind, type H5Value, LibraryFailure, type ReadCalls } from "../backend.ts";
import { arrayOf, count, FILTER, fixedString, isNumber, typeName } from "../types.ts";
import type { H5DatasetFacts, H5Ranges, RawType } from "../types.ts";
import { ask, type H5Library, run, said } from "./library.ts";

type Raw = RawType & {
  readonly shape: number[] | null;
  readonly chunks: number[] | null;
  readonly littleEndian: boolean;
  readonly virtual_sources?: { file_name: string; dset_name: string }[];
};

/** A file that h5wasm has open. */
export class WasmFile implements ReadCalls {
  /** one block of the library's heap, as large as the largest request so far */
  #buffer = 0;
  #capacity = 0;

  constructor(private readonly lib: H5Library, private readonly id: bigint) {}

  kind(path: string): H5Kind {
    const { module } = this.lib;
    this.lib.takeMessages();
    let type = -1;
    try {
      type = module.get_type(this.id, path);
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) throw error;
    }
    // Below a dead link or a dataset the library complains, and answers at random.
    if (said(this.lib) !== undefined) return this.#linked(path) ? "broken-link" : "missing";
    if (type === module.H5G_GROUP) return "group";
    if (type === module.H5G_DATASET) return "dataset";
    return type === -1 || type === module.H5G_TYPE ? "missing" : "broken-link";
  }

  children(path: string): string[] {
    return [...ask(this.lib, () => this.lib.module.get_names(this.id, path, false)) ?? []];
  }

  attribute(path: string, name: string): H5Value | undefined {
    const { module } = this.lib;
    if (!ask(this.lib, () => module.get_attribute_names(this.id, path))?.includes(name)) return undefined;
    const raw = ask(this.lib, () => module.get_attribute_metadata(this.id, path, name)) as Raw | undefined;
    if (!raw?.shape) return undefined;
    const read = (pointer: bigint) => module.get_attribute_data(this.id, path, name, pointer);
    const length = count(raw.shape);
    const type = typeName(raw);
    if (type === "string") {
      const strings = this.#strings(raw, length, read, (at) => module.reclaim_vlen_memory(this.id, path, name, at));
      return raw.shape.length === 0 ? strings[0] : strings;
    }
    if (!isNumber(type)) return undefined;
    const array = this.#onHeap(length * raw.size, (pointer) => {
      run(this.lib, () => read(BigInt(pointer)));
      return arrayOf(type, module.HEAPU8.subarray(pointer, pointer + length * raw.size));
    });
    return raw.shape.length === 0 ? Number(array[0]) : array;
  }

  externalLink(path: string): { file: string; path: string } | undefined {
    const link = ask(this.lib, () => this.lib.module.get_external_link(this.id, path));
    return link?.filename ? { file: link.filename, path: link.obj_path } : undefined;
  }

  describe(path: string): H5DatasetFacts {
    const raw = this.#raw(path);
    const filters = ask(this.lib, () => this.lib.module.get_dataset_filters(this.id, path));
    if (!filters) throw new LibraryFailure("its header cannot be read");
    return {
      shape: raw.shape ?? [0],
      type: typeName(raw),
      itemSize: raw.size,
      littleEndian: raw.littleEndian,
      chunks: raw.chunks ?? undefined,
      filters: filters.map(({ id, name, cd_values }) => ({ id, name, options: [...cd_values] })),
      virtualSources: raw.virtual_sources?.map(({ file_name, dset_name }) => ({ file: file_name, path: dset_name })),
    };
  }

  numbers(
    path: string,
    _facts: H5DatasetFacts,
    ranges: H5Ranges | undefined,
    bytes: number,
    chunks: ChunkFacts,
    into?: Uint8Array<ArrayBuffer>,
  ): Uint8Array {
    const pointer = this.#room(bytes);
    this.lib.channel.decoding(chunks.filter, chunks.bytes, () => this.#load(path, ranges, pointer));
    const heap = this.lib.module.HEAPU8.subarray(pointer, pointer + bytes);
    into?.set(heap);
    return into ?? heap;
  }

  strings(path: string, facts: H5DatasetFacts): string[] {
    const { module } = this.lib;
    return this.#strings(
      this.#raw(path),
      count(facts.shape),
      (pointer) => module.get_dataset_data(this.id, path, null, null, null, pointer),
      (pointer) => module.reclaim_vlen_memory(this.id, path, "", pointer),
    );
  }

  /** Reading one element makes libhdf5 send the whole chunk through the filter, which keeps it. */
  chunk(
    path: string,
    facts: H5DatasetFacts,
    offset: readonly number[],
    into?: Uint8Array<ArrayBuffer>,
  ): Uint8Array<ArrayBuffer> | undefined {
    const [filter] = facts.filters;
    if (!filter || facts.filters.length > 1 || !PLUGIN_FILTERS.has(filter.id)) return undefined;
    const pointer = this.#room(facts.itemSize);
    const ranges = offset.map((at) => [at, at + 1] as const);
    return this.lib.channel.taking(
      filter.id,
      count(facts.chunks ?? []) * facts.itemSize,
      () => this.#load(path, ranges, pointer),
      (chunk) => copyInto(chunk, into),
    );
  }

  close(): void {
    if (this.#buffer) this.lib.module._free(this.#buffer);
    this.lib.module.close_file(this.id);
    this.lib.takeMessages();
  }

  /** Whether an external link is on the way to `path`. */
  #linked(path: string): boolean {
    const parts = path.split("/").filter((part) => part !== "");
    return parts.some((_, n) => this.externalLink("/" + parts.slice(0, n + 1).join("/")) !== undefined);
  }

  #raw(path: string): Raw {
    const raw = ask(this.lib, () => this.lib.module.get_dataset_metadata(this.id, path)) as Raw | undefined;
    if (!raw) throw new LibraryFailure("its header cannot be read");
    return raw;
  }

  #load(path: string, ranges: H5Ranges | undefined, pointer: number): void {
    const select = ranges && ranges.length > 0;
    run(this.lib, () =>
      this.lib.module.get_dataset_data(
        this.id,
        path,
        select ? ranges.map(([from, to]) => BigInt(to - from)) : null,
        select ? ranges.map(([from]) => BigInt(from)) : null,
        select ? ranges.map(() => 1n) : null,
        BigInt(pointer),
      ));
  }

  #strings(
    raw: RawType,
    length: number,
    read: (pointer: bigint) => number,
    reclaim: (pointer: bigint) => void,
  ): string[] {
    const { module } = this.lib;
    return this.#onHeap(length * raw.size, (pointer) => {
      run(this.lib, () => read(BigInt(pointer)));
      const heap = module.HEAPU8;
      const strings = Array.from({ length }, (_, i) => {
        if (raw.vlen) return module.UTF8ToString(new DataView(heap.buffer).getUint32(pointer + 4 * i, true));
        return fixedString(heap.slice(pointer + i * raw.size, pointer + (i + 1) * raw.size), raw.strpad);
      });
      if (raw.vlen) reclaim(BigInt(pointer));
      return strings;
    });
  }

  /** Lends a block of the heap, of at least 8 bytes. */
  #onHeap<T>(bytes: number, use: (pointer: number) => T): T {
    const pointer = this.lib.allocate(Math.max(8, bytes));
    try {
      return use(pointer);
    } finally {
      this.lib.module._free(pointer);
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
}

/** Filters that our plugin serves; those inside libhdf5 do not hand chunks out. */
const PLUGIN_FILTERS = new Set([FILTER.bitshuffle, FILTER.lz4, FILTER.zstd]);
