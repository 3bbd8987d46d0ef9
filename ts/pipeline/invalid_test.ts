/** Pixels that hold no count in single frames: masked there, counted, reported, and the cause of no peak. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { PIXEL_ARRAYS } from "../engine/pixel_arrays.ts";
import { geometryFromBeamCentre } from "../geometry/beam.ts";
import type { PixelArray, PixelType } from "../io/frame.ts";
import { createH5, openH5 } from "../io/hdf5/h5.ts";
import { openSparse } from "../io/sparse_read.ts";
import { integrate } from "./integrate.ts";
import { findPeaks } from "./peaks.ts";
import { sparsify } from "./sparsify.ts";
import { inFolder } from "../testing.ts";

const SIDE = 64;
const PIXELS = SIDE * SIDE;
const GEOMETRY = geometryFromBeamCentre({
  ...{ distance: 0.1, beamX: 31, beamY: 33, pixel1: 1e-4, pixel2: 1e-4, wavelength: 1e-10, shape: [SIDE, SIDE] },
});
/** Where a bright square of 2 × 2 pixels begins, and the pixels around it that hold no count in the second frame. */
const BRIGHT = 20 * SIDE + 10;
const BAD = [BRIGHT - 1, BRIGHT - SIDE, BRIGHT + 2 * SIDE, 0, PIXELS - 1];

/** Writes two frames of 10 ± 1 with a bright square; `bad` stands in the second frame at `BAD`. */
async function write(file: string, type: PixelType, bad: number): Promise<void> {
  const h5 = await createH5(file);
  const frames = h5.stack("/entry/data/data", type, [SIDE, SIDE], { filter: "gzip" });
  for (const marked of [false, true]) {
    const pixels: PixelArray = new PIXEL_ARRAYS[type](PIXELS);
    for (let i = 0; i < PIXELS; i++) pixels[i] = 9 + (i * 7919 % 3);
    for (const offset of [0, 1, SIDE, SIDE + 1]) pixels[BRIGHT + offset] = 100;
    if (marked) { for (const pixel of BAD) pixels[pixel] = bad; }
    frames.append(pixels);
  }
  h5.close();
}

/** Type of the frames and a value that is no count; signed frames may have negative counts, so there --dummy says it. */
const CASES: [PixelType, number, { dummy?: number }?][] = [
  ["float32", NaN],
  ["float32", Infinity],
  ["float32", -Infinity],
  ["float32", -9.5, { dummy: -9.5 }],
  ["uint8", 255],
  ["uint16", 65535],
  ["uint32", 2 ** 32 - 1],
  ["int16", -1, { dummy: -1 }],
  ["int32", -2, { dummy: -2 }],
];

for (const [type, bad, dummy] of CASES) {
  Deno.test(`${bad} in ${type} frames is masked in its frame, counted and reported`, () =>
    inFolder(async (folder) => {
      const file = join(folder, "frames.h5");
      await write(file, type, bad);
      const run = { files: [file], geometry: GEOMETRY, settings: { bins: 10, cutoffPick: 6, ...dummy } };
      const sparse = await sparsify({ ...run, output: join(folder, "sparse.h5") });
      const peaks = await findPeaks({ ...run, output: join(folder, "peaks.cxi") });
      const curves = await integrate({ ...run, output: join(folder, "curves.h5") });
      for (const summary of [sparse, peaks, curves]) {
        assert.equal(summary.invalidPixels, BAD.length, summary.command);
        assert.equal(summary.validPixels, 2 * PIXELS, summary.command);
      }
      // The bright square is kept in both frames, and the bad pixels beside it make no second peak.
      assert.deepEqual(peaks.peaksPerFrame, [1, 1]);
      const kept = await openSparse(join(folder, "sparse.h5"));
      for (const index of [0, 1]) {
        assert.deepEqual([...kept.frame(index).index], [0, 1, SIDE, SIDE + 1].map((offset) => BRIGHT + offset));
        assert.ok(kept.frame(index).mean.every((mean) => Math.abs(mean - 10) < 0.5));
      }
      kept.close();
      const h5 = await openH5(join(folder, "curves.h5"));
      const counts = h5.read("/entry/raw/count");
      h5.close();
      assert.ok(counts instanceof Float64Array);
      const sum = (values: Float64Array) => values.reduce((sum, count) => sum + count, 0);
      assert.equal(sum(counts.subarray(0, 10)), PIXELS);
      assert.equal(sum(counts.subarray(10)), PIXELS - BAD.length);
    }));
}
