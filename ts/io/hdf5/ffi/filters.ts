/**
 * Our filters inside libhdf5, without a plugin: it calls back into this program, which decodes and encodes chunks with
 * the codec that the whole program uses (`../codec.ts`). So masks and maps, chunks of several frames, frames cut into
 * chunks and virtual datasets are read by libhdf5 itself, as with any other filter; stacks whose chunks are frames do
 * not come this way (`H5Dread_chunk`).
 */
import { chunkCodec } from "../codec.ts";
import { chunkEncoding } from "../encoding.ts";
import { FILTER } from "../types.ts";
import type { Libhdf5 } from "./symbols.ts";

/** Those that libhdf5 does not bring along. */
const IDS = [FILTER.bitshuffle, FILTER.lz4, FILTER.zstd];
/** H5Z_FLAG_REVERSE: decode. */
const REVERSE = 0x0100;
/** H5Z_CLASS_T_VERS of H5Z_class2_t */
const CLASS_VERSION = 1;
/** H5Z_class2_t of 64-bit pointers: version, number, whether it encodes and decodes, name, three functions. */
const CLASS_BYTES = 48;
const FIELD = { version: 0, id: 4, encodes: 8, decodes: 12, name: 16, filter: 40 } as const;
/** A block grows by less than this factor: a header that asks for more lies, and nothing is allocated for it. */
const MAX_RATIO = 256;
/** H5Z_func_t: flags, cd_values and their number, bytes of data, the buffer's size and place. */
const CALLBACK = { parameters: ["u32", "usize", "pointer", "usize", "pointer", "pointer"], result: "usize" } as const;

/** Memory that the library uses for as long as the program runs. */
const kept: unknown[] = [];

/** Registers the filters; gives a function that tells them how many bytes chunks decode to, undefined: unknown. */
export function registerFilters(h5: Libhdf5): (bytes: number | undefined) => void {
  let expected: number | undefined;
  const name = new TextEncoder().encode("braggsieve\0");
  kept.push(name);
  for (const id of IDS) {
    const callback = new Deno.UnsafeCallback(CALLBACK, (flags, count, values, bytes, size, buffer) => {
      try {
        if (!size || !buffer) return 0n;
        const options = values ? [...new Uint32Array(memory(values, 4 * Number(count)).slice().buffer)] : [];
        const place = new Buffer(h5, size, buffer, Number(bytes));
        return BigInt((flags & REVERSE) !== 0 ? decode(id, options, place, expected) : encode(id, options, place));
      } catch {
        // Nothing may be thrown through the library; 0 is a failure that it reports by itself.
        return 0n;
      }
    });
    const description = new DataView(new ArrayBuffer(CLASS_BYTES));
    description.setInt32(FIELD.version, CLASS_VERSION, true);
    description.setInt32(FIELD.id, id, true);
    description.setUint32(FIELD.encodes, 1, true);
    description.setUint32(FIELD.decodes, 1, true);
    description.setBigUint64(FIELD.name, addressOf(Deno.UnsafePointer.of(name)), true);
    description.setBigUint64(FIELD.filter, addressOf(callback.pointer), true);
    kept.push(callback);
    h5.H5Zregister(new Uint8Array(description.buffer));
  }
  return (bytes) => expected = bytes;
}

/** Decodes the chunk in the buffer; gives the bytes that the buffer then holds. */
function decode(id: number, options: number[], buffer: Buffer, expected: number | undefined): number {
  // Without bitshuffle the size of elements does not matter.
  const itemSize = id === FILTER.bitshuffle ? options[2] ?? 0 : 1;
  const encoding = chunkEncoding([{ id, name: "", options }], itemSize);
  const chunk = buffer.data();
  if (!encoding || chunk.length < 8) return 0;
  // Bitshuffle and LZ4 begin with the size of what they hold.
  const stated = encoding === "zstd" ? undefined : Number(new DataView(chunk.buffer).getBigUint64(0, false));
  if (stated === 0) return 0;
  if (expected === undefined && stated !== undefined && stated / MAX_RATIO > chunk.length) return 0;
  // libhdf5 would read beyond a chunk that decodes to less.
  if (expected !== undefined && stated !== undefined && stated !== expected) return 0;
  const bytes = expected ?? stated;
  if (bytes === undefined) return 0;
  return buffer.replace(bytes, (out) => chunkCodec().decodeChunk(encoding, chunk, itemSize, out));
}

function encode(id: number, options: number[], buffer: Buffer): number {
  const itemSize = id === FILTER.bitshuffle ? options[2] ?? 0 : 1;
  const encoding = chunkEncoding([{ id, name: "", options }], itemSize);
  if (!encoding) return 0;
  const encoded = chunkCodec().encodeChunk(encoding, buffer.data(), itemSize);
  return buffer.replace(encoded.length, (out) => out.set(encoded));
}

/** The buffer of libhdf5 that a filter works on: `*place` has `*size` bytes, of which `used` are data. */
class Buffer {
  readonly #at: Deno.PointerObject;

  constructor(
    private readonly h5: Libhdf5,
    private readonly size: Deno.PointerObject,
    private readonly place: Deno.PointerObject,
    private readonly used: number,
  ) {
    const at = new Deno.UnsafePointerView(place).getPointer();
    if (!at) throw new Error("no data");
    this.#at = at;
  }

  /** a view of the data, until they are replaced */
  data(): Uint8Array<ArrayBuffer> {
    return memory(this.#at, this.used);
  }

  /** Puts a new block of the library's heap, which `fill` fills, in place of the old one. Gives its size. */
  replace(bytes: number, fill: (out: Uint8Array) => void): number {
    const block = this.h5.H5allocate_memory(BigInt(bytes), 1);
    if (!block) return 0;
    try {
      fill(memory(block, bytes));
    } catch (error) {
      this.h5.H5free_memory(block);
      throw error;
    }
    this.h5.H5free_memory(this.#at);
    new BigUint64Array(memory(this.size, 8).buffer)[0] = BigInt(bytes);
    new BigUint64Array(memory(this.place, 8).buffer)[0] = addressOf(block);
    return bytes;
  }
}

/** A view of memory that is not this program's. */
function memory(at: Deno.PointerObject, bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(at, bytes));
}

function addressOf(pointer: Deno.PointerValue): bigint {
  return BigInt(Deno.UnsafePointer.value(pointer));
}
