/**
 * The functions of libhdf5 that are called, with the C types of their parameters: `hid_t` and `hsize_t` are 64-bit,
 * `herr_t` and enumerations are int. Names that differ between versions are chosen in `loadLibhdf5`.
 * Source: the HDF5 reference manual, versions 1.10 to 2.0.
 */
import { lateCalls } from "../../../engine/late_calls.ts";

const ID = "i64";
const STATUS = "i32";
/** C strings and arrays, in memory of this program. */
const DATA = "buffer";

const unary = { parameters: [ID], result: STATUS } as const;
const make = { parameters: [ID], result: ID } as const;

/** In every version from 1.10.3 on. */
const FUNCTIONS = {
  H5open: { parameters: [], result: STATUS },
  H5dont_atexit: { parameters: [], result: STATUS },
  H5get_libversion: { parameters: [DATA, DATA, DATA], result: STATUS },
  H5allocate_memory: { parameters: ["usize", "u8"], result: "pointer" },
  H5free_memory: { parameters: ["pointer"], result: STATUS },
  H5PLset_loading_state: { parameters: ["u32"], result: STATUS },
  H5Zregister: { parameters: [DATA], result: STATUS },

  H5Eset_auto2: { parameters: [ID, "pointer", "pointer"], result: STATUS },
  H5Ewalk2: { parameters: [ID, "i32", "function", "pointer"], result: STATUS },
  H5Eclear2: unary,

  H5Fopen: { parameters: [DATA, "u32", ID], result: ID },
  H5Fcreate: { parameters: [DATA, "u32", ID, ID], result: ID },
  H5Fflush: { parameters: [ID, "i32"], result: STATUS },
  H5Fclose: unary,

  H5Lexists: { parameters: [ID, DATA, ID], result: STATUS },
  H5Lget_val: { parameters: [ID, DATA, DATA, "usize", ID], result: STATUS },
  H5Lcreate_soft: { parameters: [DATA, ID, DATA, ID, ID], result: STATUS },
  H5Lcreate_external: { parameters: [DATA, DATA, ID, DATA, ID, ID], result: STATUS },

  H5Oopen: { parameters: [ID, DATA, ID], result: ID },
  H5Oclose: unary,
  H5Iget_type: unary,

  H5Gopen2: { parameters: [ID, DATA, ID], result: ID },
  H5Gcreate2: { parameters: [ID, DATA, ID, ID, ID], result: ID },
  H5Gget_create_plist: make,
  H5Gclose: unary,

  H5Aexists: { parameters: [ID, DATA], result: STATUS },
  H5Aopen: { parameters: [ID, DATA, ID], result: ID },
  H5Acreate2: { parameters: [ID, DATA, ID, ID, ID, ID], result: ID },
  H5Adelete: { parameters: [ID, DATA], result: STATUS },
  H5Aget_space: make,
  H5Aget_type: make,
  H5Aread: { parameters: [ID, ID, DATA], result: STATUS },
  H5Awrite: { parameters: [ID, ID, DATA], result: STATUS },
  H5Aclose: unary,

  H5Dopen2: { parameters: [ID, DATA, ID], result: ID },
  H5Dcreate2: { parameters: [ID, DATA, ID, ID, ID, ID, ID], result: ID },
  H5Dget_space: make,
  H5Dget_type: make,
  H5Dget_create_plist: make,
  H5Dset_extent: { parameters: [ID, DATA], result: STATUS },
  H5Dread: { parameters: [ID, ID, ID, ID, ID, DATA], result: STATUS },
  H5Dwrite: { parameters: [ID, ID, ID, ID, ID, DATA], result: STATUS },
  H5Dget_chunk_storage_size: { parameters: [ID, DATA, DATA], result: STATUS },
  H5Dwrite_chunk: { parameters: [ID, ID, "u32", DATA, "usize", DATA], result: STATUS },
  H5Dvlen_reclaim: { parameters: [ID, ID, ID, DATA], result: STATUS },
  H5Dclose: unary,

  H5Screate: { parameters: ["i32"], result: ID },
  H5Screate_simple: { parameters: ["i32", DATA, DATA], result: ID },
  H5Sget_simple_extent_type: unary,
  H5Sget_simple_extent_ndims: unary,
  H5Sget_simple_extent_dims: { parameters: [ID, DATA, DATA], result: STATUS },
  H5Sselect_hyperslab: { parameters: [ID, "i32", DATA, DATA, DATA, DATA], result: STATUS },
  H5Sget_select_npoints: { parameters: [ID], result: "i64" },
  H5Sget_select_bounds: { parameters: [ID, DATA, DATA], result: STATUS },
  H5Sget_select_type: unary,
  H5Sclose: unary,

  H5Tget_class: unary,
  H5Tget_size: { parameters: [ID], result: "usize" },
  H5Tget_sign: unary,
  H5Tget_order: unary,
  H5Tget_strpad: unary,
  H5Tis_variable_str: unary,
  H5Tget_super: make,
  H5Tcopy: make,
  H5Tset_size: { parameters: [ID, "usize"], result: STATUS },
  H5Tset_cset: { parameters: [ID, "i32"], result: STATUS },
  H5Tclose: unary,

  H5Pcreate: make,
  H5Pclose: unary,
  H5Pget_layout: unary,
  H5Pget_chunk: { parameters: [ID, "i32", DATA], result: STATUS },
  H5Pset_chunk: { parameters: [ID, "i32", DATA], result: STATUS },
  H5Pget_nfilters: unary,
  H5Pget_filter2: { parameters: [ID, "u32", DATA, DATA, DATA, "usize", DATA, DATA], result: STATUS },
  H5Pset_filter: { parameters: [ID, "i32", "u32", "usize", DATA], result: STATUS },
  H5Pget_virtual_count: { parameters: [ID, DATA], result: STATUS },
  H5Pget_virtual_filename: { parameters: [ID, "usize", DATA, "usize"], result: "isize" },
  H5Pget_virtual_dsetname: { parameters: [ID, "usize", DATA, "usize"], result: "isize" },
  H5Pget_virtual_vspace: { parameters: [ID, "usize"], result: ID },
  H5Pget_virtual_srcspace: { parameters: [ID, "usize"], result: ID },
  H5Pget_link_creation_order: { parameters: [ID, DATA], result: STATUS },
} as const;

const ITERATE = {
  parameters: [ID, "i32", "i32", DATA, "function", "pointer"],
  result: STATUS,
} as const;
const LINK_INFO = { parameters: [ID, DATA, DATA, ID], result: STATUS } as const;
const READ_CHUNK = { parameters: [ID, ID, DATA, DATA, DATA], result: STATUS } as const;

/** In some versions only, or under another name. */
const OPTIONAL = {
  H5Literate: ITERATE,
  H5Literate2: ITERATE,
  H5Lget_info: LINK_INFO,
  H5Lget_info2: LINK_INFO,
  H5Dread_chunk: READ_CHUNK,
  H5Dread_chunk1: READ_CHUNK,
  /** 1.10.5 on */
  H5Dget_chunk_info_by_coord: { parameters: [ID, DATA, DATA, DATA, DATA], result: STATUS },
} as const;

/** Identifiers that `H5open` fills in: types and classes of property lists. */
const IDS = [
  "H5T_STD_U8LE",
  "H5T_STD_U16LE",
  "H5T_STD_U32LE",
  "H5T_STD_U64LE",
  "H5T_STD_I8LE",
  "H5T_STD_I16LE",
  "H5T_STD_I32LE",
  "H5T_STD_I64LE",
  "H5T_IEEE_F32LE",
  "H5T_IEEE_F64LE",
  "H5T_C_S1",
  "H5P_CLS_DATASET_CREATE_ID",
] as const;

type Functions = Deno.DynamicLibrary<typeof FUNCTIONS>["symbols"];
type Optional = Deno.DynamicLibrary<typeof OPTIONAL>["symbols"];

/** A loaded libhdf5, its differences between versions levelled. */
export interface Libhdf5 extends Functions {
  readonly version: readonly [number, number, number];
  readonly ids: Readonly<Record<typeof IDS[number], bigint>>;
  readonly iterate: Optional["H5Literate"];
  readonly linkInfo: Optional["H5Lget_info"];
  readonly readChunk: Optional["H5Dread_chunk"];
  /** absent before 1.10.5 */
  readonly chunkInfo: Optional["H5Dget_chunk_info_by_coord"] | undefined;
}

/** The oldest version with `H5Dread_chunk`. */
const OLDEST = [1, 10, 3] as const;

/**
 * Loads a library and starts it.
 *
 * @throws Error when there is none at `path`, it is no libhdf5, or it is too old
 */
export function loadLibhdf5(path: string): Libhdf5 {
  const core = lateCalls(path, FUNCTIONS);
  keepLoaded(path);
  const { H5open, H5dont_atexit, H5get_libversion } = core;
  if (!H5open || !H5dont_atexit || !H5get_libversion) throw new Error("it is no libhdf5");
  // When the program ends, its filters can no longer be called: what is open then stays as it is.
  H5dont_atexit();
  if (H5open() < 0) throw new Error("it does not start");
  const parts = [0, 1, 2].map(() => new Uint8Array(new ArrayBuffer(4)));
  H5get_libversion(parts[0]!, parts[1]!, parts[2]!);
  const version = parts.map((part) => new Uint32Array(part.buffer)[0]) as [number, number, number];
  if (compare(version, OLDEST) < 0) {
    throw new Error(`it is version ${version.join(".")}, which cannot hand out chunks: ${OLDEST.join(".")} can`);
  }
  const some = lateCalls(path, OPTIONAL);
  const iterate = some.H5Literate2 ?? some.H5Literate;
  const linkInfo = some.H5Lget_info2 ?? some.H5Lget_info;
  const readChunk = some.H5Dread_chunk1 ?? some.H5Dread_chunk;
  const missing = Object.keys(FUNCTIONS).filter((name) => !(name in core));
  if (!iterate || !linkInfo || !readChunk || missing.length > 0) {
    throw new Error(`it is version ${version.join(".")} of a kind that is not known here ${missing.join(", ")}`.trim());
  }
  const { H5Dget_chunk_info_by_coord: chunkInfo } = some;
  const levelled = { version, ids: identifiers(path), iterate, linkInfo, readChunk, chunkInfo };
  // Not spread: that would ask for every function.
  return Object.assign(core as Functions, levelled);
}

/** Where `dlopen` itself is, in newer and in older versions of Linux' C library. */
const LOADERS = ["libc.so.6", "libdl.so.2"];
/** RTLD_LAZY and RTLD_NODELETE */
const LAZY_FOR_EVER = 0x1 | 0x1000;

/**
 * Keeps the library where it is until the process ends. Deno unloads it when the thread's program ends, and the libraries
 * that it has brought along (those for S3, for instance) leave things behind for the end of the thread, which then jumps
 * into nothing. Seen on Linux, where tests run in threads of their own.
 */
function keepLoaded(path: string): void {
  if (Deno.build.os !== "linux") return;
  for (const name of LOADERS) {
    try {
      const definition = { dlopen: { parameters: ["buffer", "i32"], result: "pointer" } } as const;
      const loader = Deno.dlopen(name, definition);
      loader.symbols.dlopen(new TextEncoder().encode(`${path}\0`), LAZY_FOR_EVER);
      loader.close();
      return;
    } catch {
      // The other one.
    }
  }
}

/** The identifiers: filled in by `H5open`, and read when the library is opened. */
function identifiers(path: string): Libhdf5["ids"] {
  const entries = IDS.map((name) => [name, { name: `${name}_g`, type: ID }] as const);
  return Deno.dlopen(path, Object.fromEntries(entries)).symbols as unknown as Libhdf5["ids"];
}

function compare(a: readonly number[], b: readonly number[]): number {
  return a.map((n, i) => n - b[i]!).find((difference) => difference !== 0) ?? 0;
}
