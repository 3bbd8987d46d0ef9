/** The detector module's axes against the direct beam, for every orientation and for tilted detectors. */
import assert from "node:assert/strict";
import { directBeam } from "../geometry/beam.ts";
import type { Geometry } from "../geometry/geometry.ts";
import { defaultDummy, moduleAxes } from "./nxmx.ts";
import { GEOMETRY } from "./sink_fixtures.ts";

const SHAPE = [20, 30] as const;

/** Where the direct beam is when one walks from the module's corner to the beam centre, in m. */
function walk(geometry: Geometry, steps: { x: number; y: number }): number[] {
  const { corner, slow, fast } = moduleAxes(geometry, SHAPE);
  return corner.map((c, i) => c + steps.x * geometry.pixel2 * fast[i] + steps.y * geometry.pixel1 * slow[i]);
}

Deno.test("from the module's corner to the beam centre one arrives on the beam, at the detector's distance", () => {
  for (const orientation of [1, 2, 3, 4] as const) {
    for (const [rot1, rot2, rot3] of [[0, 0, 0], [0.15, -0.1, 0.3], [-0.4, 0.2, 2]]) {
      const geometry = { ...GEOMETRY, orientation, rot1, rot2, rot3 };
      const beam = directBeam(geometry, SHAPE);
      const [x, y, z] = walk(geometry, beam);
      assert.ok(Math.hypot(x, y, z - beam.distance) < 1e-12, `${orientation}: ${x} ${y} ${z}`);
      const [, off] = walk(geometry, { x: beam.x, y: beam.y + 0.5 });
      assert.ok(Math.abs(off) > 1e-5, "half a pixel must be seen");
    }
  }
});

Deno.test("an untilted detector has the axes of a real one, rows going down and columns to the right", () => {
  const { corner, slow, fast } = moduleAxes(GEOMETRY, SHAPE);
  assert.deepEqual([slow, fast], [[0, -1, 0], [-1, 0, 0]]);
  assert.deepEqual(corner, [GEOMETRY.poni2, GEOMETRY.poni1, GEOMETRY.distance]);
});

Deno.test("masked pixels are -1, the largest unsigned value, or NaN", () => {
  assert.deepEqual((["int16", "int32", "uint8", "uint16", "uint32", "float32"] as const).map(defaultDummy), [
    -1,
    -1,
    255,
    65535,
    4294967295,
    NaN,
  ]);
});
