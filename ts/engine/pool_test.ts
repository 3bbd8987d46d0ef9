/** Pools of every engine give, frame by frame, what one plan or densifier gives, whatever the number of jobs. */
import assert from "node:assert/strict";
import { unpackedMap } from "./map_testing.ts";
import type { EncodedFrame } from "../io/frame.ts";
import { geometryFromBeamCentre } from "../geometry/beam.ts";
import { createEngine } from "./create.ts";
import { DEFAULT_SETTINGS, type DensifierInput, type Engine, type PlanInput, type SparseFrame } from "./engine.ts";
import { findNative } from "./native.ts";
import { processFrame, rebuildFrame } from "./process.ts";

const SHAPE = [211, 307] as const;
const PIXELS = SHAPE[0] * SHAPE[1];
const INPUT: PlanInput = {
  geometry: geometryFromBeamCentre({
    ...{ distance: 0.1, beamX: 150, beamY: 100, pixel1: 1e-4, pixel2: 1e-4, shape: SHAPE },
  }),
  shape: SHAPE,
  type: "uint16",
  valid: [0, 60_000],
  mask: Uint8Array.from({ length: PIXELS }, (_, p) => Number(p % 31 === 4)),
  settings: { ...DEFAULT_SETTINGS, bins: 50, connected: 2, solidAngle: true },
};
const STAGES = { integrate: true, pick: true, peaks: true, encode: true };

/** Frame `number`: counts of a falling background and some spots, in a buffer of its own. */
function frameOf(number: number): EncodedFrame {
  const count = (_: unknown, p: number) => p % (977 + number) < 3 ? 500 : 20 + (p * 7919 + number) % 13;
  return { encoding: "raw", bytes: new Uint8Array(Uint16Array.from({ length: PIXELS }, count).buffer) };
}

const engines: [string, Engine | undefined][] = [
  ["wasm", await createEngine("wasm")],
  ["native", findNative().engine],
];
for (const [name, engine] of engines) {
  const test = (what: string, body: (engine: Engine) => Promise<void>) =>
    Deno.test({ name: `${name}: ${what}`, ignore: !engine, fn: () => body(engine!) });

  test("a pool of plans gives what one plan gives", async (engine) => {
    const plan = engine.plan(INPUT);
    const expected = Array.from({ length: 7 }, (_, i) => processFrame(plan, frameOf(i), STAGES));
    assert(expected[0].picked!.index.length > 50 && expected[0].peaks!.count > 5);
    for (const jobs of [1, 3]) {
      const pool = await engine.planPool(INPUT, jobs);
      assert.deepEqual([pool.jobs, pool.validPixels, pool.radial], [jobs, plan.validPixels, plan.radial]);
      assert.deepEqual([pool.maps.shares, pool.maps.weights], [plan.maps.shares, plan.maps.weights]);
      for (const maps of [pool.maps, plan.maps]) assert.deepEqual(await unpackedMap(maps, "radius"), plan.radius());
      assert.deepEqual(await unpackedMap(pool.maps, "normalization"), plan.normalization());
      const frames = expected.map((_, i) => frameOf(i));
      const results = await Promise.all(frames.map((frame) => pool.process(frame, STAGES)));
      assert.deepEqual(results, expected, `${jobs} jobs`);
      assert.deepEqual(frames, expected.map((_, i) => frameOf(i)), "their bytes are back");
      const few = await pool.process(frameOf(0), {});
      assert.deepEqual(Object.keys(few).sort(), ["background", "invalid"]);
      results[2].picked!.intensity[0]++;
      assert.notDeepEqual(results, expected, "the comparison sees one changed pixel");
      await pool.close();
    }
    plan.close();
  });

  test("a damaged frame is refused and the pool works on", async (engine) => {
    const pool = await engine.planPool(INPUT, 2);
    for (const encoding of ["raw", "byte-offset", "bitshuffle-lz4"] as const) {
      const damaged = pool.process({ encoding, bytes: new Uint8Array(7) }, STAGES);
      await assert.rejects(damaged, (error) => error instanceof Error && error.message.length > 10);
    }
    assert((await pool.process(frameOf(1), STAGES)).picked!.index.length > 50);
    await pool.close();
  });

  test("what cannot be planned is refused, with its reason", async (engine) => {
    const masked = engine.planPool({ ...INPUT, mask: new Uint8Array(PIXELS).fill(1) }, 2);
    await assert.rejects(masked, /every pixel is masked/);
  });

  test("a pool of densifiers gives what one densifier gives", async (engine) => {
    const plan = engine.plan(INPUT);
    const radius = plan.radius();
    const input: DensifierInput = { type: "uint16", radius, radial: plan.radial, cutoffPick: 2, dummy: 65535 };
    const sparse = (): SparseFrame => ({
      index: Uint32Array.of(7, 9, 1000),
      intensity: Uint16Array.of(5, 900, 77),
      mean: new Float32Array(50).fill(12),
      std: new Float32Array(50).fill(3),
    });
    const options = { noise: 1, seed: 5 };
    const densifier = engine.densifier(input);
    const expected = Array.from({ length: 5 }, (_, i) => rebuildFrame(densifier, sparse(), i, options));
    assert.notDeepEqual(expected[0], expected[1], "frames differ by their noise");
    for (const jobs of [1, 3]) {
      const pool = await engine.densifierPool(input, jobs);
      const chunks = await Promise.all(expected.map((_, i) => pool.rebuild(sparse(), i, options)));
      assert.deepEqual(chunks, expected, `${jobs} jobs`);
      await assert.rejects(pool.rebuild({ ...sparse(), index: Uint32Array.of(1, 2, PIXELS) }, 0, options), /outside/);
      await pool.close();
    }
    // The chunk is the frame.
    plan.load({ encoding: "bitshuffle-lz4", bytes: expected[1] });
    assert.deepEqual(plan.frame(), densifier.rebuild(sparse(), 1, options));
    densifier.close();
    plan.close();
  });
}
