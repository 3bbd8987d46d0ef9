/** Writing HDF5 files, straight to disk. */
import { dirname, resolve } from "node:path";
import { OutputError } from "../../errors.ts";
import type { PixelType } from "../frame.ts";
import { type H5Library, library } from "./library.ts";
import { cause, failed, listen } from "./messages.ts";
import { type H5Stack, Stack } from "./stack.ts";
import { numberMetadata, numberType, oneNumber, type Packing, textMetadata } from "./metadata.ts";
import { bytesOf, count, NUMBERS, typeOf } from "./types.ts";
import type { H5Array, H5Attributes, H5Filter, H5Number } from "./types.ts";

/** Options of datasets. */
export interface H5ArrayOptions {
  /** default "none"; needs every dimension to be at least 1 */
  filter?: H5Filter;
  /** default: the whole array as one chunk when there is a filter, none otherwise */
  chunks?: readonly number[];
  attributes?: H5Attributes;
}

/** Options of stacks. */
export interface H5StackOptions {
  filter?: H5Filter;
  /** default: one item, or about 1 MB of small items */
  chunk?: readonly number[];
  attributes?: H5Attributes;
}

/** An HDF5 file being written. All methods throw OutputError when the file cannot be written. */
export interface H5Writer {
  /** the file as the user named it */
  readonly path: string;
  /** Makes a group and its parents; may be called again to add attributes. */
  group(path: string, attributes?: H5Attributes): void;
  /** One value: text as variable-length UTF-8; a number as `type`, by default int64 when it is whole, else float64. */
  scalar(path: string, value: string | number, options?: { type?: H5Number; attributes?: H5Attributes }): void;
  /** A whole array of the type of `data`. */
  array(path: string, data: H5Array, shape: readonly number[], options?: H5ArrayOptions): void;
  /** A dataset that grows along its first axis by items of `itemShape`; [] for a list of numbers. */
  stack(
    path: string,
    type: PixelType | "float64" | "uint64",
    itemShape: readonly number[],
    options?: H5StackOptions,
  ): H5Stack;
  /** Adds or replaces attributes of an existing object. */
  attributes(path: string, attributes: H5Attributes): void;
  softLink(path: string, target: string): void;
  /** `file` is kept as given: relative names are sought beside this file by every reader. */
  externalLink(path: string, file: string, target: string): void;
  /** Puts everything, the started chunks of stacks included, on disk. */
  flush(): void;
  /** Completes the file; further calls are no-ops. */
  close(): void;
}

/**
 * Creates or replaces the file at exactly this path.
 *
 * @throws OutputError when it cannot be written
 */
export async function createH5(path: string): Promise<H5Writer> {
  const lib = await library();
  const { value: id, messages, failure } = listen(
    lib,
    () => lib.module.open(lib.host.path(resolve(path)), lib.module.H5F_ACC_TRUNC, false, -1, -1),
  );
  if (id >= 0n) return new Writer(lib, path, id);
  const reason = failure?.message ?? cause(messages);
  if (reason.includes("No such file")) {
    throw new OutputError("the folder of this file does not exist", path, "make the folder first");
  }
  if (reason.includes("Is a directory")) throw new OutputError("this is a folder", path, "name a file");
  if (reason.includes("already open")) {
    throw new OutputError("the file is being read", path, "write to another name");
  }
  throw new OutputError(`the file cannot be written: ${reason}`, path, "check the folder and its permissions", {
    cause: failure,
  });
}

/** An unlimited dimension (H5S_UNLIMITED). */
const UNLIMITED = 2n ** 64n - 1n;
/** Bytes of a chunk of small items. */
const CHUNK_BYTES = 2 ** 20;

class Writer implements H5Writer {
  #open = true;
  readonly #groups = new Set(["/"]);
  readonly #stacks: Stack[] = [];

  constructor(private readonly lib: H5Library, readonly path: string, private readonly id: bigint) {}

  group(path: string, attributes?: H5Attributes): void {
    if (!this.#groups.has(path)) {
      this.#parent(path);
      this.#write(path, (module) => module.create_group(this.id, path));
      this.#groups.add(path);
    }
    if (attributes) this.attributes(path, attributes);
  }

  scalar(path: string, value: string | number, options: { type?: H5Number; attributes?: H5Attributes } = {}): void {
    this.#parent(path);
    if (typeof value === "string") {
      this.#write(path, (module) => module.create_vlen_str_dataset(this.id, path, [value], textMetadata([])));
    } else {
      this.#create(path, oneNumber(value, options.type ?? numberType([value])), []);
    }
    if (options.attributes) this.attributes(path, options.attributes);
  }

  array(path: string, data: H5Array, shape: readonly number[], options: H5ArrayOptions = {}): void {
    if (count(shape) !== data.length) {
      throw new OutputError(`${path}: ${data.length} values do not make the shape (${shape.join(", ")})`, this.path);
    }
    this.#parent(path);
    const filter = options.filter ?? "none";
    const empty = data.length === 0;
    const chunks = empty ? undefined : options.chunks ?? (filter === "none" ? undefined : shape);
    this.#create(path, data, shape, { filter: chunks ? filter : "none", chunks });
    if (options.attributes) this.attributes(path, options.attributes);
  }

  stack(
    path: string,
    type: PixelType | "float64" | "uint64",
    itemShape: readonly number[],
    options: H5StackOptions = {},
  ): H5Stack {
    this.#parent(path);
    const itemBytes = count(itemShape) * NUMBERS[type].size;
    const chunk = options.chunk ?? [Math.max(1, Math.floor(CHUNK_BYTES / Math.max(1, itemBytes))), ...itemShape];
    const shape = [0, ...itemShape];
    const metadata = numberMetadata(type, shape, { filter: options.filter ?? "none", chunks: chunk });
    metadata.maxshape = [UNLIMITED, ...itemShape.map(BigInt)];
    this.#write(path, (module) => module.create_dataset(this.id, path, 0n, metadata));
    if (options.attributes) this.attributes(path, options.attributes);
    const stack = new Stack(this.lib, type, itemShape, chunk[0] ?? 1, {
      write: (pointer, first, items, length) => this.#writeItems(path, pointer, first, items, length, itemShape),
    });
    this.#stacks.push(stack);
    return stack;
  }

  attributes(path: string, attributes: H5Attributes): void {
    for (const [name, value] of Object.entries(attributes)) {
      this.#write(`${path}@${name}`, (module) => {
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
  }

  softLink(path: string, target: string): void {
    this.#parent(path);
    this.#write(path, (module) => module.create_soft_link(this.id, target, path));
  }

  externalLink(path: string, file: string, target: string): void {
    this.#parent(path);
    this.#write(path, (module) => module.create_external_link(this.id, file, target, path));
  }

  flush(): void {
    for (const stack of this.#stacks) stack.flush();
    this.#write("flush", (module) => module.flush(this.id));
  }

  close(): void {
    if (!this.#open) return;
    try {
      for (const stack of this.#stacks) stack.flush();
    } finally {
      for (const stack of this.#stacks) stack.free();
      try {
        this.#write("close", (module) => module.close_file(this.id));
      } finally {
        this.#open = false;
      }
    }
  }

  /** Grows a stack to `length` items and writes `items` of them from `first` on. */
  #writeItems(path: string, at: number, first: number, items: number, length: number, shape: readonly number[]): void {
    const item = shape.map(BigInt);
    this.#write(`${path}, item ${first}`, (module) => {
      module.resize_dataset(this.id, path, [BigInt(length), ...item]);
      return module.set_dataset_data(
        this.id,
        path,
        [BigInt(items), ...item],
        [BigInt(first), ...item.map(() => 0n)],
        [1n, ...item.map(() => 1n)],
        BigInt(at),
      );
    });
  }

  #create(path: string, data: H5Array, shape: readonly number[], packing: Packing = {}): void {
    const metadata = numberMetadata(typeOf(data), shape, packing);
    this.#write(
      path,
      (module) => this.#onHeap(data, (pointer) => module.create_dataset(this.id, path, pointer, metadata)),
    );
  }

  /** Lends `data` a place in the library's heap. */
  #onHeap<T>(data: H5Array, call: (pointer: bigint) => T): T {
    const pointer = this.lib.allocate(Math.max(8, data.byteLength));
    try {
      this.lib.module.HEAPU8.set(bytesOf(data), pointer);
      return call(BigInt(pointer));
    } finally {
      this.lib.module._free(pointer);
    }
  }

  #parent(path: string): void {
    const parent = dirname(path).replaceAll("\\", "/");
    if (!this.#groups.has(parent)) this.group(parent);
  }

  /** Runs a call of the library; its return values are not all reliable, its messages are. */
  #write(place: string, call: (module: H5Library["module"]) => number): void {
    if (!this.#open) throw new OutputError(`${place}: the file is closed already`, this.path);
    let result;
    try {
      result = listen(this.lib, () => call(this.lib.module));
    } catch (error) {
      this.lib.takeMessages();
      throw new OutputError(`${place}: ${(error as Error).message}`, this.path, undefined, { cause: error });
    }
    const { value, messages, failure } = result;
    if (value < 0 || failure || failed(messages)) {
      const reason = failure?.message ?? cause(messages);
      throw new OutputError(`${place} cannot be written: ${reason}`, this.path, undefined, { cause: failure });
    }
  }
}
