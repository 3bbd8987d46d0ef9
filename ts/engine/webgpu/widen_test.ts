/** Frames that travel with few bits a pixel arrive as they were, among others in a batch, bright ones too. */
import assert from "node:assert/strict";
import type { PixelArray, PixelType } from "../../io/frame.ts";
import { DEFAULT_SETTINGS, type PlanInput } from "../engine.ts";
import { bytesOfPixels, PIXEL_ARRAYS } from "../pixel_arrays.ts";
import { Batch } from "./batch.ts";
import type { Device } from "./device.ts";
import { findNarrowing, Narrower } from "./narrower.ts";
import { Tables } from "./tables.ts";
import { GEOMETRY, gpuTest, uniform } from "./testing.ts";

const hasLibrary = findNarrowing() !== undefined;
if (!hasLibrary) {
  console.log("skipped: narrow frames: they need the native library (deno task build:native, --allow-ffi)");
}

function input(type: PixelType, shape: readonly [number, number]): PlanInput {
  return { geometry: GEOMETRY, shape, type, settings: { ...DEFAULT_SETTINGS, bins: 4 } };
}

/** Counts below `most`, one in `bright` any number, with marks of gaps. */
function pixelsOf(type: PixelType, count: number, most: number, bright: number): PixelArray {
  const next = uniform(most + bright);
  const largest = { int16: 0x7fff, uint16: 0xfffe, int32: 0x7fff_ffff }[type as string] ?? 0xffff_fffe;
  return new PIXEL_ARRAYS[type](count).map(() => {
    const kind = next();
    if (kind < 1 / bright) return Math.floor(next() * largest);
    if (kind > 0.95) return -1; // all ones in every type
    return Math.floor(most * next());
  });
}

/** What arrives of frames that share a batch, and in how many bits a pixel each of them travelled. */
async function arrived(device: Device, one: PlanInput, frames: PixelArray[], changed = (_: Uint8Array) => {}) {
  const tables = new Tables(device, one);
  const { frameBytes, frameWords, pixels } = tables;
  const narrower = Narrower.of(tables);
  const batch = new Batch(device, tables, frames.length, pixels, pixels, 1);
  // The second round must not show anything of the first.
  let [results, bits]: [PixelArray[], number[]] = [[], []];
  for (const all of [frames.toReversed(), frames]) {
    bits = [];
    for (const [at, frame] of all.entries()) {
      const raw = { encoding: "raw", bytes: bytesOfPixels(frame) } as const;
      const narrow = await narrower?.narrow(raw);
      if (narrow) changed(narrow.bytes);
      batch.load(at, raw, narrow);
      narrow?.release();
      bits.push(narrow?.bits ?? 8 * frame.BYTES_PER_ELEMENT);
    }
    const encoder = device.gpu.createCommandEncoder();
    batch.encodeDecode(encoder);
    device.gpu.queue.submit([encoder.finish()]);
    results = frames.map((_, at) => {
      const bytes = device.read(batch.frames, at * frameWords * 4, Math.ceil(frameBytes / 4) * 4);
      return new PIXEL_ARRAYS[one.type](bytes.buffer, 0, pixels) as PixelArray;
    });
  }
  device.check();
  batch.close();
  tables.close();
  return { pixels: results, bits };
}

gpuTest("narrow frames arrive as they were", async ({ device }) => {
  for (const type of ["uint16", "int16", "uint32", "int32"] as const) {
    // The last words of the narrow frame, and of the frame, are not full; the large one has many parts.
    for (const shape of [[61, 167], [3, 7], [64, 128], [521, 523]] as const) {
      const count = shape[0] * shape[1];
      const kinds = [[14, 1000], [14, 40], [254, 40], [14, 3], [9, 200]];
      const frames = kinds.map(([most, bright]) => pixelsOf(type, count, most, bright));
      const { pixels, bits } = await arrived(device, input(type, shape), frames);
      assert.deepEqual(pixels, frames, `${type} ${shape}`);
      if (count > 100) assert.deepEqual(bits, [4, 4, 8, 8 * pixels[0].BYTES_PER_ELEMENT, 4]);
    }
  }
}, hasLibrary);

gpuTest("a wrong bit of a narrow frame is seen", async ({ device }) => {
  const frame = pixelsOf("uint16", 61 * 167, 14, 100);
  const flip = (bytes: Uint8Array) => void (bytes[1234] ^= 0x10);
  const { pixels: [seen] } = await arrived(device, input("uint16", [61, 167]), [frame], flip);
  assert.equal(frame.findIndex((value, at) => value !== seen[at]), 2 * 1234 + 1);
}, hasLibrary);

gpuTest("bytes, floats and what is no whole frame are not narrowed", ({ device }) => {
  const of = (type: PixelType) => {
    const tables = new Tables(device, input(type, [61, 167]));
    tables.close();
    return Narrower.of(tables);
  };
  for (const type of ["uint8", "float32"] as const) assert.equal(of(type), undefined);
  const narrower = of("uint16");
  assert.equal(narrower !== undefined, hasLibrary);
  if (!narrower) return;
  const bytes = new Uint8Array(2 * 61 * 167);
  assert(narrower.takes({ encoding: "raw", bytes }));
  assert(!narrower.takes({ encoding: "raw", bytes: bytes.subarray(2) }));
  assert(!narrower.takes({ encoding: "bitshuffle-lz4", bytes }));
});

gpuTest("whoever closes waits until no thread works on a frame any more", async ({ device }) => {
  const tables = new Tables(device, input("uint16", [61, 167]));
  tables.close();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const narrower = Narrower.of(tables, { narrowBound: (pixels) => 2 * pixels, narrow: () => promise })!;
  const events: string[] = [];
  const work = narrower.narrow({ encoding: "raw", bytes: new Uint8Array(2 * 61 * 167) }).then((narrow) => {
    assert.equal(narrow, undefined);
    events.push("narrowed");
  });
  const idle = narrower.idle().then(() => events.push("idle"));
  await new Promise((done) => setTimeout(done, 5));
  assert.deepEqual(events, []);
  resolve(undefined);
  await Promise.all([work, idle]);
  assert.deepEqual(events.toSorted(), ["idle", "narrowed"]);
  assert(narrower.hasRoom);
});
