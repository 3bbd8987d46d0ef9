/**
 * Bitshuffle-LZ4 chunks to frames on the GPU: the CPU reads the header and finds where the blocks lie, and what does not
 * lie within the chunk never gets to the GPU. Errors are the sentences of core-rs/core/src/codec, in its order: the
 * first damaged block tells. Chunks with blocks that the GPU has no room for are decoded by the core.
 */
import type { EncodedFrame, Encoding } from "../../io/frame.ts";
import { decodeChunk } from "../wasm/braggsieve.js";
import { messageOf } from "../../errors.ts";
import { decodeByteOffset } from "../wasm.ts";
import { PIXEL_ARRAYS } from "../pixel_arrays.ts";
import type { Device, Stage } from "./device.ts";
import { shader } from "./shaders.ts";
import type { Tables } from "./tables.ts";

/** Bytes of workgroup memory that a block may take, from the smallest variant of the stage to the largest. */
const BLOCK_BYTES = [8192, 16_384, 28_672];
/** Smallest blocks that the GPU takes, on average: it is not made for blocks of one octet. */
const SMALLEST = 1024;
const HEADER = 12;
/** Words of a row of the table of blocks: see bitshuffle_lz4.wgsl. */
const ROW = 4;

/** Codes of lz4.wgsl: the place in the block, and the numbers that the sentence holds. */
const SENTENCES: Record<number, (first: number, second: number) => string> = {
  1: () => "they end inside an LZ4 token",
  2: () => "they end inside an LZ4 length",
  3: () => "they end inside LZ4 literals",
  4: () => "they end inside an LZ4 match",
  5: (capacity) => `they decode to more than the ${capacity} elements expected`,
  6: (distance, written) => `a match lies ${distance} bytes back but only ${written} were written`,
  7: (found, wanted) => `they decode to ${found} elements where ${wanted} were expected`,
};
const TOO_SHORT = 7;

const damaged = (at: number, what: string) => `compressed data are damaged at byte ${at}: ${what}`;

/** Where the blocks of a chunk lie, and what is wrong with it behind the last of them. */
export interface Blocks {
  /** bytes of a decoded block; the last one may be shorter */
  readonly blockBytes: number;
  /** per block: first byte, its bytes, first byte of the frame, its bytes */
  readonly rows: Uint32Array;
  readonly count: number;
  readonly problem?: string;
  /** there are more blocks than rows */
  readonly tooMany?: boolean;
}

/** Finds the blocks of a chunk of `bytes` bytes of elements, as `rows` of numbers; every block lies within the chunk. */
export function findBlocks(chunk: Uint8Array, element: number, bytes: number, rows: Uint32Array): Blocks {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const nothing = (at: number, what: string) => ({ blockBytes: 0, rows, count: 0, problem: damaged(at, what) });
  if (chunk.length < HEADER) return nothing(chunk.length, "they end inside the 12-byte header");
  const stated = view.getBigUint64(0);
  if (stated !== BigInt(bytes)) {
    return nothing(0, `the header states ${stated} bytes of pixels where ${bytes} were expected`);
  }
  const blockBytes = view.getUint32(8);
  if (blockBytes === 0 || blockBytes % (8 * element) !== 0) {
    return nothing(8, `the header states a block of ${blockBytes} bytes, not a multiple of eight elements`);
  }
  const shuffled = bytes - bytes % (8 * element);
  let [at, count] = [HEADER, 0];
  const so = (problem?: string) => ({ blockBytes, rows, count, problem, tooMany: false });
  for (let start = 0; start < shuffled; start += blockBytes, count++) {
    if (chunk.length - at < 4) return so(damaged(at, "they end inside the length of a block"));
    const length = view.getUint32(at);
    if (length > chunk.length - at - 4) return so(damaged(at, "they end inside a block"));
    if ((count + 1) * ROW > rows.length) return { ...so(), tooMany: true };
    rows[count * ROW] = at + 4;
    rows[count * ROW + 1] = length;
    rows[count * ROW + 2] = start;
    rows[count * ROW + 3] = Math.min(blockBytes, shuffled - start);
    at += 4 + length;
  }
  const [rest, plain] = [chunk.length - at, bytes - shuffled];
  if (rest < plain) return so(damaged(at, "they end inside the last elements"));
  if (rest > plain) return so(damaged(at + plain, `${rest - plain} bytes follow the last block`));
  return so();
}

/** Chunks of the frames of a batch. */
export class Decoder {
  /** per frame: whether a block is damaged */
  readonly damaged: GPUBuffer;
  readonly #device: Device;
  readonly #tables: Tables;
  readonly #frames: GPUBuffer;
  readonly #chunks: GPUBuffer;
  readonly #blocks: GPUBuffer;
  readonly #problems: GPUBuffer;
  readonly #facts: GPUBuffer;
  readonly #frameBlocks: GPUBuffer;
  readonly #element: number;
  /** blocks and bytes of compressed data that a frame has room for */
  readonly #mostBlocks: number;
  readonly #chunkBytes: number;
  readonly #rows: Uint32Array;
  readonly #problemsFound: (string | undefined)[];
  /** blocks of each frame; 0 where it came in another way */
  readonly #counts: number[];
  #blockBytes = 0;

  constructor(device: Device, tables: Tables, size: number, frames: GPUBuffer) {
    this.#device = device;
    this.#tables = tables;
    this.#frames = frames;
    this.#element = PIXEL_ARRAYS[tables.variant.type].BYTES_PER_ELEMENT;
    this.#mostBlocks = Math.ceil(tables.frameBytes / SMALLEST);
    this.#chunkBytes = Math.ceil((tables.frameBytes * 1.01 + 16 * this.#mostBlocks) / 256) * 256;
    const storage = (bytes: number) => device.buffer(bytes, GPUBufferUsage.STORAGE);
    // One word behind the last chunk: words are read from any byte on.
    this.#chunks = storage(size * this.#chunkBytes + 16);
    this.#blocks = storage(size * this.#mostBlocks * ROW * 4);
    this.#problems = storage(size * this.#mostBlocks * ROW * 4);
    this.damaged = storage(size * 4);
    this.#frameBlocks = storage(size * 4);
    this.#facts = device.buffer(16, GPUBufferUsage.UNIFORM);
    device.write(this.#facts, 0, new Uint8Array(Uint32Array.of(tables.frameWords, this.#mostBlocks, 0, 0).buffer));
    this.#rows = new Uint32Array(this.#mostBlocks * ROW);
    this.#problemsFound = Array(size).fill(undefined);
    this.#counts = Array(size).fill(0);
  }

  /** Takes a chunk for place `at`; what is wrong with it is told by `problem` after the stage has run. */
  load(at: number, chunk: Uint8Array): void {
    const { frameBytes, frameWords } = this.#tables;
    const { blockBytes, count, problem, tooMany } = findBlocks(chunk, this.#element, frameBytes, this.#rows);
    this.#counts[at] = 0;
    this.#problemsFound[at] = problem;
    const largest = Math.min(blockBytes, frameBytes);
    if (tooMany || largest > BLOCK_BYTES[BLOCK_BYTES.length - 1] || chunk.length > this.#chunkBytes) {
      return this.#loadByCore(at, chunk);
    }
    const base = at * this.#chunkBytes;
    for (let row = 0; row < count; row++) this.#rows[row * ROW] += base;
    if (count > 0) this.#device.write(this.#chunks, base, chunk);
    const rows = new Uint8Array(this.#rows.buffer, 0, count * ROW * 4);
    this.#device.write(this.#blocks, at * this.#mostBlocks * ROW * 4, rows);
    const plain = frameBytes % (8 * this.#element);
    if (plain > 0 && problem === undefined) {
      this.#device.write(this.#frames, at * frameWords * 4 + frameBytes - plain, chunk.subarray(chunk.length - plain));
    }
    this.#counts[at] = count;
    this.#blockBytes = Math.max(this.#blockBytes, largest);
  }

  #loadByCore(at: number, chunk: Uint8Array): void {
    const { frameBytes, frameWords } = this.#tables;
    try {
      this.#device.write(this.#frames, at * frameWords * 4, decodeByCore(chunk, this.#element, frameBytes));
      this.#problemsFound[at] = undefined;
    } catch (error) {
      this.#problemsFound[at] = messageOf(error);
    }
  }

  /** Place `at` holds a frame that came in another way. */
  skip(at: number): void {
    this.#counts[at] = 0;
    this.#problemsFound[at] = undefined;
  }

  /** Encodes the stage over the first `count` frames where any of them is a chunk. */
  encode(encoder: GPUCommandEncoder, count: number, timestampWrites?: GPUComputePassTimestampWrites): void {
    const most = Math.max(0, ...this.#counts.slice(0, count));
    if (most === 0) return;
    // Rows behind a frame's own blocks are of an earlier frame.
    this.#device.write(this.#frameBlocks, 0, new Uint8Array(Uint32Array.from(this.#counts).buffer));
    encoder.clearBuffer(this.damaged);
    const { stage, group } = this.#bound();
    const pass = encoder.beginComputePass(timestampWrites ? { timestampWrites } : {});
    pass.setPipeline(stage.pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(most, count);
    pass.end();
  }

  #groups = new Map<number, { stage: Stage; group: GPUBindGroup }>();

  #bound(): { stage: Stage; group: GPUBindGroup } {
    const bytes = BLOCK_BYTES.find((bytes) => bytes >= this.#blockBytes)!;
    let bound = this.#groups.get(bytes);
    if (!bound) {
      const constants = `const ELEMENT = ${this.#element}u;\nconst BLOCK_WORDS = ${bytes / 4}u;\n`;
      const stage = this.#device.stage(
        `bitshuffle_lz4 ${constants}`,
        "bitshuffle_lz4",
        ["uniform", "read", "read", "write", "write", "write", "read"],
        () => shader("bitshuffle_lz4", constants),
      );
      const buffers = [
        ...[this.#facts, this.#chunks, this.#blocks, this.#frames, this.#problems, this.damaged, this.#frameBlocks],
      ];
      bound = { stage, group: this.#device.bind(stage, buffers) };
      this.#groups.set(bytes, bound);
    }
    return bound;
  }

  /** What is wrong with the chunk of place `at`, given whether the GPU has found a block of it damaged. */
  problem(at: number, isDamaged: boolean): string | undefined {
    const count = this.#counts[at];
    if (!isDamaged || count === 0) return this.#problemsFound[at];
    const start = at * this.#mostBlocks * ROW * 4;
    const problems = new Uint32Array(this.#device.read(this.#problems, start, count * ROW * 4).buffer);
    const rows = new Uint32Array(this.#device.read(this.#blocks, start, count * ROW * 4).buffer);
    for (let block = 0; block < count; block++) {
      const [code, offset, first, second] = problems.subarray(block * ROW, block * ROW + ROW);
      if (code === 0) continue;
      const place = rows[block * ROW] - at * this.#chunkBytes;
      return damaged(code === TOO_SHORT ? place : place + offset, SENTENCES[code](first, second));
    }
    return this.#problemsFound[at];
  }

  close(): void {
    const all = [this.#chunks, this.#blocks, this.#problems, this.damaged, this.#facts, this.#frameBlocks];
    for (const buffer of all) buffer.destroy();
  }
}

/** A chunk decoded on the CPU. Throws the core's sentence where it is damaged. */
export function decodeByCore(
  chunk: Uint8Array,
  element: number,
  bytes: number,
  encoding: Encoding = "bitshuffle-lz4",
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes);
  decodeChunk(encoding, chunk, element, out);
  return out;
}

/** The bytes of a frame's pixels, decoded on the CPU; raw ones as they are. Throws where they are damaged or of another size. */
export function decodeOnCpu(
  { encoding, bytes }: EncodedFrame,
  { frameBytes, pixels, variant: { type } }: Tables,
): Uint8Array {
  switch (encoding) {
    case "raw":
      if (bytes.byteLength === frameBytes) return bytes;
      throw new Error(`a frame of ${bytes.byteLength} bytes where ${frameBytes} are expected`);
    case "byte-offset":
      if (type === "int32") return new Uint8Array(decodeByteOffset(bytes, pixels).buffer);
      throw new Error(`byte-offset decodes to int32, not ${type}`);
    default:
      return decodeByCore(bytes, frameBytes / pixels, frameBytes, encoding);
  }
}
