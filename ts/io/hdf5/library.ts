/**
 * The HDF5 library (h5wasm: libhdf5 compiled to WebAssembly), loaded once, with the host's files and our bitshuffle-LZ4
 * filter in it. What libhdf5 would print about its errors is kept for messages and never reaches the console.
 */
import h5wasm from "h5wasm";
import { type EmscriptenFS, type HostFiles, mountHost } from "./deno_fs.ts";
import { FILTER_BITSHUFFLE } from "./filter_bitshuffle.generated.ts";

/** The functions of libhdf5's C++ face. */
export type H5Module = Awaited<typeof h5wasm.ready>;

/** The loaded library. */
export interface H5Library {
  readonly module: H5Module;
  readonly host: HostFiles;
  /** What libhdf5 said about errors since the last call of this or of `run`. */
  takeMessages(): string;
  /**
   * Tells the filter how many bytes every chunk must decode to during `call`: libhdf5 itself would read beyond a chunk
   * that decodes to less (core-rs/h5-filter/src/expected.rs).
   */
  withChunkBytes<T>(bytes: number | undefined, call: () => T): T;
  /** A block of the library's heap; throws a RangeError when there is no room. To be freed with `module._free`. */
  allocate(bytes: number): number;
}

/** A folder of the module's own memory, outside the host's files. */
const PLUGIN_FOLDER = "/proc/plugin";
const STDERR = 2;
/** The environment variable whose value the filter reads the size of a chunk from, and the room that its value has. */
const CHUNK_VARIABLE = "HOME";
const CHUNK_DIGITS = 13;
/** Enough of an error stack to find its cause in. */
const MAX_MESSAGES = 20_000;

let loaded: Promise<H5Library> | undefined;

/** The library; the first call loads it (about 0.1 s). */
export function library(): Promise<H5Library> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<H5Library> {
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
  fs.writeFile(`${PLUGIN_FOLDER}/libh5bitshuffle.so`, Uint8Array.from(atob(FILTER_BITSHUFFLE), (c) => c.charCodeAt(0)));
  module.insert_plugin_search_path(PLUGIN_FOLDER, 0);

  const variable = module.ccall("getenv", "number", ["string"], [CHUNK_VARIABLE]);
  const say = (value: string) => {
    // Digits only: as many bytes as characters.
    for (let i = 0; i < value.length; i++) module.HEAPU8[variable + i] = value.charCodeAt(i);
    module.HEAPU8[variable + value.length] = 0;
  };

  return {
    module,
    withChunkBytes(bytes, call) {
      const value = bytes === undefined ? "" : String(bytes);
      say(value.length <= CHUNK_DIGITS ? value : "");
      try {
        return call();
      } finally {
        say("");
      }
    },
    host,
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
