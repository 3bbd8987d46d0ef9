/** Frames per second through a pool of workers, every result checked against the WASM engine's. */
import { wasmEngine } from "../../ts/engine/wasm.ts";
import { runPool } from "../../ts/engine/webgpu/pool.ts";
import type { BenchFrames } from "./frames.ts";

/** What one run reached. */
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

/** Runs `frames` frames; the first ones, until all workers have answered twice, are not timed. */
export async function throughput(
  { input, raw, chunks }: BenchFrames,
  expected: { index: Uint32Array; peaks: number }[],
  encoding: "raw" | "bitshuffle-lz4",
  { workers, batch, frames }: { workers: number; batch: number; frames: number },
): Promise<Rate> {
  const warm = 4 * workers * batch;
  const module = new URL("./frames.ts", import.meta.url).href;
  const args = { encoding, frames: encoding === "raw" ? raw : chunks };
  let [seen, kept, peaks, start] = [0, 0, 0, 0];
  const opened = performance.now();
  let startSeconds = 0;
  const onReady = () => startSeconds = (performance.now() - opened) / 1000;
  for await (
    const result of runPool({
      input,
      frames: warm + frames,
      module,
      args,
      workers,
      ring: { batch, room: 1 / 12 },
      onReady,
    })
  ) {
    const wanted = expected[result.number % expected.length];
    const { index } = result.picked;
    if (result.number !== seen || result.problem || index.length !== wanted.index.length) {
      throw new Error(`frame ${result.number} gave ${index.length} pixels, not ${wanted.index.length}`);
    }
    // All of the first frames, samples of the others: comparing must not be what is measured.
    const step = seen < expected.length ? 1 : 997;
    for (let i = 0; i < index.length; i += step) {
      if (index[i] !== wanted.index[i]) throw new Error(`frame ${result.number}: pixel ${index[i]} is wrong`);
    }
    if (result.peaks.count !== wanted.peaks) throw new Error(`frame ${result.number} gave ${result.peaks.count} peaks`);
    if (++seen === warm) start = performance.now();
    if (seen > warm) {
      kept += index.length;
      peaks += result.peaks.count;
    }
  }
  const seconds = (performance.now() - start) / 1000;
  const framesPerSecond = frames / seconds;
  return {
    ...{ workers, batch, frames, framesPerSecond, startSeconds },
    gigabytesPerSecond: framesPerSecond * raw[0].length / 1e9,
    keptPerFrame: kept / frames,
    peaksPerFrame: peaks / frames,
  };
}
