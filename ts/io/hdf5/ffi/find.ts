/** Looking for the system's libhdf5. */
import { messageOf } from "../../../errors.ts";
import { type Backend, LibraryFailure } from "../backend.ts";
import { chunkCodec } from "../codec.ts";
import { DEFAULT, Library, text } from "./library.ts";
import { FfiFile } from "./read.ts";
import { FfiOutput } from "./write.ts";

/** What came of looking: the library, or none, with a sentence when the one that the user named cannot be used. */
export interface LibrarySearch {
  readonly backend?: Backend;
  readonly complaint?: string;
}

/** The variable that names the library. */
const VARIABLE = "BRAGGSIEVE_LIBHDF5";

/**
 * Usual names: Debian's build without MPI first, then those of the versions (103: 1.10, 200: 1.12, 310: 1.14, 320: 2.0),
 * then what a package for development installs.
 */
const NAMES: Partial<Record<typeof Deno.build.os, readonly string[]>> = {
  darwin: [
    "/opt/homebrew/lib/libhdf5.dylib",
    "/usr/local/lib/libhdf5.dylib",
    "/opt/local/lib/libhdf5.dylib",
    "libhdf5.dylib",
  ],
  windows: ["hdf5.dll", "C:\\Program Files\\HDF_Group\\HDF5\\bin\\hdf5.dll"],
};
const UNIX_NAMES = [
  "libhdf5_serial.so.103",
  "libhdf5_serial.so.310",
  "libhdf5.so.103",
  "libhdf5.so.200",
  "libhdf5.so.310",
  "libhdf5.so.320",
  "libhdf5_serial.so",
  "libhdf5.so",
];

let found: LibrarySearch | undefined;

/** Looks for the library, once. Never asks for a permission and never throws. */
export function findLibhdf5(): LibrarySearch {
  found ??= search();
  return found;
}

function search(): LibrarySearch {
  // For all paths: pointers, unlike libraries, cannot be permitted one by one.
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return {};
  // It has one state for the whole process: two threads may not call it.
  if ("WorkerGlobalScope" in globalThis) return {};
  const readable = Deno.permissions.querySync({ name: "env", variable: VARIABLE }).state === "granted";
  const named = readable ? Deno.env.get(VARIABLE) : undefined;
  if (named) {
    try {
      return { backend: backendOf(new Library(named)) };
    } catch (error) {
      const reason = messageOf(error).replace(`Could not open library: `, "");
      return { complaint: `${VARIABLE} names ${named}, which cannot be used: ${reason}; h5wasm is used in its place` };
    }
  }
  for (const name of NAMES[Deno.build.os] ?? UNIX_NAMES) {
    try {
      return { backend: backendOf(new Library(name)) };
    } catch {
      // The next one.
    }
  }
  return {};
}

/** Reads are limited by what typed arrays hold. */
const MAX_BYTES = 2 ** 33;
/** H5F_ACC_RDONLY, H5F_ACC_TRUNC */
const ACCESS = { read: 0, truncate: 2 } as const;

function backendOf(lib: Library): Backend {
  const { h5 } = lib;
  return {
    name: `libhdf5 ${h5.version.join(".")} (${lib.path})`,
    get decodes() {
      return chunkCodec().decodes;
    },
    maxBytes: MAX_BYTES,
    open(path) {
      const bytes = sizeOf(path);
      return new FfiFile(lib, lib.id(h5.H5Fopen(text(path), ACCESS.read, DEFAULT)), bytes);
    },
    create: (path) => new FfiOutput(lib, lib.id(h5.H5Fcreate(text(path), ACCESS.truncate, DEFAULT, DEFAULT)), path),
  };
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    throw new LibraryFailure(messageOf(error), { cause: error });
  }
}
