import assert from "node:assert/strict";
import { type Known, sweep } from "./sweep.ts";

const FRAMES: Known[] = [
  { peaks: 0, hit: false, indexed: false, bytes: 16 },
  { peaks: 4, hit: false, indexed: false, bytes: 16 },
  { peaks: 9, hit: true, indexed: false, bytes: 32 },
  { peaks: 30, hit: true, indexed: true, bytes: 64 },
];

Deno.test("a threshold keeps frames with at least as many peaks; rates follow", () => {
  const [all, some, none] = sweep(FRAMES, [0, 9, 31]);
  assert.deepEqual(all, {
    threshold: 0,
    kept: 4,
    bandwidthSaved: 0,
    truePositives: 1,
    falsePositives: 1,
    indexableLost: 0,
    indexingOfKept: 0.25,
  });
  assert.deepEqual(some, {
    threshold: 9,
    kept: 2,
    bandwidthSaved: 0.25,
    truePositives: 1,
    falsePositives: 0,
    indexableLost: 0,
    indexingOfKept: 0.5,
    indexingOfDropped: 0,
  });
  assert.deepEqual(none, {
    threshold: 31,
    kept: 0,
    bandwidthSaved: 1,
    truePositives: 0,
    falsePositives: 0,
    indexableLost: 1,
    indexingOfDropped: 0.25,
  });
});

Deno.test("without CrystFEL nothing is said about indexing", () => {
  const [point] = sweep(FRAMES.map(({ peaks, hit, bytes }) => ({ peaks, hit, bytes })), [9]);
  assert.deepEqual(Object.keys(point), ["threshold", "kept", "bandwidthSaved", "truePositives", "falsePositives"]);
});
