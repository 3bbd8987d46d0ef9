/** Simulated frames: the same bits as the native core's, written and read back with their truth. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { InputError, UsageError } from "../errors.ts";
import { createDense } from "./dense.ts";
import { openH5 } from "./hdf5/h5.ts";
import { hasTruth, SimulatedSource, simulationSettings, writeSimulation } from "./simulated.ts";
import { openTruth } from "./truth.ts";
import { inFolder } from "../testing.ts";

const SMALL = { width: 60, height: 40, beam_x: 30, beam_y: 20, distance: 0.02 };

/** FNV-1a over 16-bit pixels, as in core-rs/core/tests/simulate_frames.rs. */
function hash(bytes: Uint8Array): number {
  const pixels = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  return pixels.reduce((hash, pixel) => Math.imul(hash ^ pixel, 0x01000193), 0x811c9dc5) >>> 0;
}

Deno.test("a frame has the bits that the native core promises", () => {
  const source = new SimulatedSource(2);
  assert.equal(hash(source.read(0).bytes), 1_789_976_403);
  const { hit, spots } = source.truth(0);
  assert.deepEqual([hit, spots.length / 6], [true, 232]);
  assert.notEqual(hash(source.read(1).bytes), 1_789_976_403);
  assert.equal(hash(source.read(0).bytes), 1_789_976_403);
  source.close();
});

Deno.test("settings change the frames; unknown and impossible ones are refused by name", () => {
  assert.throws(
    () => new SimulatedSource(1, { colour: 1 }),
    (e) => e instanceof UsageError && /colour/.test(e.message),
  );
  assert.throws(() => new SimulatedSource(1, { distance: -1 }), /'distance'.*0\.001 to 100 m/);
  assert.throws(() => new SimulatedSource(0), UsageError);
  const [plain, seeded] = [new SimulatedSource(1, SMALL), new SimulatedSource(1, { ...SMALL, seed: 5 })];
  assert.deepEqual(plain.info.shape, [40, 60]);
  assert.notEqual(hash(plain.read(0).bytes), hash(seeded.read(0).bytes));
  assert.throws(() => plain.read(1), InputError);
  const names = simulationSettings().map((field) => field.name);
  assert.deepEqual(Object.keys(plain.settings), names);
  assert.ok(simulationSettings().every((f) => f.min <= f.default && f.default <= f.max && f.about.endsWith(".")));
});

Deno.test("masked pixels are 65535, and the mask says why", () => {
  const source = new SimulatedSource(1);
  const pixels = new Uint16Array(source.read(0).bytes.slice().buffer);
  assert.ok(pixels.every((pixel, i) => (pixel === 65535) === (source.mask[i] !== 0)));
  assert.ok(source.info.mask?.every((masked, i) => (masked === 1) === (source.mask[i] !== 0)));
  assert.ok([1, 2, 258].every((bits) => source.mask.includes(bits)));
});

Deno.test("a written simulation holds frames and truth as the source has them", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "sim.h5");
    const source = new SimulatedSource(6, SMALL);
    const seen: number[] = [];
    await writeSimulation(file, source, { onFrame: (n) => seen.push(n) });
    assert.deepEqual(seen, [1, 2, 3, 4, 5, 6]);
    const h5 = await openH5(file);
    const truth = await openTruth(file);
    assert.deepEqual([truth.frameCount, await hasTruth(file)], [6, true]);
    for (let i = 0; i < 6; i++) {
      const pixels = h5.read("/entry/data/data", [[i, i + 1], [0, 40], [0, 60]]) as Uint16Array;
      assert.equal(hash(new Uint8Array(pixels.buffer)), hash(source.read(i).bytes));
      assert.deepEqual(truth.frame(i), source.truth(i));
    }
    const hits = Array.from({ length: 6 }, (_, i) => truth.frame(i).hit);
    assert.ok(hits.includes(true) && hits.includes(false), "both kinds must be among the frames");
    assert.notDeepEqual(truth.frame(0), truth.frame(1));
    const settings = JSON.parse(String(h5.read("/entry/process/configuration/data")));
    assert.deepEqual(settings, source.settings);
    assert.throws(() => truth.frame(6), InputError);
    truth.close();
    h5.close();
    source.close();
  });
});

Deno.test("a simulation that is cancelled rejects; a file without truth says so", async () => {
  await inFolder(async (folder) => {
    const stop = new AbortController();
    const writing = writeSimulation(join(folder, "s.h5"), new SimulatedSource(5, SMALL), {
      onFrame: () => stop.abort(new Error("enough")),
      signal: stop.signal,
    });
    await assert.rejects(writing, /enough/);
    const plain = join(folder, "d.h5");
    (await createDense(plain, { shape: [20, 30], type: "uint16" })).close();
    assert.equal(await hasTruth(plain), false);
    await assert.rejects(openTruth(plain), /no truth/);
  });
});
