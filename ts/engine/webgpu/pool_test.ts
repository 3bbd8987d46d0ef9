/** The pool of workers: all frames, in order, with the results of a plan, also when a device is lost on the way. */
import assert from "node:assert/strict";
import { DEFAULT_SETTINGS, type PlanInput } from "../engine.ts";
import { type PoolOptions, runPool } from "./pool.ts";
import type { TestFrames } from "./pool_reader.ts";
import { GEOMETRY, gpuTest, uniform } from "./testing.ts";

const SHAPE = [61, 97] as const;
const input: PlanInput = {
  ...{ geometry: GEOMETRY, shape: SHAPE, type: "uint16" },
  settings: { ...DEFAULT_SETTINGS, bins: 12 },
};
const frames = Array.from({ length: 5 }, (_, seed) => {
  const next = uniform(seed + 1);
  const frame = Uint16Array.from({ length: SHAPE[0] * SHAPE[1] }, () => 20 * next() * next() * next());
  return new Uint8Array(frame.buffer);
});
const module = new URL("./pool_reader.ts", import.meta.url).href;

async function run(args: Partial<TestFrames>, options: Partial<PoolOptions> = {}) {
  const failure = new Int32Array(new SharedArrayBuffer(8)).fill(-1);
  const all: TestFrames = { frames, failure, ...args };
  const numbers: number[] = [];
  const kept: number[][] = [];
  for await (
    const { number, picked } of runPool({
      ...{ input, module, args: all, frames: 29, first: 3, workers: 2, ring: { batch: 2, room: 1 } },
      ...options,
    })
  ) {
    numbers.push(number);
    kept.push(Array.from(picked.index));
  }
  return { numbers, kept };
}

gpuTest("a pool gives all frames in order, with the results of a plan", async ({ plan }) => {
  const { numbers, kept } = await run({});
  assert.deepEqual(numbers, Array.from({ length: 29 }, (_, i) => i + 3));
  const one = plan(input);
  for (const [i, number] of numbers.entries()) {
    one.load({ encoding: "raw", bytes: frames[number % frames.length] });
    assert.deepEqual(kept[i], Array.from(one.pick().index), `frame ${number}`);
  }
  one.close();
});

gpuTest("a device that is lost is replaced, and no frame is", async () => {
  const failure = new Int32Array(new SharedArrayBuffer(8));
  failure[0] = 14;
  const { numbers } = await run({ failure });
  assert.equal(failure[1], 2, "it failed once and was read again");
  assert.deepEqual(numbers, Array.from({ length: 29 }, (_, i) => i + 3));
});

gpuTest("a frame that cannot be read ends the run, and devices that fail too often do", async () => {
  await assert.rejects(() => run({ unreadable: 9 }), /frame 9 cannot be read/);
  const failure = new Int32Array(new SharedArrayBuffer(8));
  failure[0] = 14;
  await assert.rejects(() => run({ failure }, { restarts: 0 }), /frames 14 to 14 were lost on the GPU: test/);
});
