import assert from "node:assert/strict";
import { demo, failures } from "./demo.ts";
import { comparePositions } from "./truth_check.ts";

Deno.test("the demo agrees with its truth", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { peaks, dense, steps } = await demo({ folder, frames: 8, seed: 3 });
    assert.equal(peaks.frames, 8);
    assert.ok(peaks.strongSpots > 50);
    assert.equal(dense.keptChanged, 0);
    assert.ok(dense.keptPixels > 1000);
    assert.deepEqual(steps.map((step) => step.command), ["simulate", "sparsify", "densify", "peaks"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the demo's comparison can fail", () => {
  const peaks = {
    frames: 10,
    hits: 5,
    wrongFrames: 0,
    strongSpots: 100,
    strongFound: 99,
    peaks: 200,
    peaksOnSpots: 195,
  };
  const dense = { keptPixels: 1000, keptChanged: 0, meanRatio: 1.01, stdRatio: 1 };
  assert.deepEqual(failures({ peaks, dense }), []);
  assert.equal(failures({ peaks: { ...peaks, strongFound: 50 }, dense }).length, 1);
  assert.equal(failures({ peaks: { ...peaks, peaksOnSpots: 50 }, dense }).length, 1);
  assert.equal(failures({ peaks: { ...peaks, wrongFrames: 5 }, dense }).length, 1);
  assert.equal(failures({ peaks, dense: { ...dense, keptChanged: 1 } }).length, 1);
  assert.equal(failures({ peaks, dense: { ...dense, meanRatio: NaN } }).length, 1);
});

Deno.test("peaks and spots match within their distance only", () => {
  const found = comparePositions([[10, 10], [50, 50]], [[11, 11], [90, 90]]);
  assert.deepEqual(found, { spotsFound: 1, peaksOnSpots: 1 });
  assert.deepEqual(comparePositions([[10, 10]], [[13, 10]]), { spotsFound: 0, peaksOnSpots: 0 });
});
