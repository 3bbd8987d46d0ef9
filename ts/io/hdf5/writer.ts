/** Writing HDF5 files, straight to disk. */
import { dirname, resolve } from "node:path";
import { messageOf, OutputError } from "../../errors.ts";
import type { PixelType } from "../frame.ts";
import { LibraryFailure, type WriteCalls } from "./backend.ts";
import { chosenLibrary } from "./choose.ts";
import { checkChunk, ChunkStack, type H5ChunkStack, type H5ChunkStackOptions } from "./chunk_stack.ts";
import { type H5Stack, Stack } from "./stack.ts";
import { count, NUMBERS, numberType, oneNumber, typeOf } from "./types.ts";
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
  /** A dataset that grows along its first axis by chunks that are encoded already. */
  chunkStack(path: string, type: PixelType, itemShape: readonly number[], options: H5ChunkStackOptions): H5ChunkStack;
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
  const library = await chosenLibrary();
  try {
    return new Writer(library.create(resolve(path)), path);
  } catch (error) {
    if (!(error instanceof LibraryFailure)) throw error;
    const reason = error.message;
    if (reason.includes("No such file")) {
      throw new OutputError("the folder of this file does not exist", path, "make the folder first");
    }
    if (reason.includes("Is a directory")) throw new OutputError("this is a folder", path, "name a file");
    if (reason.includes("already open")) {
      throw new OutputError("the file is being read", path, "write to another name");
    }
    throw new OutputError(`the file cannot be written: ${reason}`, path, "check the folder and its permissions", {
      cause: error.cause,
    });
  }
}

/** Bytes of a chunk of small items. */
const CHUNK_BYTES = 2 ** 20;

class Writer implements H5Writer {
  #open = true;
  readonly #groups = new Set(["/"]);
  readonly #stacks: Stack[] = [];
  readonly #chunkStacks: ChunkStack[] = [];

  constructor(private readonly calls: WriteCalls, readonly path: string) {}

  group(path: string, attributes?: H5Attributes): void {
    if (!this.#groups.has(path)) {
      this.#parent(path);
      this.#write(path, (calls) => calls.group(path));
      this.#groups.add(path);
    }
    if (attributes) this.attributes(path, attributes);
  }

  scalar(path: string, value: string | number, options: { type?: H5Number; attributes?: H5Attributes } = {}): void {
    this.#parent(path);
    if (typeof value === "string") {
      this.#write(path, (calls) => calls.text(path, value));
    } else {
      const type = options.type ?? numberType([value]);
      this.#write(path, (calls) => calls.dataset(path, { type, shape: [] }, oneNumber(value, type)));
    }
    if (options.attributes) this.attributes(path, options.attributes);
  }

  array(path: string, data: H5Array, shape: readonly number[], options: H5ArrayOptions = {}): void {
    if (count(shape) !== data.length) {
      throw new OutputError(`${path}: ${data.length} values do not make the shape (${shape.join(", ")})`, this.path);
    }
    this.#parent(path);
    const { filter = "none" } = options;
    const empty = data.length === 0;
    const chunks = empty ? undefined : options.chunks ?? (filter === "none" ? undefined : shape);
    const description = { type: typeOf(data), shape, chunks, filter: chunks ? filter : "none" as const };
    this.#write(path, (calls) => calls.dataset(path, description, data));
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
    const chunks = options.chunk ?? [Math.max(1, Math.floor(CHUNK_BYTES / Math.max(1, itemBytes))), ...itemShape];
    const { filter = "none" } = options;
    const shape = [0, ...itemShape];
    this.#write(path, (calls) => calls.dataset(path, { type, shape, grows: true, chunks, filter }));
    if (options.attributes) this.attributes(path, options.attributes);
    const stack = new Stack(type, itemShape, chunks[0] ?? 1, {
      allocate: (bytes) => this.calls.allocate(bytes),
      write: (block, first, items, length) =>
        this.#write(
          `${path}, item ${first}`,
          (calls) => calls.write(path, itemShape, block, first, items, length),
        ),
    });
    this.#stacks.push(stack);
    return stack;
  }

  chunkStack(
    path: string,
    type: PixelType,
    itemShape: readonly number[],
    { encoding, chunk, attributes }: H5ChunkStackOptions,
  ): H5ChunkStack {
    checkChunk(chunk, itemShape);
    this.#parent(path);
    const description = { type, shape: [0, ...itemShape], grows: true, chunks: chunk, filter: encoding };
    this.#write(path, (calls) => calls.dataset(path, description));
    if (attributes) this.attributes(path, attributes);
    const stack = new ChunkStack(chunk[0]!, {
      chunk: (bytes, first, length) =>
        this.#write(`${path}, item ${first}`, (calls) => calls.chunk(path, itemShape, bytes, first, length)),
      resize: (length) => this.#write(path, (calls) => calls.resize(path, itemShape, length)),
    });
    this.#chunkStacks.push(stack);
    return stack;
  }

  attributes(path: string, attributes: H5Attributes): void {
    for (const [name, value] of Object.entries(attributes)) {
      this.#write(`${path}@${name}`, (calls) => calls.attribute(path, name, value));
    }
  }

  softLink(path: string, target: string): void {
    this.#parent(path);
    this.#write(path, (calls) => calls.softLink(path, target));
  }

  externalLink(path: string, file: string, target: string): void {
    this.#parent(path);
    this.#write(path, (calls) => calls.externalLink(path, file, target));
  }

  flush(): void {
    for (const stack of [...this.#stacks, ...this.#chunkStacks]) stack.flush();
    this.#write("flush", (calls) => calls.flush());
  }

  close(): void {
    if (!this.#open) return;
    try {
      for (const stack of [...this.#stacks, ...this.#chunkStacks]) stack.flush();
    } finally {
      for (const stack of this.#stacks) stack.free();
      try {
        this.#write("close", (calls) => calls.close());
      } finally {
        this.#open = false;
      }
    }
  }

  #parent(path: string): void {
    const parent = dirname(path).replaceAll("\\", "/");
    if (!this.#groups.has(parent)) this.group(parent);
  }

  #write<T>(place: string, call: (calls: WriteCalls) => T): T {
    if (!this.#open) throw new OutputError(`${place}: the file is closed already`, this.path);
    try {
      return call(this.calls);
    } catch (error) {
      const what = error instanceof LibraryFailure ? `${place} cannot be written` : place;
      throw new OutputError(`${what}: ${messageOf(error)}`, this.path, undefined, { cause: error });
    }
  }
}
