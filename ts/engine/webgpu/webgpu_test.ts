/**
 * The WebGPU engine against the WASM engine: integer frames bit for bit, float frames up to the rounding of sums; its
 * arithmetic against JavaScript's doubles; the ring against the plan.
 */
import assert from "node:assert/strict";
import type { PixelArray, PixelType } from "../../io/frame.ts";
import { DEFAULT_SETTINGS, type Plan, type PlanInput, type PlanSettings } from "../engine.ts";
import { PIXEL_ARRAYS } from "../pixel_arrays.ts";
import { wasmEngine } from "../wasm.ts";
import { openWebGpu, type WebGpuEngine } from "./engine.ts";
import { GpuFailure, Ring } from "./ring.ts";
import { answers, firstDifference, operands } from "./proof.ts";
import { GEOMETRY, gpuTest, uniform } from "./testing.ts";

/** Scatter of half a count about 10⁹: the core's double-double leaves 2⁻¹⁰⁰ of Σs², 3·10⁻¹⁴ of VV; the GPU's is exact. */
const HARD = 1e-13;
/** Sums of 10⁴ f64 terms in another order: 10⁴ roundings of 2⁻⁵³, and the cancellation of a scatter. */
const TOLERANCE = 1e-11;

const SHAPE = [61, 167] as const;
const PIXELS = SHAPE[0] * SHAPE[1];

function input(type: PixelType, settings: Partial<PlanSettings>, others: Partial<PlanInput> = {}): PlanInput {
  const mask = Uint8Array.from({ length: PIXELS }, (_, pixel) => Number(pixel % 7 === 1));
  const valid = type.startsWith("u") ? {} : { valid: [0, 2 ** 31 - 1] as const };
  return {
    ...{ geometry: GEOMETRY, shape: SHAPE, type, mask, ...valid },
    settings: { ...DEFAULT_SETTINGS, bins: 40, cutoffPeak: 2, connected: 2, ...settings },
    ...others,
  };
}

/** Small counts, a few large ones, and what marks bad pixels. */
function frameOf(type: PixelType, seed: number): PixelArray {
  const next = uniform(seed);
  const frame = new PIXEL_ARRAYS[type](PIXELS);
  for (let pixel = 0; pixel < PIXELS; pixel++) {
    const kind = next();
    frame[pixel] = kind > 0.995 ? 200 + 60_000 * next() ** 4 : kind < 0.003 ? -1 : 12 * next() * next();
  }
  return frame;
}

const raw = (frame: PixelArray) => ({ encoding: "raw", bytes: new Uint8Array(frame.buffer) } as const);

/** Everything that a plan makes of a frame, as plain arrays by name. */
function results(plan: Plan, frame: PixelArray): Record<string, ArrayLike<number>> {
  plan.load(raw(frame));
  const named: Record<string, ArrayLike<number>> = {};
  const take = (stage: string, values: object) => {
    for (const [name, value] of Object.entries(values)) {
      if (ArrayBuffer.isView(value)) named[`${stage} ${name}`] = (value as Float64Array).slice();
    }
  };
  take("integrate", plan.integrate());
  take("clip", plan.clip());
  named.invalid = [plan.invalid()];
  take("background", plan.background());
  take("pick", plan.pick());
  take("peaks", plan.peaks());
  return named;
}

/** The first number that differs by more than a part of the largest of its array; undefined when none does. */
function difference(
  got: Record<string, ArrayLike<number>>,
  expected: Record<string, ArrayLike<number>>,
  tolerance = 0,
): string | undefined {
  for (const [name, values] of Object.entries(expected)) {
    if (got[name].length !== values.length) return `${name}: ${got[name].length} values, not ${values.length}`;
    const exact = /pick|count|index|invalid|pixels/.test(name);
    const allowed = exact ? 0 : tolerance * Math.max(0, ...Array.from(values, Math.abs));
    for (let i = 0; i < values.length; i++) {
      if (!(Math.abs(got[name][i] - values[i]) <= allowed)) {
        return `${name}[${i}]: ${got[name][i]}, not ${values[i]}`;
      }
    }
  }
}

/** Both engines on one frame. */
function compare({ plan }: WebGpuEngine, one: PlanInput, frame: PixelArray, tolerance = 0): string | undefined {
  const [gpu, wasm] = [plan(one), wasmEngine.plan(one)];
  try {
    return difference(results(gpu, frame), results(wasm, frame), tolerance);
  } finally {
    gpu.close();
    wasm.close();
  }
}

gpuTest("integer frames give the bits of the WASM engine", (engine) => {
  const models = ["azimuthal", "poisson", "hybrid"] as const;
  for (const [at, type] of (["uint8", "uint16", "uint32", "int16", "int32"] as const).entries()) {
    for (let round = 0; round < 9; round++) {
      const settings: Partial<PlanSettings> = {
        errorModel: models[round % 3],
        cycle: [5, 1, 0][Math.floor(round / 3)],
        bins: round === 4 ? 1 : 40,
        cutoffPick: round % 2 ? 0.8 : 2,
        cutoffClip: round === 5 ? 2.5 : 0,
        patchSize: round % 2 ? 3 : 5,
        noise: round === 7 ? 0 : 1,
        solidAngle: at % 2 === 0,
      };
      assert.equal(
        compare(engine, input(type, settings), frameOf(type, 100 * at + round + 1)),
        undefined,
        `${type} ${round}`,
      );
    }
  }
});

gpuTest("dark-subtracted frames keep the WASM engine's pixels and peaks", (engine) => {
  const dark = Float32Array.from({ length: PIXELS }, (_, pixel) => (pixel % 13) / 16);
  for (const solidAngle of [false, true]) {
    const one = input("uint16", { solidAngle }, { dark });
    assert.equal(compare(engine, one, frameOf("uint16", 5), TOLERANCE), undefined);
  }
});

gpuTest("float frames keep the WASM engine's pixels and peaks", (engine) => {
  const frame = frameOf("float32", 7);
  frame[99] = NaN;
  assert.equal(compare(engine, input("float32", { solidAngle: true }), frame, TOLERANCE), undefined);
  const dummy = input("float32", { dummy: 3, deltaDummy: 0.25 });
  assert.equal(compare(engine, dummy, frame, TOLERANCE), undefined);
});

gpuTest("a large mean with tiny scatter keeps its scatter", (engine) => {
  const next = uniform(11);
  const frame = Int32Array.from({ length: PIXELS }, () => 1_000_000_000 + (next() < 0.5 ? 1 : 0));
  assert.equal(compare(engine, input("int32", { errorModel: "azimuthal" }), frame, HARD), undefined);
  assert.equal(compare(engine, input("int32", { solidAngle: true }), frame), undefined);
});

gpuTest("weights over four decades keep the WASM engine's pixels", (engine) => {
  const next = uniform(13);
  const flat = Float32Array.from({ length: PIXELS }, () => 10 ** (4 * next() - 4));
  assert.equal(compare(engine, input("uint16", {}, { flat }), frameOf("uint16", 17), TOLERANCE), undefined);
});

gpuTest("the largest counts of every type do not overflow", (engine) => {
  for (
    const [type, top] of [["uint8", 255], ["uint16", 65_535], ["int32", 2 ** 31 - 1], ["uint32", 2 ** 31 - 1]] as const
  ) {
    const frame = new PIXEL_ARRAYS[type](PIXELS).fill(top);
    for (let pixel = 0; pixel < PIXELS; pixel += 5) frame[pixel] = 0;
    assert.equal(compare(engine, input(type, { solidAngle: type === "uint32", bins: 2 }), frame), undefined, type);
  }
});

gpuTest("empty bins, empty frames and frames without a valid pixel", (engine) => {
  const mask = Uint8Array.from({ length: PIXELS }, (_, pixel) => Number(pixel % 167 > 40 && pixel % 167 < 80));
  const one = input("uint16", { bins: 300 }, { mask });
  assert.equal(compare(engine, one, frameOf("uint16", 3)), undefined);
  assert.equal(compare(engine, one, new Uint16Array(PIXELS)), undefined);
  assert.equal(compare(engine, input("int32", {}), new Int32Array(PIXELS).fill(-2)), undefined);
});

gpuTest("the comparison sees one count in one pixel", (engine) => {
  const one = input("uint16", {});
  const [gpu, wasm] = [engine.plan(one), wasmEngine.plan(one)];
  const frame = frameOf("uint16", 3);
  const expected = results(wasm, frame);
  frame[7777] += 1;
  assert.notEqual(difference(results(gpu, frame), expected), undefined);
  gpu.close();
  wasm.close();
});

gpuTest("doubles in integers are those of JavaScript, and the proof sees one wrong bit", ({ device }) => {
  const pairs = operands(50_000, 4);
  const found = answers(device, pairs);
  assert.equal(firstDifference(pairs, found), undefined);
  for (let answer = 0; answer < 8; answer++) {
    const wrong = found.slice();
    new Uint32Array(wrong.buffer)[2 * (8 * 4321 + answer)] ^= 1;
    assert.notEqual(firstDifference(pairs, wrong), undefined, `answer ${answer}`);
  }
});

gpuTest("a ring gives the results of a plan, in order, whatever the batch", async ({ device, plan }) => {
  const one = input("uint16", { cutoffPick: 1 });
  const frames = Array.from({ length: 11 }, (_, i) => frameOf("uint16", i + 1));
  const expected = plan(one);
  const wanted = frames.map((frame) => results(expected, frame));
  // Room for a hundredth of the pixels is too little: those batches are done again.
  for (const options of [{ batch: 4 }, { batch: 1, room: 1 }, { batch: 3, room: 0.01 }]) {
    const ring = await Ring.open(device, one, options);
    const pushed = frames.flatMap((frame, i) => ring.push(100 + i, raw(frame), { pick: true, peaks: true }));
    const got = [...pushed, ...ring.flush(), ...ring.flush()];
    ring.close();
    assert.deepEqual(got.map(({ number }) => number), frames.map((_, i) => 100 + i));
    got.forEach((one, i) => {
      assert("result" in one);
      const { invalid, background, picked, peaks } = one.result;
      assert(picked && peaks);
      assert.equal(invalid, wanted[i].invalid[0]);
      assert.deepEqual(Array.from(background.mean), Array.from(wanted[i]["background mean"]));
      assert.deepEqual(Array.from(background.std), Array.from(wanted[i]["background std"]));
      assert.deepEqual(Array.from(picked.index), Array.from(wanted[i]["pick index"]));
      assert.deepEqual(Array.from(picked.intensity), Array.from(wanted[i]["pick intensity"]));
      for (const name of ["x", "y", "intensity", "sigma", "pixels"] as const) {
        assert.deepEqual(Array.from(peaks[name]), Array.from(wanted[i][`peaks ${name}`]), name);
      }
    });
  }
  expected.close();
});

gpuTest("a lost device is an error that names the frames", async () => {
  const own = await openWebGpu();
  const ring = await Ring.open(own.device, input("uint16", {}), { batch: 2 });
  ring.push(5, raw(frameOf("uint16", 1)), {});
  ring.push(6, raw(frameOf("uint16", 2)), {});
  own.device.gpu.destroy();
  assert.throws(
    () => [7, 8, 9].map((number) => ring.push(number, raw(frameOf("uint16", number)), {})),
    (error: Error) => error instanceof GpuFailure && error.first === 5 && /frames 5 to \d/.test(error.message),
  );
});
