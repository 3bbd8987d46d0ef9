/**
 * Our HDF5 filter without an HDF5 library: the side module of core-rs/h5-filter, with the little that it needs of a
 * program around it (a memory, a table, `malloc`), called as libhdf5 would call it.
 */
import type { Encoding } from "../frame.ts";
import type { ChunkCodec } from "./codec.ts";
import { FILTER_BITSHUFFLE } from "./filter_bitshuffle.generated.ts";

const PAGE = 65536;
/** The module's data lie in the first page, its stack in the second, what it allocates behind them. */
const MEMORY_BASE = 1024;
const STACK_TOP = 2 * PAGE;
const HEAP = STACK_TOP;
/** Functions of the module in the table, from 1 on; there are fewer. */
const TABLE_SIZE = 256;
/** H5Z_FLAG_REVERSE */
const DECODE = 0x0100;
/** Offset of the function in H5Z_class2_t of 32-bit pointers. */
const FILTER_FIELD = 28;

/** The filter's codec; compiled when it is used first. */
export function sideModuleCodec(): ChunkCodec {
  let module: Filter | undefined;
  const settings = (encoding: Encoding, itemSize: number) => {
    if (encoding !== "bitshuffle-lz4") throw new Error(`chunks packed as ${encoding} are not decoded here`);
    return [0, 4, itemSize, 0, 2];
  };
  return {
    decodes: new Set<Encoding>(["bitshuffle-lz4"]),
    decodeChunk(encoding, bytes, itemSize, out) {
      module ??= load();
      const decoded = module(DECODE, settings(encoding, itemSize), bytes);
      if (decoded?.length !== out.length) throw new Error("a compressed chunk is damaged");
      out.set(decoded);
    },
    encodeChunk(encoding, bytes, itemSize) {
      module ??= load();
      const encoded = module(0, settings(encoding, itemSize), bytes);
      if (!encoded) throw new Error("a chunk cannot be compressed");
      return encoded;
    },
  };
}

/** Sends bytes through the filter; gives a view that is valid until the next call, undefined for failure. */
type Filter = (flags: number, settings: readonly number[], bytes: Uint8Array) => Uint8Array | undefined;

function load(): Filter {
  const memory = new WebAssembly.Memory({ initial: HEAP / PAGE + 16 });
  const table = new WebAssembly.Table({ element: "anyfunc", initial: TABLE_SIZE });
  const global = (value: number, mutable = false) => new WebAssembly.Global({ value: "i32", mutable }, value);
  const heap = allocator(memory);
  const code = Uint8Array.from(atob(FILTER_BITSHUFFLE), (c) => c.charCodeAt(0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), {
    env: {
      memory,
      __indirect_function_table: table,
      __stack_pointer: global(STACK_TOP, true),
      __memory_base: global(MEMORY_BASE),
      __table_base: global(1),
      // No environment: an ordinary filter, without a channel.
      getenv: () => 0,
      ...heap,
      strlen: (at: number) => new Uint8Array(memory.buffer, at).indexOf(0),
    },
  });
  const start = exports.__wasm_apply_data_relocs ?? exports.__wasm_call_ctors;
  if (typeof start === "function") start();
  const info = exports.H5PLget_plugin_info as () => number;
  const filter = table.get(new DataView(memory.buffer).getUint32(info() + FILTER_FIELD, true)) as (
    ...words: number[]
  ) => number;
  return (flags, settings, bytes) => {
    const data = heap.malloc(bytes.length);
    const words = heap.malloc(4 * (settings.length + 2));
    new Uint8Array(memory.buffer).set(bytes, data);
    new Uint32Array(memory.buffer, words).set([bytes.length, data, ...settings]);
    const length = filter(flags, settings.length, words + 8, bytes.length, words, words + 4);
    const result = new DataView(memory.buffer).getUint32(words + 4, true);
    // Memory that is given back keeps its bytes until the next call.
    heap.free(result);
    heap.free(words);
    return length === 0 ? undefined : new Uint8Array(memory.buffer, result, length);
  };
}

/** The part of C's heap that the module calls: blocks of powers of two, which are used again once they are free. */
function allocator(memory: WebAssembly.Memory) {
  const HEADER = 8;
  /** free blocks by the logarithm of their size */
  const free = new Map<number, number[]>();
  let top = HEAP;
  const sizeOf = (block: number) => new DataView(memory.buffer).getUint32(block - HEADER, true);
  const heap = {
    malloc(bytes: number): number {
      const log = 32 - Math.clz32(Math.max(bytes, 16) - 1);
      const used = free.get(log)?.pop();
      if (used !== undefined) return used;
      const block = top + HEADER;
      const end = block + 2 ** log;
      if (end > memory.buffer.byteLength) {
        try {
          memory.grow(Math.ceil((end - memory.buffer.byteLength) / PAGE));
        } catch {
          return 0;
        }
      }
      top = end;
      new DataView(memory.buffer).setUint32(block - HEADER, 2 ** log, true);
      return block;
    },
    free(block: number): void {
      if (block === 0) return;
      const log = Math.log2(sizeOf(block));
      free.set(log, [...free.get(log) ?? [], block]);
    },
    calloc(count: number, size: number): number {
      const block = heap.malloc(count * size);
      if (block !== 0) new Uint8Array(memory.buffer, block, count * size).fill(0);
      return block;
    },
    realloc(block: number, bytes: number): number {
      if (block !== 0 && bytes <= sizeOf(block)) return block;
      const larger = heap.malloc(bytes);
      if (larger !== 0 && block !== 0) {
        new Uint8Array(memory.buffer).copyWithin(larger, block, block + sizeOf(block));
        heap.free(block);
      }
      return larger;
    },
  };
  return heap;
}
