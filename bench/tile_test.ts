/** Frames cut and repeated. */
import assert from "node:assert/strict";
import { DEFAULT_SETTINGS } from "../ts/engine/engine.ts";
import { geometryFromBeamCentre } from "../ts/geometry/beam.ts";
import { aroundBeam, tiled, to16Bits } from "./tile.ts";

const IMAGE = Uint32Array.of(0, 1, 2, 10, 11, 12);

Deno.test("an image repeats without end in both directions", () => {
  const larger = tiled(IMAGE, [2, 3], [3, 4], [-1, -1]);
  assert.deepEqual([...larger], [12, 10, 11, 12, 2, 0, 1, 2, 12, 10, 11, 12]);
  assert.deepEqual([...tiled(IMAGE, [2, 3], [1, 2], [1, 1])], [11, 12]);
});

Deno.test("the beam lies in the middle and stays on its pixel", () => {
  const geometry = geometryFromBeamCentre({ distance: 0.1, beamX: 2.5, beamY: 1.5, pixel1: 1e-4, pixel2: 1e-4 });
  const mask = Uint8Array.of(0, 0, 0, 0, 0, 1);
  const plan = { geometry, shape: [2, 3], type: "uint32", mask, settings: DEFAULT_SETTINGS } as const;
  const { plan: cut, pixels } = aroundBeam(plan, [IMAGE], [5, 7]);
  const [y, x] = [cut.geometry.poni1 / 1e-4, cut.geometry.poni2 / 1e-4];
  assert(Math.abs(y - 2.5) <= 0.5 && Math.abs(x - 3.5) <= 0.5);
  const pixel = Math.floor(y + 1e-9) * 7 + Math.floor(x + 1e-9);
  assert.equal(pixels[0][pixel], 12);
  assert.equal(cut.mask[pixel], 1);
});

Deno.test("marks of masked pixels survive in 16 bits", () => {
  assert.deepEqual([...to16Bits(Uint32Array.of(7, 2 ** 32 - 1))], [7, 65535]);
  assert.deepEqual([...to16Bits(Int32Array.of(7, -1))], [7, 65535]);
});
