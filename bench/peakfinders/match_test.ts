import assert from "node:assert/strict";
import fc from "fast-check";
import { histogram, NEAR, near } from "./match.ts";

const places = (...rows: [number, number, string?][]) => ({
  count: rows.length,
  x: Float64Array.from(rows, ([x]) => x),
  y: Float64Array.from(rows, ([, y]) => y),
  panel: rows.map(([, , panel = "a"]) => panel),
});

Deno.test("near is within two pixels, on the same panel", () => {
  const others = places([10, 10], [100, 100, "b"]);
  assert.deepEqual(
    near(places([10, 10], [12, 10], [11.5, 11.5], [12.001, 10], [100, 100], [100, 98, "b"]), others),
    [true, true, false, false, false, true],
  );
  assert.deepEqual(near(places(), others), []);
  assert.deepEqual(near(others, places()), [false, false]);
});

Deno.test("the grid finds what a search of all pairs finds", () => {
  const place = fc.tuple(fc.double({ min: -9, max: 9, noNaN: true }), fc.double({ min: -9, max: 9, noNaN: true }));
  fc.assert(fc.property(fc.array(place), fc.array(place), (some, others) => {
    const expected = some.map(([x, y]) => others.some(([u, v]) => Math.hypot(x - u, y - v) <= NEAR));
    assert.deepEqual(near(places(...some), places(...others)), expected);
  }));
});

Deno.test("shells count their peaks, and the indexed ones among them", () => {
  const peaks = [[0, true], [0.9, false], [1, true], [3.9, false], [4, true]] as const;
  const shells = histogram(peaks.map(([resolution, indexed]) => ({ resolution, indexed })), 4, 4);
  assert.deepEqual(shells.map(({ peaks, indexed }) => [peaks, indexed]), [[2, 1], [1, 1], [0, 0], [1, 0]]);
  assert.deepEqual([shells[3].from, shells[3].to], [3, 4]);
});
