/** Frames per second through a pool of workers, every result checked against the WASM engine's. */
import { wasmEngine } from "../../ts/engine/wasm.ts";
import type { FrameResult } from "../../ts/engine/engine.ts";
import { gpuPlanPool } from "../../ts/engine/webgpu/pool.ts";
import { inOrder } from "../../ts/pipeline/in_order.ts";
import { type BenchFrames, framesOf, type Way } from "./frames.ts";

/** What one run reached. 0 workers: the calling thread works. */
export interface Rate {
  readonly workers: number;
  readonly batch: number;
  readonly frames: number;
  readonly framesPerSecond: number;
  /** of pixels before compression, 10⁹ bytes a second */
  readonly gigabytesPerSecond: number;
  /** until all workers had their devices, programs and plans */
  readonly startSeconds: number;
  readonly keptPerFrame: number;
  readonly peaksPerFrame: number;
}

/** What each of the frames gives on the reference engine: indices kept, number of peaks. */
export function expectations({ input, raw }: BenchFrames): { index: Uint32Array; peaks: number }[] {
  const plan = wasmEngine.plan(input);
  const expected = raw.map((bytes) => {
    plan.load({ encoding: "raw", bytes });
    plan.clip();
    return { index: plan.pick().index.slice(), peaks: plan.peaks().count };
  });
  plan.close();
  return expected;
}

/** Bytes that threads share: the frames lie in memory, and nothing but their address goes to the workers. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

/** Runs `count` frames; the first ones, until all workers have answered twice, are not timed. */
export async function throughput(
  frames: BenchFrames,
  expected: { index: Uint32Array; peaks: number }[],
  way: Way,
  { workers, batch, count }: { workers: number; batch: number; count: number },
): Promise<Rate> {
  const { input, raw } = frames;
  const sources = framesOf(frames, way).map(({ encoding, bytes }) => ({ encoding, bytes: shared(bytes) }));
  const opened = performance.now();
  const pool = await gpuPlanPool(input, { workers, batch, room: 1 / 12, narrow: way === "narrow" });
  const startSeconds = (performance.now() - opened) / 1000;
  const warm = 4 * Math.max(1, workers) * batch;
  let [kept, peaks, start] = [0, 0, 0];
  const check = (number: number, { picked, peaks: found }: FrameResult) => {
    const wanted = expected[number % expected.length];
    const { index } = picked!;
    if (index.length !== wanted.index.length) {
      throw new Error(`frame ${number} gave ${index.length} pixels, not ${wanted.index.length}`);
    }
    // All of the first frames, samples of the others: comparing must not be what is measured.
    const step = number < expected.length ? 1 : 997;
    for (let i = 0; i < index.length; i += step) {
      if (index[i] !== wanted.index[i]) throw new Error(`frame ${number}: pixel ${index[i]} is wrong`);
    }
    if (found!.count !== wanted.peaks) throw new Error(`frame ${number} gave ${found!.count} peaks`);
    if (number + 1 === warm) start = performance.now();
    if (number < warm) return;
    kept += index.length;
    peaks += found!.count;
  };
  async function* numbers() {
    for (let number = 0; number < warm + count; number++) yield number;
  }
  try {
    const process = (number: number) =>
      pool.process({ ...sources[number % sources.length] }, { pick: true, peaks: true });
    await inOrder(numbers(), pool.jobs, process, (result, number) => check(number, result));
  } finally {
    await pool.close();
  }
  const seconds = (performance.now() - start) / 1000;
  const framesPerSecond = count / seconds;
  return {
    ...{ workers, batch, frames: count, framesPerSecond, startSeconds },
    gigabytesPerSecond: framesPerSecond * raw[0].length / 1e9,
    keptPerFrame: kept / count,
    peaksPerFrame: peaks / count,
  };
}
