/** Writing files with libhdf5. */
import type { Block, ChunkPlace, LibraryFailure, NewDataset, WriteCalls } from "../backend.ts";
import { bytesOf, filterOptions, type H5Array, type H5Attributes, NUMBERS, numberType } from "../types.ts";
import { ChunkFinder } from "./find_chunk.ts";
import { DEFAULT, fixed, type Library, numbers, sizes, text } from "./library.ts";
import { usingPart, usingSpace } from "./spaces.ts";
import { numberTypeId, usingText } from "./types.ts";

/** H5F_SCOPE_LOCAL */
const LOCAL = 0;
/** The mask of a chunk that left no filter out. */
const ALL_FILTERS = 0;

/** A file that libhdf5 writes. */
export class FfiOutput implements WriteCalls {
  /** datasets that grow stay open: opening one takes longer than writing to it */
  readonly #datasets = new Map<string, bigint>();

  readonly #finder: ChunkFinder;

  /** `path`: where the file lies */
  constructor(private readonly lib: Library, private readonly id: bigint, path: string) {
    this.#finder = new ChunkFinder(path);
  }

  group(path: string): void {
    const { h5 } = this.lib;
    this.lib.using(h5.H5Gcreate2(this.id, text(path), DEFAULT, DEFAULT, DEFAULT), h5.H5Gclose, () => {});
  }

  dataset(path: string, { type, shape, grows, chunks, filter }: NewDataset, data?: H5Array): void {
    const { lib } = this;
    const { h5, ids } = { h5: lib.h5, ids: lib.h5.ids };
    lib.using(h5.H5Pcreate(ids.H5P_CLS_DATASET_CREATE_ID), h5.H5Pclose, (properties) => {
      if (chunks) lib.ok(h5.H5Pset_chunk(properties, chunks.length, sizes(chunks)));
      const stage = chunks && filterOptions(filter ?? "none", NUMBERS[type].size);
      if (stage) {
        const options = new Uint8Array(Uint32Array.from(stage.options).buffer);
        lib.ok(h5.H5Pset_filter(properties, stage.id, 0, BigInt(stage.options.length), options));
      }
      const as = numberTypeId(lib, type);
      usingSpace(lib, shape, (space) => {
        const made = h5.H5Dcreate2(this.id, text(path), as, space, DEFAULT, properties, DEFAULT);
        lib.using(made, h5.H5Dclose, (id) => {
          if (data && data.length > 0) {
            lib.ok(h5.H5Dwrite(id, as, DEFAULT, DEFAULT, DEFAULT, fixed(bytesOf(data))));
          }
        });
      }, grows);
    });
  }

  text(path: string, value: string): void {
    const { lib } = this;
    const { h5 } = lib;
    usingText(lib, (type) =>
      usingSpace(lib, [], (space) => {
        const made = h5.H5Dcreate2(this.id, text(path), type, space, DEFAULT, DEFAULT, DEFAULT);
        lib.using(made, h5.H5Dclose, (id) => {
          const strings = pointersTo([value]);
          lib.ok(h5.H5Dwrite(id, type, DEFAULT, DEFAULT, DEFAULT, strings.pointers));
        });
      }));
  }

  attribute(path: string, name: string, value: H5Attributes[string]): void {
    const { lib } = this;
    const { h5 } = lib;
    const list = Array.isArray(value) ? value as readonly (string | number)[] : [value as string | number];
    const shape = Array.isArray(value) ? [list.length] : [];
    lib.using(h5.H5Oopen(this.id, text(path), DEFAULT), h5.H5Oclose, (object) => {
      if (lib.ok(h5.H5Aexists(object, text(name))) > 0) lib.ok(h5.H5Adelete(object, text(name)));
      const write = (type: bigint, data: Uint8Array<ArrayBuffer>) =>
        usingSpace(
          lib,
          shape,
          (space) =>
            lib.using(h5.H5Acreate2(object, text(name), type, space, DEFAULT, DEFAULT), h5.H5Aclose, (id) => {
              if (list.length > 0) lib.ok(h5.H5Awrite(id, type, data));
            }),
        );
      if (list.every((one): one is string => typeof one === "string")) {
        const strings = pointersTo(list);
        usingText(lib, (type) => write(type, strings.pointers));
        return;
      }
      const type = numberType(list as number[]);
      const data = type === "int64" ? BigInt64Array.from(list, BigInt) : Float64Array.from(list as number[]);
      write(numberTypeId(lib, type), fixed(bytesOf(data)));
    });
  }

  softLink(path: string, target: string): void {
    this.lib.ok(this.lib.h5.H5Lcreate_soft(text(target), this.id, text(path), DEFAULT, DEFAULT));
  }

  externalLink(path: string, file: string, target: string): void {
    this.lib.ok(this.lib.h5.H5Lcreate_external(text(file), text(target), this.id, text(path), DEFAULT, DEFAULT));
  }

  allocate(bytes: number): Block {
    return { bytes: new Uint8Array(bytes), free() {} };
  }

  write(path: string, item: readonly number[], block: Block, first: number, items: number, length: number): void {
    const { lib } = this;
    const { h5 } = lib;
    const dataset = this.#open(path);
    this.resize(path, item, length);
    const ranges = [[first, first + items] as const, ...item.map((size) => [0, size] as const)];
    lib.using(h5.H5Dget_type(dataset), h5.H5Tclose, (type) =>
      usingPart(
        lib,
        dataset,
        ranges,
        (memory, file) => lib.ok(h5.H5Dwrite(dataset, type, memory, file, DEFAULT, fixed(block.bytes))),
      ));
  }

  chunk(
    path: string,
    item: readonly number[],
    bytes: Uint8Array,
    first: number,
    length: number,
  ): ChunkPlace | undefined {
    const { lib } = this;
    const { h5 } = lib;
    const dataset = this.#open(path);
    this.resize(path, item, length);
    const at = sizes([first, ...item.map(() => 0)]);
    lib.ok(h5.H5Dwrite_chunk(dataset, DEFAULT, ALL_FILTERS, at, BigInt(bytes.length), fixed(bytes)));
    const found = this.#finder.find(bytes);
    if (found || !h5.chunkInfo) return found;
    const [skipped, address, size] = [numbers(1), numbers(1), numbers(1)];
    lib.ok(h5.chunkInfo(dataset, at, skipped.bytes, address.bytes, size.bytes));
    return this.#finder.remember({ offset: Number(address.values[0]), length: Number(size.values[0]) });
  }

  resize(path: string, item: readonly number[], length: number): void {
    this.lib.ok(this.lib.h5.H5Dset_extent(this.#open(path), sizes([length, ...item])));
  }

  flush(): void {
    this.lib.ok(this.lib.h5.H5Fflush(this.id, LOCAL));
  }

  /** Closing a dataset writes what it holds back: that may fail. */
  close(): void {
    const { h5 } = this.lib;
    const failures: LibraryFailure[] = [];
    this.#finder.close();
    for (const id of this.#datasets.values()) if (h5.H5Dclose(id) < 0) failures.push(this.lib.failure());
    this.#datasets.clear();
    if (h5.H5Fclose(this.id) < 0) failures.push(this.lib.failure());
    if (failures[0]) throw failures[0];
  }

  #open(path: string): bigint {
    const open = this.#datasets.get(path);
    if (open !== undefined) return open;
    const id = this.lib.id(this.lib.h5.H5Dopen2(this.id, text(path), DEFAULT));
    this.#datasets.set(path, id);
    return id;
  }
}

/** C strings and an array of pointers to them; both must be kept until they are used. */
function pointersTo(strings: readonly string[]): { pointers: Uint8Array<ArrayBuffer>; kept: Uint8Array[] } {
  const kept = strings.map((one) => fixed(text(one)));
  const addresses = kept.map((one) => BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(one))));
  return { pointers: new Uint8Array(BigUint64Array.from(addresses).buffer), kept };
}
