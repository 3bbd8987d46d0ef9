/**
 * The HDF5 library (h5wasm: libhdf5 compiled to WebAssembly), loaded once, with the host's files and our bitshuffle-LZ4
 * filter in it. What libhdf5 would print about its errors is kept for messages and never reaches the console.
 */
import h5wasm from "h5wasm";
import { messageOf } from "../../../errors.ts";
import { LibraryFailure } from "../backend.ts";
import { cause, descriptions } from "../messages.ts";
import { type Channel, openChannel } from "./channel.ts";
import { type EmscriptenFS, type HostFiles, mountHost } from "./deno_fs.ts";
import { FILTER_BITSHUFFLE } from "../filter_bitshuffle.generated.ts";

/** The functions of libhdf5's C++ face. */
export type H5Module = Awaited<typeof h5wasm.ready>;

/** The loaded library. */
export interface H5Library {
  readonly module: H5Module;
  readonly host: HostFiles;
  /** What libhdf5 printed about errors since the last call of this. */
  takeMessages(): string;
  /** what the filter is told and tells */
  readonly channel: Channel;
  /** A block of the library's heap; throws a RangeError when there is no room. To be freed with `module._free`. */
  allocate(bytes: number): number;
}

/** A folder of the module's own memory, outside the host's files. */
const PLUGIN_FOLDER = "/proc/plugin";
const STDERR = 2;
/** Enough of an error stack to find its cause in. */
const MAX_MESSAGES = 20_000;

/** Loads the library (about 0.1 s). */
export async function loadLibrary(): Promise<H5Library> {
  const module = await h5wasm.ready;
  const fs = module.FS as unknown as EmscriptenFS;

  let messages = "";
  const decoder = new TextDecoder();
  const stderr = fs.streams[STDERR];
  if (stderr) {
    stderr.stream_ops = {
      write(_stream, heap, offset, length) {
        if (messages.length < MAX_MESSAGES) {
          const bytes = new Uint8Array(heap.buffer as ArrayBuffer, heap.byteOffset + offset, length);
          messages += decoder.decode(bytes);
        }
        return length;
      },
    };
  }

  const host = mountHost(fs);
  // The library's own places for plugins would be the host's now: nothing may be loaded from there.
  for (const _ of module.get_plugin_search_paths()) module.remove_plugin_search_path(0);
  fs.mkdirTree(PLUGIN_FOLDER);
  fs.writeFile(`${PLUGIN_FOLDER}/libh5bitshuffle.so`, Uint8Array.fromBase64(FILTER_BITSHUFFLE));
  module.insert_plugin_search_path(PLUGIN_FOLDER, 0);

  return {
    module,
    host,
    channel: openChannel(module),
    takeMessages() {
      const said = messages;
      messages = "";
      return said;
    },
    allocate(bytes) {
      const pointer = module._malloc(bytes);
      if (!pointer) throw new RangeError(`no room for ${bytes} bytes in the HDF5 library's memory`);
      return pointer;
    },
  };
}

/**
 * Runs a call and throws a LibraryFailure when it fails: by an exception of the C++ face, which says nothing, or by a
 * negative status. `strict`: also when the library or the host complained, for calls whose status is not reliable.
 */
export function run(lib: H5Library, call: () => number, strict = false): void {
  lib.takeMessages();
  lib.host.takeFailure();
  let status: number;
  try {
    status = call();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    throw new LibraryFailure(said(lib) ?? messageOf(error), { cause: error });
  }
  const words = said(lib);
  if (status < 0 || (strict && words !== undefined)) throw new LibraryFailure(words ?? "unknown reason");
}

/** A question whose failure only means "no": undefined then. */
export function ask<T>(lib: H5Library, call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    // The C++ face throws a plain Error for names that do not exist.
    if (error instanceof WebAssembly.RuntimeError) throw error;
    return undefined;
  } finally {
    lib.takeMessages();
    lib.host.takeFailure();
  }
}

/** The reason of what went wrong since the last call; undefined when nothing did. */
export function said(lib: H5Library): string | undefined {
  const failure = lib.host.takeFailure();
  const messages = lib.takeMessages();
  if (failure) return failure.message;
  return messages.includes("HDF5-DIAG") ? cause(descriptions(messages)) : undefined;
}
