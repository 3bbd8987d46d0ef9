/**
 * The functions of the native library (`core-rs/native`), their checks and their errors. Every pointer of the crossing
 * is made here; arrays are passed by reference and only used during the call, but for maps, which the library copies.
 */
import type { EncodedFrame, Encoding, PixelArray, PixelType } from "../io/frame.ts";
import { ZSTD_LEVEL } from "./chunk_zstd.ts";
import type { SparseFrame } from "./engine.ts";
import type { Packing } from "./packing.ts";
import { type LateCalls, lateCalls } from "./late_calls.ts";
import { ABI, SYMBOLS } from "./native_symbols.ts";
import { PIXEL_ARRAYS } from "./pixel_arrays.ts";
import type { Band, Rounding } from "./plan_maps.ts";
import SOURCES from "./wasm/sources.sha256" with { type: "text" };

/** Calls of a plan that fill one array with numbers. */
export type PlanCall =
  | "facts"
  | "integrate"
  | "clip"
  | "invalid"
  | "background"
  | "pick"
  | "peaks"
  | "radius"
  | "normalization"
  | "centres";

type Numbers = Float32Array | Float64Array | BigUint64Array;

/** The arrays that `process` fills; see `bs_plan_process`. */
export interface ProcessRoom {
  readonly profiles: Float64Array;
  readonly background: Float32Array;
  readonly numbers: BigUint64Array;
}

/** What `narrow` gives. */
export interface Narrowed {
  readonly bytes: number;
  readonly bits: number;
}

/** The library's functions, with typed arrays in place of pointers. They throw plain errors with the library's reason. */
export interface NativeCalls extends Packing {
  newPlan(options: string, mask?: Uint8Array, dark?: Float32Array, flat?: Float32Array): Deno.PointerValue;
  /** The same on another thread; the maps are in use until the promise settles. */
  preparePlan(
    options: string,
    mask?: Uint8Array,
    dark?: Float32Array,
    flat?: Float32Array,
  ): Promise<Deno.PointerValue>;
  forkPlan(plan: Deno.PointerValue): Deno.PointerValue;
  freePlan(plan: Deno.PointerValue): void;
  load(plan: Deno.PointerValue, encoding: Encoding, bytes: Uint8Array): void;
  plan(call: PlanCall, plan: Deno.PointerValue, out: Numbers): void;
  /** On another thread; `room` and `bytes` are in use until the promise settles. `stages`: bits. */
  process(
    plan: Deno.PointerValue,
    encoding: Encoding,
    bytes: Uint8Array,
    stages: number,
    room: ProcessRoom,
  ): Promise<void>;
  /** See `PlanMaps`: one number per bin. */
  ringShares(plan: Deno.PointerValue, weighted: boolean, bins: number): Float64Array;
  /** See `PlanMaps.pack`; on another thread: the plan is in use until the promise settles. */
  packMap(
    plan: Deno.PointerValue,
    normalization: boolean,
    band: Band,
    rounding?: Rounding,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** Bytes of room that `narrow` wants for a frame. */
  narrowBound(pixels: number): number;
  /**
   * Narrows a frame of pixels of `size` bytes, 2 or 4, to 4 or 8 bits each and a list of those that need more, on other
   * threads: both arrays are in use until the promise settles. See core-rs/core/src/codec/narrow.rs. Gives the bytes
   * written to `out` and the bits of a pixel; nothing where too many need more.
   */
  narrow(frame: Uint8Array, size: number, out: Uint8Array): Promise<Narrowed | undefined>;
  newDensifier(options: string, radius: Float32Array, normalization?: Float32Array): Deno.PointerValue;
  /** The same on another thread; the maps are in use until the promise settles. */
  prepareDensifier(options: string, radius: Float32Array, normalization?: Float32Array): Promise<Deno.PointerValue>;
  forkDensifier(densifier: Deno.PointerValue): Deno.PointerValue;
  freeDensifier(densifier: Deno.PointerValue): void;
  /** Gives the place of the frame. */
  rebuild(densifier: Deno.PointerValue, frame: SparseFrame, noise: number, seed: bigint, number: number): bigint;
  /** Rebuilds on another thread; gives the place and the bytes of the frame as a chunk. */
  encode(
    densifier: Deno.PointerValue,
    frame: SparseFrame,
    noise: number,
    seed: bigint,
    number: number,
  ): Promise<readonly [place: bigint, bytes: number]>;
  /** A view of the library's memory, valid until the next call with the same handle. */
  view(type: PixelType, place: bigint, length: number): PixelArray;
}

/** Deno's types want arrays that are not shared between threads; nothing here is. */
type Unshared = Uint8Array<ArrayBuffer>;

/** The bytes of an array, for a pointer to its first; null where it is absent or empty. */
function bytesOf(array: ArrayBufferView | undefined): Unshared | null {
  if (!array || array.byteLength === 0) return null;
  return new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
}

/** Number of elements; 0 where the array is absent. */
function lengthOf(array: { readonly length: number } | undefined): bigint {
  return BigInt(array?.length ?? 0);
}

/** Opens the library. Throws when it cannot be opened, has another C face, or was built from other sources. */
export function openLibrary(path: string, expected: { abi: number; sources: string } = EXPECTED): NativeCalls {
  const calls = lateCalls(path, SYMBOLS);
  // The version is asked first: a library of another version may lack the other functions.
  if (!calls.bs_abi_version || !calls.bs_sources) throw new Error(`${path} is not this program's`);
  const abi = calls.bs_abi_version();
  const text = calls.bs_sources();
  const sources = text === null ? "" : Deno.UnsafePointerView.getCString(text);
  if (abi !== expected.abi) throw new Error(`${path} has version ${abi} of the C face, not ${expected.abi}`);
  if (sources !== expected.sources) throw new Error(`${path} is stale: built from other sources than this program`);
  return callsOf(calls as Required<typeof calls>);
}

const EXPECTED = { abi: ABI, sources: SOURCES.trim() };

/** Room for the reason of a failure, and what makes an error of a status. */
function errorRoom(): { readonly place: Unshared | null; readonly check: (status: number) => void } {
  const reason = new Uint8Array(512);
  const place = Deno.UnsafePointer.value(Deno.UnsafePointer.of(reason));
  return {
    // `ErrorText` of the library: place and size of the room.
    place: bytesOf(new BigUint64Array([place, BigInt(reason.length)])),
    check(status) {
      if (status === 0) return;
      const text = new TextDecoder().decode(reason.subarray(0, reason.indexOf(0)));
      throw new Error(status === 1 ? text : `the native engine failed (${status}): ${text}`);
    },
  };
}

function callsOf(symbols: Required<LateCalls<typeof SYMBOLS>>): NativeCalls {
  const { place: error, check } = errorRoom();
  const encoder = new TextEncoder();
  /** Place and length of an array, as two parameters. */
  const pair = (array: Numbers | Uint8Array | Uint32Array | undefined) => [bytesOf(array), lengthOf(array)] as const;
  /** The one number that a call gives. */
  const answer = (call: (out: Unshared | null) => number): bigint => {
    const out = new BigUint64Array(1);
    check(call(bytesOf(out)));
    return out[0];
  };
  const number = (call: (out: Unshared | null) => number): number => Number(answer(call));
  const handleOf = (call: (out: Unshared | null) => number): Deno.PointerValue =>
    Deno.UnsafePointer.create(answer(call));
  /** A handle that is made on another thread. */
  const prepared = async (
    call: (out: Unshared | null, error: Unshared | null) => Promise<number>,
  ): Promise<Deno.PointerValue> => {
    const { place, check } = errorRoom();
    const out = new BigUint64Array(1);
    check(await call(bytesOf(out), place));
    return Deno.UnsafePointer.create(out[0]);
  };
  /** What a call writes to the first of `size` bytes. */
  const written = (
    size: bigint,
    call: (room: Unshared | null, length: bigint, written: Unshared | null) => number,
  ): Unshared => {
    const room = new Uint8Array(Number(size));
    return room.subarray(0, number((out) => call(...pair(room), out)));
  };
  /** Buffers of finished packing calls: what they hold packed is small, and a new one is zeroed first. */
  const rooms: Unshared[] = [];
  /** What a packing call on another thread makes of `bytes` bytes. */
  const packed = async (
    bytes: number,
    call: (room: Unshared | null, length: bigint, written: Unshared | null, error: Unshared | null) => Promise<number>,
  ): Promise<Unshared> => {
    const { place, check } = errorRoom();
    const size = Number(symbols.bs_pack_bound(BigInt(bytes)));
    const spare = rooms.pop();
    const room = spare && spare.length >= size ? spare : new Uint8Array(size);
    const written = new BigUint64Array(1);
    try {
      check(await call(...pair(room), bytesOf(written), place));
      return room.slice(0, Number(written[0]));
    } finally {
      rooms.push(room);
    }
  };
  /** What a frame marks, to `marks`; `common`: those of them that it has too. */
  const mark = ({ encoding, bytes }: EncodedFrame, type: PixelType, common: boolean, marks: Uint8Array) => {
    const [packedAs, ofType] = [pair(encoder.encode(encoding)), pair(encoder.encode(type))];
    check(symbols.bs_frame_marks(...packedAs, ...pair(bytes), ...ofType, Number(common), ...pair(marks), error));
  };
  const sparseFrame = ({ mean, std, index, intensity }: SparseFrame) => {
    if (mean.length !== std.length) throw new Error("the background does not have one value per bin");
    const values = [bytesOf(intensity), BigInt(intensity.byteLength)] as const;
    return [bytesOf(mean), ...pair(std), ...pair(index), ...values] as const;
  };
  return {
    newPlan: (options, mask, dark, flat) =>
      handleOf((out) =>
        symbols.bs_plan_new(...pair(encoder.encode(options)), ...pair(mask), ...pair(dark), ...pair(flat), out, error)
      ),
    preparePlan(options, mask, dark, flat) {
      const text = encoder.encode(options);
      const maps = [...pair(mask), ...pair(dark), ...pair(flat)] as const;
      return prepared((...out) => symbols.bs_plan_prepare(...pair(text), ...maps, ...out));
    },
    forkPlan: (plan) => handleOf((out) => symbols.bs_plan_fork(plan, out, error)),
    freePlan: (plan) => symbols.bs_plan_free(plan),
    load: (plan, encoding, bytes) =>
      check(symbols.bs_plan_load(plan, ...pair(encoder.encode(encoding)), ...pair(bytes), error)),
    plan: (call, plan, out) => check(symbols[`bs_plan_${call}`](plan, ...pair(out), error)),
    async process(plan, encoding, bytes, stages, { profiles, background, numbers }) {
      const { place, check } = errorRoom();
      const name = encoder.encode(encoding);
      const room = [...pair(profiles), ...pair(background), ...pair(numbers)] as const;
      check(await symbols.bs_plan_process(plan, ...pair(name), ...pair(bytes), stages, ...room, place));
    },
    newDensifier: (options, radius, normalization) =>
      handleOf((out) =>
        symbols.bs_densifier_new(...pair(encoder.encode(options)), ...pair(radius), ...pair(normalization), out, error)
      ),
    prepareDensifier(options, radius, normalization) {
      const text = encoder.encode(options);
      const maps = [...pair(radius), ...pair(normalization)] as const;
      return prepared((...out) => symbols.bs_densifier_prepare(...pair(text), ...maps, ...out));
    },
    forkDensifier: (densifier) => handleOf((out) => symbols.bs_densifier_fork(densifier, out, error)),
    freeDensifier: (densifier) => symbols.bs_densifier_free(densifier),
    rebuild(densifier, frame, noise, seed, number) {
      const out = new BigUint64Array(3);
      check(
        symbols.bs_densifier_frame(densifier, ...sparseFrame(frame), noise, seed, number, 0, ...pair(out), error),
      );
      return out[0];
    },
    async encode(densifier, frame, noise, seed, number) {
      const { place, check } = errorRoom();
      const out = new BigUint64Array(3);
      check(
        await symbols.bs_densifier_encode(
          densifier,
          ...sparseFrame(frame),
          noise,
          seed,
          number,
          1,
          ...pair(out),
          place,
        ),
      );
      return [out[1], Number(out[2])];
    },
    encodeBitshuffleLz4(bytes, size) {
      const elementSize = BigInt(size);
      return written(
        symbols.bs_encode_bound(lengthOf(bytes), elementSize),
        (...out) => symbols.bs_encode_bitshuffle_lz4(...pair(bytes), elementSize, ...out, error),
      );
    },
    ringShares(plan, weighted, bins) {
      const shares = new Float64Array(bins);
      check(symbols.bs_plan_ring_shares(plan, Number(weighted), ...pair(shares), error));
      return shares;
    },
    packMap: (plan, normalization, { start, end, length }, rounding) =>
      packed(4 * length, (...out) =>
        symbols.bs_plan_pack_map(
          plan,
          Number(normalization),
          ...[start, end, length].map(BigInt) as [bigint, bigint, bigint],
          rounding?.step ?? 0,
          rounding?.least ?? 0,
          ZSTD_LEVEL,
          ...out,
        )),
    packBitshuffleZstd: (bytes, size) =>
      packed(
        bytes.length,
        (...out) => symbols.bs_pack_bitshuffle_zstd(...pair(bytes), BigInt(size), ZSTD_LEVEL, ...out),
      ),
    encodeBitshuffleZstd: (bytes, size) =>
      written(
        symbols.bs_pack_bound(lengthOf(bytes)),
        (...out) => symbols.bs_encode_bitshuffle_zstd(...pair(bytes), BigInt(size), ZSTD_LEVEL, ...out, error),
      ),
    crc32: (bytes) => number((out) => symbols.bs_crc32(...pair(bytes), out, error)),
    countNan: (map) => number((out) => symbols.bs_count_nan(...pair(map), out, error)),
    countMasked: (mask) => number((out) => symbols.bs_count_masked(...pair(mask), out, error)),
    allBelow: (index, pixels) =>
      number((out) => symbols.bs_all_below(...pair(index), BigInt(pixels), out, error)) === 1,
    rises: (values) => number((out) => symbols.bs_rises(...pair(values), out, error)) === 1,
    narrowed(values) {
      const narrow = new Uint32Array(values.length);
      const fits = number((out) => symbols.bs_narrowed(...pair(values), ...pair(narrow), out, error));
      return fits === 1 ? narrow : undefined;
    },
    frameMarks(frame, type, pixels) {
      if (type === "float32") return undefined;
      const marks = new Uint8Array(pixels);
      mark(frame, type, false, marks);
      return marks;
    },
    keepCommonMarks: (marks, frame, type) => mark(frame, type, true, marks),
    unitedMask(mask, other) {
      const united = mask.slice();
      check(symbols.bs_united_mask(...pair(united), ...pair(other), error));
      return united;
    },
    addMask: (mask, other) => check(symbols.bs_united_mask(...pair(mask), ...pair(other), error)),
    nonzeroMask(bytes, size, float) {
      const mask = new Uint8Array(Math.floor(bytes.length / size));
      check(symbols.bs_nonzero_mask(...pair(bytes), BigInt(size), Number(float), ...pair(mask), error));
      return mask;
    },
    decodeMask(encoding, chunk, size, float, pixels) {
      const mask = new Uint8Array(pixels);
      const name = pair(encoder.encode(encoding));
      const status = symbols.bs_decode_mask(
        ...name,
        ...pair(chunk),
        BigInt(size),
        Number(float),
        ...pair(mask),
        error,
      );
      check(status);
      return mask;
    },
    nanMask(map) {
      const mask = new Uint8Array(map.length);
      check(symbols.bs_nan_mask(...pair(map), ...pair(mask), error));
      return mask;
    },
    decodeChunk(encoding, chunk, size, out) {
      const name = pair(encoder.encode(encoding));
      check(symbols.bs_decode_chunk(...name, ...pair(chunk), BigInt(size), ...pair(out), error));
    },
    async unpackChunk(encoding, chunk, size, out) {
      const { place, check } = errorRoom();
      const name = encoder.encode(encoding);
      check(await symbols.bs_unpack_chunk(...pair(name), ...pair(chunk), BigInt(size), ...pair(out), place));
      return out;
    },
    narrowBound: (pixels) => Number(symbols.bs_narrow_bound(BigInt(pixels))),
    async narrow(frame, size, out) {
      const { place, check } = errorRoom();
      const written = new BigUint64Array(2);
      check(await symbols.bs_narrow(...pair(frame), BigInt(size), ...pair(out), bytesOf(written), place));
      const [bytes, bits] = [Number(written[0]), Number(written[1])];
      return bits === 0 ? undefined : { bytes, bits };
    },
    encodeMask: (mask) =>
      written(
        symbols.bs_encode_bound(4n * lengthOf(mask), 4n),
        (...out) => symbols.bs_encode_mask(...pair(mask), ...out, error),
      ),
    view: (type, place, length) => {
      const array = PIXEL_ARRAYS[type];
      if (length === 0) return new array(0);
      const pointer = Deno.UnsafePointer.create(place);
      if (pointer === null) throw new Error("the native engine gave no place for a result");
      return new array(Deno.UnsafePointerView.getArrayBuffer(pointer, length * array.BYTES_PER_ELEMENT));
    },
  };
}
