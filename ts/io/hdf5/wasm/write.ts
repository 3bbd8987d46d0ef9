/** Writing files with h5wasm. */
import type { Encoding } from "../../frame.ts";
import { type Block, LibraryFailure, type NewDataset, type WriteCalls } from "../backend.ts";
import { splitIntoChunks } from "../chunks.ts";
import { chunkCodec } from "../codec.ts";
import {
  bytesOf,
  count,
  FILTER,
  type H5Array,
  type H5Attributes,
  type H5Filter,
  NUMBERS,
  numberType,
} from "../types.ts";
import { type H5Library, run } from "./library.ts";
import { numberMetadata, textMetadata } from "./metadata.ts";

/** An unlimited dimension (H5S_UNLIMITED). */
const UNLIMITED = 2n ** 64n - 1n;

/** Filters that the one inside the module does not encode, by the encodings that the program's codec makes of chunks. */
const ENCODED_OUTSIDE: Partial<Record<H5Filter, Encoding>> = { "bitshuffle-zstd": "bitshuffle-zstd" };

/** How a dataset is packed. */
interface Chunked {
  readonly itemSize: number;
  readonly chunks: readonly number[];
  readonly filter: H5Filter;
  readonly outside: Encoding | undefined;
}

/** A file that h5wasm writes. */
export class WasmOutput implements WriteCalls {
  readonly #chunked = new Map<string, Chunked>();
  /** the attributes, each `path@name`: the file is new, so there are no others */
  readonly #attributes = new Set<string>();

  constructor(private readonly lib: H5Library, private readonly id: bigint) {}

  group(path: string): void {
    this.#run((module) => module.create_group(this.id, path));
  }

  dataset(path: string, description: NewDataset, data?: H5Array): void {
    const { type, shape, grows, chunks, filter } = description;
    const metadata = numberMetadata(type, shape, description);
    if (grows) metadata.maxshape = [UNLIMITED, ...shape.slice(1).map(BigInt)];
    const outside = filter && ENCODED_OUTSIDE[filter];
    if (chunks) this.#chunked.set(path, { itemSize: NUMBERS[type].size, chunks, filter: filter ?? "none", outside });
    const inside = outside ? undefined : data;
    // Data of this shape would be written now: it gets it when its chunks are encoded.
    if (outside) metadata.shape = [0n, ...shape.slice(1).map(BigInt)];
    this.#onHeap(
      inside,
      (at) =>
        this.#run((module) =>
          this.lib.channel.decoding(
            metadata.compression,
            undefined,
            () => module.create_dataset(this.id, path, at, metadata),
          )
        ),
    );
    if (outside && data) {
      const [length = 0, ...item] = shape;
      this.resize(path, item, length);
      this.#encode(path, bytesOf(data), shape, 0);
    }
  }

  text(path: string, value: string): void {
    this.#run((module) => module.create_vlen_str_dataset(this.id, path, [value], textMetadata([])));
  }

  attribute(path: string, name: string, value: H5Attributes[string]): void {
    const attribute = `${path}@${name}`;
    this.#run((module) => {
      if (this.#attributes.has(attribute)) module.delete_attribute(this.id, path, name);
      const list = Array.isArray(value) ? value as readonly (string | number)[] : [value as string | number];
      const shape = Array.isArray(value) ? [list.length] : [];
      if (list.every((v): v is string => typeof v === "string")) {
        return module.create_vlen_str_attribute(this.id, path, name, list, textMetadata(shape));
      }
      const type = numberType(list as number[]);
      const data = type === "int64" ? BigInt64Array.from(list, BigInt) : Float64Array.from(list as number[]);
      return this.#onHeap(
        data,
        (at) => module.create_attribute(this.id, path, name, at, numberMetadata(type, shape, {})),
      );
    });
    this.#attributes.add(attribute);
  }

  softLink(path: string, target: string): void {
    this.#run((module) => module.create_soft_link(this.id, target, path));
  }

  externalLink(path: string, file: string, target: string): void {
    this.#run((module) => module.create_external_link(this.id, file, target, path));
  }

  allocate(bytes: number): Block {
    return new HeapBlock(this.lib, bytes);
  }

  write(path: string, item: readonly number[], block: Block, first: number, items: number, length: number): void {
    this.resize(path, item, length);
    const { outside, itemSize } = this.#chunked.get(path)!;
    if (outside) {
      const bytes = block.bytes.slice(0, items * count(item) * itemSize);
      return this.#encode(path, bytes, [items, ...item], first);
    }
    this.#select(path, [first, ...item.map(() => 0)], [items, ...item], BigInt(block.bytes.byteOffset));
  }

  chunk(path: string, item: readonly number[], bytes: Uint8Array, first: number, length: number): undefined {
    const { filter, itemSize } = this.#chunked.get(path)!;
    this.resize(path, item, length);
    if (filter !== "none") return this.#give(path, [first, ...item.map(() => 0)], bytes);
    // Without a filter the items are written as such, as many as there are.
    const items = bytes.length / (count(item) * itemSize);
    this.resize(path, item, first + items);
    this.#onHeap(bytes, (at) => this.#select(path, [first, ...item.map(() => 0)], [items, ...item], at));
  }

  resize(path: string, item: readonly number[], length: number): void {
    this.#run((module) => module.resize_dataset(this.id, path, [BigInt(length), ...item.map(BigInt)]));
  }

  flush(): void {
    this.#run((module) => module.flush(this.id));
  }

  close(): void {
    this.#run((module) => module.close_file(this.id));
  }

  /** Status of calls that write is not reliable: what the library says is. */
  #run(call: (module: H5Library["module"]) => number): void {
    run(this.lib, () => call(this.lib.module), true);
  }

  /** Encodes data of a shape that begin with item `first`, chunk by chunk, with the codec of the whole program. */
  #encode(path: string, bytes: Uint8Array, shape: readonly number[], first: number): void {
    const { chunks, itemSize, outside } = this.#chunked.get(path)!;
    for (const { offset, chunk } of splitIntoChunks(bytes, shape, chunks, itemSize)) {
      const [at = 0, ...rest] = offset;
      this.#give(path, [first + at, ...rest], chunkCodec().encodeChunk(outside!, chunk, itemSize));
    }
  }

  /** Writes one element of a chunk; the filter gives libhdf5 `bytes` in place of the chunk that this makes. */
  #give(path: string, offset: readonly number[], bytes: Uint8Array): undefined {
    const { itemSize, chunks } = this.#chunked.get(path)!;
    const one = new Uint8Array(itemSize);
    const given = this.lib.channel.giving(
      FILTER.bitshuffle,
      count(chunks) * itemSize,
      bytes,
      () => this.#onHeap(one, (at) => this.#select(path, offset, offset.map(() => 1), at)),
    );
    if (!given) throw new LibraryFailure("the library did not ask for the encoded chunk");
  }

  /** Writes the part of a dataset that begins at `offset` and has the shape `size`. */
  #select(path: string, offset: readonly number[], size: readonly number[], pointer: bigint): void {
    this.#run((module) =>
      module.set_dataset_data(this.id, path, size.map(BigInt), offset.map(BigInt), size.map(() => 1n), pointer)
    );
  }

  /** Lends `data` a place in the library's heap; none when there are no data. */
  #onHeap<T>(data: H5Array | Uint8Array | undefined, call: (pointer: bigint) => T): T {
    if (!data) return call(0n);
    const pointer = this.lib.allocate(Math.max(8, data.byteLength));
    try {
      this.lib.module.HEAPU8.set(bytesOf(data), pointer);
      return call(BigInt(pointer));
    } finally {
      this.lib.module._free(pointer);
    }
  }
}

/** A block of the library's heap. */
class HeapBlock implements Block {
  readonly #pointer: number;

  constructor(private readonly lib: H5Library, private readonly size: number) {
    this.#pointer = lib.allocate(Math.max(8, size));
  }

  get bytes(): Uint8Array {
    return this.lib.module.HEAPU8.subarray(this.#pointer, this.#pointer + this.size);
  }

  free(): void {
    this.lib.module._free(this.#pointer);
  }
}
