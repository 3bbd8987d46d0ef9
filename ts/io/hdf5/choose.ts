/**
 * Which HDF5 library is used: the system's libhdf5 when it may be called and is found, else h5wasm. Neither is loaded
 * before the first file is opened, and h5wasm not at all when it is not used.
 */
import type { Backend } from "./backend.ts";
import { findLibhdf5 } from "./ffi/find.ts";

let chosen: Promise<Backend> | undefined;
let name: string | undefined;

/** The library of this thread; the first call loads it. */
export function chosenLibrary(): Promise<Backend> {
  chosen ??= choose();
  return chosen;
}

/** The library that files of this thread are read and written with, for people; undefined before the first file. */
export function h5LibraryName(): string | undefined {
  return name;
}

/** h5wasm, whatever is chosen: it is of a newer version than most systems' libhdf5. */
export async function wasmLibrary(): Promise<Backend> {
  return await (await import("./wasm/backend.ts")).wasmBackend();
}

async function choose(): Promise<Backend> {
  const search = findLibhdf5();
  // Who names a library wants that one: that it is not used must be told.
  if (search.complaint) console.error(search.complaint);
  const backend = search.backend ?? await wasmLibrary();
  name = backend.name;
  return backend;
}
