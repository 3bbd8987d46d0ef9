/** h5wasm as one of the HDF5 libraries: always there, 0.1 s to load, one copy of it per thread. */
import type { Encoding } from "../../frame.ts";
import type { Backend } from "../backend.ts";
import { LibraryFailure } from "../backend.ts";
import { type H5Library, loadLibrary, said } from "./library.ts";
import { WasmFile } from "./read.ts";
import { WasmOutput } from "./write.ts";

let loaded: Promise<H5Library> | undefined;

/** The library; the first call loads it. */
export function library(): Promise<H5Library> {
  loaded ??= loadLibrary();
  return loaded;
}

/** The most that a read may give: half of the module's address space. */
const MAX_BYTES = 2 ** 31;

/** What our filter in the module decodes (core-rs/h5-filter/src/codec.rs). */
const PLUGIN_DECODES: ReadonlySet<Encoding> = new Set(["bitshuffle-lz4", "bitshuffle-zstd", "lz4", "zstd"]);

/** h5wasm, loaded. */
export async function wasmBackend(): Promise<Backend> {
  const lib = await library();
  const { module } = lib;
  /** Opens a file in a mode of the library. */
  const open = (path: string, mode: number): bigint => {
    lib.takeMessages();
    lib.host.takeFailure();
    const id = module.open(lib.host.path(path), mode, false, -1, -1);
    const reason = said(lib);
    if (id < 0n) throw new LibraryFailure(reason ?? "unknown reason");
    return id;
  };
  return {
    name: "h5wasm",
    decodes: PLUGIN_DECODES,
    maxBytes: MAX_BYTES,
    open: (path) => new WasmFile(lib, open(path, module.H5F_ACC_RDONLY)),
    create: (path) => new WasmOutput(lib, open(path, module.H5F_ACC_TRUNC)),
  };
}
