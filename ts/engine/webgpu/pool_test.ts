/** The pool: every frame's results are those of a plan of the WASM engine, also when a device is lost on the way. */
import assert from "node:assert/strict";
import { unpackedMap } from "../map_testing.ts";
import { DeviceError } from "../../errors.ts";
import type { EncodedFrame } from "../../io/frame.ts";
import { DEFAULT_SETTINGS, type FrameResult, type PlanInput, type Stages } from "../engine.ts";
import { processFrame } from "../process.ts";
import { encodeBitshuffleLz4 } from "../wasm/braggsieve.js";
import { wasmEngine } from "../wasm.ts";
import { Device } from "./device.ts";
import type { WebGpuEngine } from "./engine.ts";
import type { OpenRing } from "./feeder.ts";
import { gpuPlanPool, poolOptions, soloMember } from "./pool.ts";
import { GpuFailure, Ring } from "./ring.ts";
import { GEOMETRY, gpuTest, uniform } from "./testing.ts";

const SHAPE = [61, 97] as const;
const input: PlanInput = {
  ...{ geometry: GEOMETRY, shape: SHAPE, type: "uint16" },
  settings: { ...DEFAULT_SETTINGS, bins: 12, connected: 2, solidAngle: true },
};
const STAGES: Stages = { integrate: true, pick: true, peaks: true, encode: true };

/** Frame `number`, raw or as a chunk. */
function frameOf(number: number): EncodedFrame {
  const next = uniform(number + 1);
  const frame = Uint16Array.from({ length: SHAPE[0] * SHAPE[1] }, () => 20 * next() * next() * next());
  const bytes = new Uint8Array(frame.buffer);
  return number % 3 === 1
    ? { encoding: "bitshuffle-lz4", bytes: encodeBitshuffleLz4(bytes, 2, 0) }
    : { encoding: "raw", bytes };
}

/** What a plan of the WASM engine makes of some frames. */
function expectations(count: number, stages: Stages): FrameResult[] {
  const plan = wasmEngine.plan(input);
  const expected = Array.from({ length: count }, (_, number) => processFrame(plan, frameOf(number), stages));
  plan.close();
  return expected;
}

const expected = expectations(23, STAGES);

gpuTest("a pool gives what a plan of the WASM engine gives, on workers and without", async () => {
  const plan = wasmEngine.plan(input);
  for (const [workers, narrow] of [[1, true], [0, true], [0, false]] as const) {
    const pool = await gpuPlanPool(input, { workers, batch: 3, room: 1, narrow });
    assert.equal(pool.jobs, 9 * (workers || 1));
    assert.deepEqual([pool.validPixels, pool.radial], [plan.validPixels, plan.radial]);
    assert.deepEqual([pool.maps.shares, pool.maps.weights], [plan.maps.shares, plan.maps.weights]);
    for (const maps of [pool.maps, plan.maps]) assert.deepEqual(await unpackedMap(maps, "radius"), plan.radius());
    assert.deepEqual(await unpackedMap(pool.maps, "normalization"), plan.normalization());
    const frames = expected.map((_, number) => frameOf(number));
    const results = await Promise.all(frames.map((frame) => pool.process(frame, STAGES)));
    assert.deepEqual(results, expected, `${workers} workers, narrow: ${narrow}`);
    assert.deepEqual(frames, expected.map((_, number) => frameOf(number)), "their bytes are back");
    results[7].picked!.intensity[0]++;
    assert.notDeepEqual(results, expected, "the comparison sees one changed pixel");
    for (const stages of [{}, { pick: true }, { peaks: true }]) {
      const [few] = expectations(1, stages);
      assert.deepEqual(await pool.process(frameOf(0), stages), few);
    }
    for (const encoding of ["raw", "byte-offset", "bitshuffle-lz4"] as const) {
      const damaged = pool.process({ encoding, bytes: new Uint8Array(7) }, STAGES);
      await assert.rejects(damaged, (error) => error instanceof Error && !(error instanceof DeviceError));
    }
    assert.deepEqual(await pool.process(frameOf(4), STAGES), expected[4]);
    await pool.close();
  }
  plan.close();
});

gpuTest("what cannot be planned is refused, with its reason", async () => {
  const masked = { ...input, mask: new Uint8Array(SHAPE[0] * SHAPE[1]).fill(1) };
  await assert.rejects(gpuPlanPool(masked, { workers: 1 }), /every pixel is masked/);
});

/** Rings that fail at their eighth frame, `failures` of them; the first one because its own device is lost. */
function failing({ device }: WebGpuEngine, failures: number): { open: () => Promise<OpenRing>; opened: () => number } {
  let opened = 0;
  const open = async (): Promise<OpenRing> => {
    const number = opened++;
    const own = number === 0 ? await Device.open() : device;
    const ring = await Ring.open(own, input, { batch: 3, room: 1 });
    let pushed = 0;
    const push: typeof ring.push = (frame, ...rest) => {
      if (number < failures && pushed++ === 7) {
        if (number > 0) throw new GpuFailure(frame, frame, "test");
        own.gpu.destroy();
      }
      return ring.push(frame, ...rest);
    };
    const close = () => {
      ring.close();
      if (number === 0) own.close();
    };
    return { ring: { push, turn: () => ring.turn(), busy: true, tables: ring.tables }, close };
  };
  return { open, opened: () => opened };
}

gpuTest("a device that is lost is replaced, and no frame is", async (engine) => {
  const { open, opened } = failing(engine, 2);
  const member = await soloMember(open);
  const results = await Promise.all(expected.map((_, number) => member.process(number, frameOf(number), STAGES)));
  assert.deepEqual(results, expected);
  assert.equal(opened(), 3, "it failed twice");
  await member.close();
});

gpuTest("devices that fail too often are an error of the first frame that has no result", async (engine) => {
  const { open } = failing(engine, Infinity);
  const member = await soloMember(open);
  const results = await Promise.allSettled(
    expected.map((_, number) => member.process(number, frameOf(number), STAGES)),
  );
  const lost = results.filter((one) => one.status === "rejected");
  assert(lost.length > 0 && lost.every(({ reason }) => reason instanceof DeviceError && /test/.test(reason.message)));
  const first = results.findIndex(({ status }) => status === "rejected");
  assert(first > 0 && results.slice(first).every(({ status }) => status === "rejected"), "results come in order");
  await assert.rejects(member.process(99, frameOf(0), {}), DeviceError);
  await member.close();
});

Deno.test("webgpu: pools are as large as frames and buffers let them be", () => {
  const of = (shape: readonly [number, number], jobs: number, bindable = 2 ** 31) => {
    const { workers, batch } = poolOptions({ ...input, shape }, jobs, bindable);
    return [workers, batch];
  };
  assert.deepEqual(of([2068, 2162], 16), [4, 15]);
  assert.deepEqual(of([2068, 2162], 2), [1, 15]);
  assert.deepEqual(of([61, 97], 1), [1, 16]);
  assert.deepEqual(of([4362, 4148], 5), [2, 3]);
  assert.deepEqual(of([4362, 4148], 256, 2 ** 20), [4, 1]);
});
