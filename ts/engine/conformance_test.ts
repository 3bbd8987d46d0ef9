/**
 * One suite for every engine: its fast paths against the double-precision reference, which the same engine takes when a
 * dark field of zeros is given (`core-rs/core/src/clip/float.rs`). Counts, kept pixels and peaks must be equal.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { createEngine, ENGINE_NAMES } from "./create.ts";
import { DEFAULT_SETTINGS, type Engine, ERROR_MODELS, type Plan, type PlanInput, type PlanSettings } from "./engine.ts";
import { PIXEL_ARRAYS } from "./pixel_arrays.ts";
import type { PixelArray, PixelType } from "../io/frame.ts";

/** Sums of up to 10⁴ f64 terms against exact ones: 10⁴ roundings of 2⁻⁵³. */
const TOLERANCE = 1e-11;
/** Weights of the exact path are 31-bit fixed point, those of the reference the f32 they come from. */
const TOLERANCE_WEIGHTED = 2 ** -22;

const GEOMETRY = {
  distance: 0.05,
  poni1: 20.3e-4,
  poni2: 24.9e-4,
  rot1: 0.05,
  rot2: -0.1,
  rot3: 0.4,
  pixel1: 1e-4,
  pixel2: 1e-4,
  orientation: 3 as const,
};
const TYPES = Object.keys(PIXEL_ARRAYS) as PixelType[];

/** Engines of this build. */
async function engines(): Promise<Engine[]> {
  const made = await Promise.allSettled(ENGINE_NAMES.filter((name) => name !== "auto").map(createEngine));
  return made.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
}

/** A frame of small counts, a few large ones, and what marks bad pixels, from a seed. */
function randomFrame(type: PixelType, pixels: number, seed: number): PixelArray {
  const frame = new PIXEL_ARRAYS[type](pixels);
  let state = seed >>> 0 || 1;
  const next = () => (state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9 >>> 0) / 2 ** 32;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const kind = next();
    frame[pixel] = kind > 0.995 ? 200 + 60_000 * next() ** 4 : kind < 0.003 ? -1 : 12 * next() * next();
  }
  if (type === "float32") { for (let i = 0; i < 5; i++) frame[(seed + i * 7) % pixels] = NaN; }
  return frame;
}

interface Case {
  readonly type: PixelType;
  readonly shape: readonly [number, number];
  readonly seed: number;
  readonly masked: number;
  readonly settings: PlanSettings;
}

const cases: fc.Arbitrary<Case> = fc.record({
  type: fc.constantFrom(...TYPES),
  shape: fc.tuple(fc.integer({ min: 9, max: 61 }), fc.integer({ min: 9, max: 67 })),
  seed: fc.integer({ min: 1, max: 2 ** 31 }),
  masked: fc.constantFrom(0, 3, 7),
  settings: fc.record({
    unit: fc.constantFrom("r_m" as const, "2th_deg" as const),
    bins: fc.integer({ min: 1, max: 40 }),
    errorModel: fc.constantFrom(...ERROR_MODELS),
    cutoffClip: fc.constantFrom(0, 2.5, 4),
    cycle: fc.integer({ min: 0, max: 6 }),
    cutoffPick: fc.constantFrom(0.8, 2, 3),
    noise: fc.constantFrom(0, 1),
    cutoffPeak: fc.constantFrom(2, 3),
    patchSize: fc.constantFrom(3 as const, 5 as const),
    connected: fc.integer({ min: 1, max: 4 }),
    solidAngle: fc.boolean(),
  }),
});

/** What a plan makes of a frame, as copies. */
function results(plan: Plan, frame: PixelArray) {
  plan.load({ encoding: "raw", bytes: new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength) });
  const copy = ({ mean, std, sem, count }: ReturnType<Plan["clip"]>) => [mean, std, sem, count].map((a) => a.slice());
  const integrated = copy(plan.integrate());
  const clipped = copy(plan.clip());
  const invalid = plan.invalid();
  const { index, intensity } = plan.pick();
  const picked = [Array.from(index), Array.from(intensity)];
  const { x, y, pixels } = plan.peaks();
  return { integrated, clipped, invalid, picked, peaks: [x, y, pixels].map((a) => Array.from(a)) };
}

function input({ type, shape, masked, settings }: Case): PlanInput {
  const pixels = shape[0] * shape[1];
  const mask = Uint8Array.from({ length: pixels }, (_, pixel) => masked && pixel % masked === 1 ? 1 : 0);
  const unsigned = type.startsWith("u");
  return { geometry: GEOMETRY, shape, type, mask, settings, ...(unsigned ? {} : { valid: [0, 2 ** 31 - 1] as const }) };
}

/** The first difference, as a sentence; undefined when there is none. */
function difference(
  got: ReturnType<typeof results>,
  expected: ReturnType<typeof results>,
  tolerance: number,
): string | undefined {
  for (const stage of ["integrated", "clipped"] as const) {
    const [counts, expectedCounts] = [got[stage][3], expected[stage][3]];
    const bin = counts.findIndex((count, bin) => count !== expectedCounts[bin]);
    if (bin >= 0) return `${stage}: bin ${bin} has ${counts[bin]} pixels, not ${expectedCounts[bin]}`;
    for (const column of [0, 1, 2]) {
      const scale = Math.max(...expected[stage][column].map(Math.abs), 1e-30);
      const bin = got[stage][column].findIndex((value, bin) =>
        !(Math.abs(value - expected[stage][column][bin]) <= tolerance * scale)
      );
      if (bin >= 0) return `${stage}: column ${column} of bin ${bin}: ${got[stage][column][bin]}`;
    }
  }
  if (got.invalid !== expected.invalid) return `${got.invalid} invalid pixels, not ${expected.invalid}`;
  for (const stage of ["picked", "peaks"] as const) {
    try {
      assert.deepEqual(got[stage], expected[stage]);
    } catch {
      return `${stage} differ`;
    }
  }
}

for (const engine of await engines()) {
  // Deno keeps a buffer's promise open for 10 ms after it was read (see webgpu/device.ts).
  const test = (name: string, fn: () => void) =>
    Deno.test({ name: `${engine.name}: ${name}`, fn, sanitizeOps: engine.name !== "webgpu" });

  test("exact integer sums give the reference's counts, pixels and peaks", () => {
    let kept = 0;
    const check = fc.property(cases, (one) => {
      const frame = randomFrame(one.type, one.shape[0] * one.shape[1], one.seed);
      const plan = engine.plan(input(one));
      const dark = new Float32Array(frame.length);
      const reference = engine.plan({ ...input(one), dark });
      const [got, expected] = [results(plan, frame), results(reference, frame)];
      plan.close();
      reference.close();
      kept += got.picked[0].length;
      const tolerance = one.settings.solidAngle ? TOLERANCE_WEIGHTED : TOLERANCE;
      assert.equal(difference(got, expected, tolerance), undefined);
    });
    // A GPU in software takes a hundred times as long for a case as WebAssembly does.
    fc.assert(check, { numRuns: engine.name === "webgpu" ? 40 : 400, seed: 20261122 });
    assert(kept > (engine.name === "webgpu" ? 1_000 : 10_000), "the cases keep pixels");
  });

  test("the comparison sees one count in one pixel", () => {
    const one: Case = {
      type: "uint16",
      shape: [40, 50],
      seed: 5,
      masked: 0,
      settings: { ...DEFAULT_SETTINGS, bins: 20 },
    };
    const frame = randomFrame("uint16", 2000, 5);
    const plan = engine.plan(input(one));
    const before = results(plan, frame);
    frame[777] += 1;
    assert.notEqual(difference(results(plan, frame), before, TOLERANCE), undefined);
    plan.close();
  });

  test("a frame in a larger buffer is read from its own bytes", () => {
    const one: Case = {
      type: "int32",
      shape: [20, 30],
      seed: 9,
      masked: 0,
      settings: { ...DEFAULT_SETTINGS, bins: 9 },
    };
    const frame = randomFrame("int32", 600, 9);
    const larger = new Int32Array(700).fill(77);
    larger.set(frame, 50);
    const plan = engine.plan(input(one));
    const whole = results(plan, frame);
    assert.equal(difference(results(plan, larger.subarray(50, 650)), whole, 0), undefined);
    assert.throws(() => plan.load({ encoding: "raw", bytes: new Uint8Array(7) }), /7 bytes/);
    plan.close();
  });

  test("results do not depend on what the plan did before", () => {
    const one: Case = {
      type: "uint32",
      shape: [50, 60],
      seed: 3,
      masked: 3,
      settings: { ...DEFAULT_SETTINGS, bins: 30 },
    };
    const plan = engine.plan(input(one));
    const [a, b] = [randomFrame("uint32", 3000, 3), randomFrame("uint32", 3000, 4)];
    const first = results(plan, a);
    results(plan, b);
    assert.equal(difference(results(plan, a), first, 0), undefined);
    plan.close();
  });
}
