/** What bounds the frames per second: the time that a frame takes on the GPU, and that it takes of a worker's thread. */
import { Batch } from "../../ts/engine/webgpu/batch.ts";
import type { Device } from "../../ts/engine/webgpu/device.ts";
import { Readback } from "../../ts/engine/webgpu/readback.ts";
import { Tables } from "../../ts/engine/webgpu/tables.ts";
import { type Spread, spread } from "../machine.ts";
import { type BenchFrames, framesOf, narrowed, type Way } from "./frames.ts";

/** Batches in a row on the GPU: the thread, which encodes them, must be ahead. */
const IN_A_ROW = 4;
const WANTED = { pick: true, peaks: true };

/** Microseconds a frame, in batches. */
export interface FrameTimes {
  /** on the GPU: all stages and the copies of the results */
  readonly gpu: Spread;
  /** of the thread: writing the frame for the GPU, which the driver copies while the thread goes on */
  readonly upload: Spread;
  /** of the thread: encoding the batch's commands */
  readonly commands: Spread;
  /** of the thread: taking the results */
  readonly results: Spread;
}

/** Which share of its time each of both was busy at a rate, and which of them bounds it. */
export interface Bounds {
  readonly gpuPart: number;
  readonly threadPart: number;
  readonly boundBy: "the GPU" | "a worker's thread";
}

/** Times of batches of `count` frames, `rounds` of them. */
export async function frameTimes(
  device: Device,
  frames: BenchFrames,
  way: Way,
  count: number,
  rounds: number,
): Promise<FrameTimes> {
  const { input } = frames;
  const tables = new Tables(device, input);
  const batch = new Batch(
    device,
    tables,
    count,
    Math.ceil(count * tables.pixels / 12),
    count * 4096,
    input.settings.cycle,
  );
  const readback = new Readback(batch);
  await readback.open();
  const sources = framesOf(frames, way);
  const narrow = way === "narrow" ? await narrowed(tables, frames) : [];
  const { queue } = device.gpu;
  const submit = () => {
    const encoder = device.gpu.createCommandEncoder();
    batch.encodeDecode(encoder, count);
    batch.encode(encoder, count);
    readback.copy(encoder, count, WANTED);
    queue.submit([encoder.finish()]);
  };
  const take = () => {
    if (!readback.count()) throw new Error("the batch has too little room");
    for (let at = 0; at < count; at++) {
      readback.background(at);
      readback.picked(at);
      readback.peaks(at);
    }
  };
  const times: Record<keyof FrameTimes, number[]> = { gpu: [], upload: [], commands: [], results: [] };
  for (let round = -2; round < rounds; round++) {
    const marks = [performance.now()];
    const mark = () => marks.push(performance.now());
    for (let at = 0; at < count; at++) {
      batch.load(at, sources[at % sources.length], narrow[at % sources.length]);
      queue.submit([]);
    }
    mark();
    submit();
    mark();
    readback.map();
    mark();
    take();
    readback.unmap();
    mark();
    if (round < 0) continue;
    const spent = (step: number) => 1000 * (marks[step + 1] - marks[step]) / count;
    times.upload.push(spent(0));
    times.commands.push(spent(1));
    times.results.push(spent(3));
  }
  for (let round = -1; round < rounds; round++) {
    const start = performance.now();
    for (let batches = 0; batches < IN_A_ROW; batches++) submit();
    readback.map();
    const end = performance.now();
    readback.unmap();
    if (round >= 0) times.gpu.push(1000 * (end - start) / (IN_A_ROW * count));
  }
  readback.close();
  batch.close();
  tables.close();
  device.check();
  return {
    gpu: spread(times.gpu),
    upload: spread(times.upload),
    commands: spread(times.commands),
    results: spread(times.results),
  };
}

/** What bounds a rate that `workers` workers reached; a worker is at least the calling thread. */
export function boundsOf(
  { gpu, upload, commands, results }: FrameTimes,
  framesPerSecond: number,
  workers: number,
): Bounds {
  const gpuPart = framesPerSecond * gpu.median / 1e6;
  const own = upload.median + commands.median + results.median;
  const threadPart = framesPerSecond / Math.max(1, workers) * own / 1e6;
  return { gpuPart, threadPart, boundBy: gpuPart > threadPart ? "the GPU" : "a worker's thread" };
}
