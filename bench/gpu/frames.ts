/** Frames of a wanted size from the counts of real ones. */
import type { EncodedFrame } from "../../ts/io/frame.ts";
import { openFrames } from "../../ts/io/open.ts";
import { loadGeometry } from "../../ts/geometry/load.ts";
import { DEFAULT_SETTINGS, type PlanInput } from "../../ts/engine/engine.ts";
import { decodeByCore } from "../../ts/engine/webgpu/decode.ts";
import { Narrower, type NarrowFrame } from "../../ts/engine/webgpu/narrower.ts";
import type { Tables } from "../../ts/engine/webgpu/tables.ts";
import { encodeBitshuffleLz4 } from "../../ts/engine/wasm/braggsieve.js";
import { dataPath } from "../../ts/testing.ts";

/** Real frames tiled to one shape, as u16, and what a plan needs to know of them. */
export interface BenchFrames {
  readonly input: PlanInput;
  readonly raw: Uint8Array<ArrayBuffer>[];
  readonly chunks: Uint8Array[];
  readonly source: string;
}

/** How frames come and go to the GPU: raw ones as they are, or narrowed by the native library; or as chunks. */
export type Way = "raw" | "narrow" | "bitshuffle-lz4";

/** The frames as they come. */
export function framesOf({ raw, chunks }: BenchFrames, way: Way): EncodedFrame[] {
  return way === "bitshuffle-lz4"
    ? chunks.map((bytes) => ({ encoding: way, bytes }))
    : raw.map((bytes) => ({ encoding: "raw", bytes }));
}

/** Tiles the thaumatin frames about their middle to `shape`: 2 σ, Chauvenet azimuthal clipping, 800 bins. */
export async function benchFrames(shape: readonly [number, number], count = 8): Promise<BenchFrames> {
  const stack = dataPath("thaumatin/thaumatin_bslz4.h5");
  const frames = await openFrames(stack);
  const geometry = await loadGeometry(dataPath("thaumatin/thaumatin.poni"));
  const [slow, fast] = frames.info.shape;
  const [down, across] = [Math.floor((slow - shape[0]) / 2), Math.floor((fast - shape[1]) / 2)];
  const pixels = shape[0] * shape[1];
  const place = new Uint32Array(pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const row = (Math.floor(pixel / shape[1]) + down + slow) % slow;
    place[pixel] = row * fast + (pixel % shape[1] + across + fast) % fast;
  }
  const invalid = frames.info.mask;
  const mask = new Uint8Array(pixels);
  if (invalid) { for (let pixel = 0; pixel < pixels; pixel++) mask[pixel] = invalid[place[pixel]]; }
  const [raw, chunks]: [Uint8Array<ArrayBuffer>[], Uint8Array[]] = [[], []];
  for (let i = 0; i < Math.min(count, frames.frameCount); i++) {
    const { encoding, bytes } = await frames.read(i);
    const decoded = encoding === "raw" ? bytes.slice() : decodeByCore(bytes, 4, slow * fast * 4);
    const values = new Uint32Array(decoded.buffer, decoded.byteOffset, slow * fast);
    const frame = new Uint16Array(pixels);
    for (let pixel = 0; pixel < pixels; pixel++) {
      const value = values[place[pixel]];
      frame[pixel] = Math.min(value, 65_535);
      // What marks a bad pixel in the 32-bit frames is masked: 16 bits do not hold it.
      if (value > 65_535) mask[pixel] = 1;
    }
    raw.push(new Uint8Array(frame.buffer));
    chunks.push(encodeBitshuffleLz4(raw[i], 2, 0));
  }
  frames.close();
  const input: PlanInput = {
    geometry: {
      ...geometry,
      poni1: geometry.poni1 - down * geometry.pixel1,
      poni2: geometry.poni2 - across * geometry.pixel2,
    },
    ...{ shape, type: "uint16", mask, valid: [0, 65_535] },
    settings: { ...DEFAULT_SETTINGS, bins: 800, cutoffPick: 2 },
  };
  return { input, raw, chunks, source: `${raw.length} thaumatin frames (Pilatus 6M) tiled to ${shape.join(" x ")}` };
}

/** The frames as narrow ones, to be kept; where they go as they are, undefined. */
export async function narrowed(tables: Tables, { raw }: BenchFrames): Promise<(NarrowFrame | undefined)[]> {
  const narrower = Narrower.of(tables);
  const frames: (NarrowFrame | undefined)[] = [];
  for (const bytes of raw) {
    const narrow = await narrower?.narrow({ encoding: "raw", bytes });
    frames.push(narrow && { ...narrow, bytes: narrow.bytes.slice() });
    narrow?.release();
  }
  return frames;
}
