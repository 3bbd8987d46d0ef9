/** Writing files with h5wasm. */
import type { Block, NewDataset, WriteCalls } from "../backend.ts";
import { bytesOf, type H5Array, type H5Attributes, numberType } from "../types.ts";
import { type H5Library, run } from "./library.ts";
import { numberMetadata, textMetadata } from "./metadata.ts";

/** An unlimited dimension (H5S_UNLIMITED). */
const UNLIMITED = 2n ** 64n - 1n;

/** A file that h5wasm writes. */
export class WasmOutput implements WriteCalls {
  constructor(private readonly lib: H5Library, private readonly id: bigint) {}

  group(path: string): void {
    this.#run((module) => module.create_group(this.id, path));
  }

  dataset(path: string, description: NewDataset, data?: H5Array): void {
    const { type, shape, grows } = description;
    const metadata = numberMetadata(type, shape, description);
    if (grows) metadata.maxshape = [UNLIMITED, ...shape.slice(1).map(BigInt)];
    this.#onHeap(data, (at) => this.#run((module) => module.create_dataset(this.id, path, at, metadata)));
  }

  text(path: string, value: string): void {
    this.#run((module) => module.create_vlen_str_dataset(this.id, path, [value], textMetadata([])));
  }

  attribute(path: string, name: string, value: H5Attributes[string]): void {
    this.#run((module) => {
      if (module.get_attribute_names(this.id, path).includes(name)) module.delete_attribute(this.id, path, name);
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
    const rest = item.map(BigInt);
    const pointer = BigInt(block.bytes.byteOffset);
    this.#run((module) => {
      module.resize_dataset(this.id, path, [BigInt(length), ...rest]);
      return module.set_dataset_data(
        this.id,
        path,
        [BigInt(items), ...rest],
        [BigInt(first), ...rest.map(() => 0n)],
        [1n, ...rest.map(() => 1n)],
        pointer,
      );
    });
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

  /** Lends `data` a place in the library's heap; none when there are no data. */
  #onHeap<T>(data: H5Array | undefined, call: (pointer: bigint) => T): T {
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
