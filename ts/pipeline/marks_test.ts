/** Pixels that every frame marks as none become the mask of the run, so that densify gives them back as masked. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { PIXEL_ARRAYS } from "../engine/pixel_arrays.ts";
import { geometryFromBeamCentre } from "../geometry/beam.ts";
import type { PixelArray, PixelType } from "../io/frame.ts";
import { createH5, decodedFrame } from "../io/hdf5/h5.ts";
import { openFrames } from "../io/open.ts";
import { inFolder } from "../testing.ts";
import { densify } from "./densify.ts";
import { sparsify } from "./sparsify.ts";

const SIDE = 64;
const GAP = 10 * SIDE;
const SATURATED = 40 * SIDE + 12;

/** Three frames with a row that is a gap in each and one pixel that has the gap's value in the first alone. */
async function write(file: string, type: PixelType, mark: number): Promise<void> {
  const h5 = await createH5(file);
  const frames = h5.stack("/entry/data/data", type, [SIDE, SIDE], { filter: "bitshuffle-lz4" });
  for (const first of [true, false, false]) {
    const pixels: PixelArray = new PIXEL_ARRAYS[type](SIDE * SIDE);
    for (let i = 0; i < pixels.length; i++) pixels[i] = 9 + (i * 7919 % 3);
    pixels.fill(mark, GAP, GAP + SIDE);
    if (first) pixels[SATURATED] = mark;
    frames.append(pixels);
  }
  h5.close();
}

/** The dense frames that come back, decoded. */
async function roundTrip(
  folder: string,
  type: PixelType,
  mark: number,
  detector?: string,
): Promise<ArrayLike<number>[]> {
  const [file, sparse, dense] = ["frames.h5", "sparse.h5", "dense.h5"].map((name) => join(folder, name));
  await write(file, type, mark);
  const geometry = {
    ...geometryFromBeamCentre({ distance: 0.1, beamX: 31, beamY: 33, pixel1: 1e-4, pixel2: 1e-4, shape: [SIDE, SIDE] }),
    ...(detector ? { detector } : {}),
  };
  await sparsify({ files: [file], geometry, output: sparse, settings: { bins: 10 } });
  await densify({ file: sparse, output: dense, noise: 0 });
  const frames = await openFrames(dense);
  const decoded: ArrayLike<number>[] = [];
  for (let i = 0; i < frames.frameCount; i++) {
    const { bytes } = decodedFrame(await frames.read(i), type, [SIDE, SIDE]);
    decoded.push(new PIXEL_ARRAYS[type](bytes.slice().buffer));
  }
  frames.close();
  return decoded;
}

for (
  const [type, mark, detector] of [
    ["uint16", 65535],
    ["uint32", 2 ** 32 - 1],
    ["uint8", 255],
    ["int32", -1, "Pilatus 300k"],
  ] as const
) {
  Deno.test(`a gap of ${mark} in ${type} frames without a mask stays a gap, a saturated pixel does not become one`, () =>
    inFolder(async (folder) => {
      for (const [number, frame] of (await roundTrip(folder, type, mark, detector)).entries()) {
        for (const pixel of [GAP, GAP + 1, GAP + SIDE - 1]) assert.equal(frame[pixel], mark, `frame ${number}`);
        for (const pixel of [GAP - 1, GAP + SIDE]) assert.equal(frame[pixel], 10, `frame ${number}`);
        assert.equal(frame[SATURATED], 10, `frame ${number}`);
      }
    }));
}

Deno.test("negative values of a detector that does not count photons are values", () =>
  inFolder(async (folder) => {
    const [frame] = await roundTrip(folder, "int32", -1, "Jungfrau 500k");
    assert.notEqual(frame[GAP + SIDE - 1], undefined);
    assert(Array.from({ length: SIDE }, (_, i) => frame[GAP + i]).some((value) => value > 0));
  }));
