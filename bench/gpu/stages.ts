/** GPU time of every stage by timestamp queries, beside what a plain copy reaches on the same device. */
import { Batch, type StageName, STAGES } from "../../ts/engine/webgpu/batch.ts";
import type { Device } from "../../ts/engine/webgpu/device.ts";
import { Tables } from "../../ts/engine/webgpu/tables.ts";
import { type Spread, spread } from "../machine.ts";
import { type BenchFrames, narrowed } from "./frames.ts";

/** `warm`: milliseconds of work before anything is timed, as an idle GPU takes its time to reach its clocks. */
const EFFORT = { rounds: 15, warm: 500 };

/** One stage, per frame. */
export interface StageTime {
  readonly stage: string;
  readonly microseconds: Spread;
  /** bytes that it must move at least, and the part of the copy's bandwidth that this is */
  readonly bytes: number;
  readonly bandwidthPart: number;
}

const COPY = `
@group(0) @binding(0) var<storage, read> source: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read_write> target_: array<vec4<u32>>;
@compute @workgroup_size(256)
fn copy(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  for (var i = id.x; i < arrayLength(&source); i += groups.x * 256u) { target_[i] = source[i]; }
}`;

/** Times of `queries` pairs, in µs, of what `encode` encodes. */
function timed(
  device: Device,
  queries: number,
  encode: (encoder: GPUCommandEncoder, writes: (at: number) => GPUComputePassTimestampWrites) => void,
): number[] {
  const { gpu } = device;
  const querySet = gpu.createQuerySet({ type: "timestamp", count: 2 * queries });
  const resolved = gpu.createBuffer({
    size: 16 * queries,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  const encoder = gpu.createCommandEncoder();
  encode(encoder, (at) => ({ querySet, beginningOfPassWriteIndex: 2 * at, endOfPassWriteIndex: 2 * at + 1 }));
  encoder.resolveQuerySet(querySet, 0, 2 * queries, resolved, 0);
  gpu.queue.submit([encoder.finish()]);
  const ticks = new BigUint64Array(device.read(resolved, 0, 16 * queries).buffer);
  resolved.destroy();
  querySet.destroy();
  return Array.from({ length: queries }, (_, at) => Number(ticks[2 * at + 1] - ticks[2 * at]) / 1000);
}

/** GB/s (10⁹) that a copy kernel reads and writes together. */
export function copyBandwidth(device: Device, bytes: number): Spread {
  const stage = device.stage("copy", "copy", ["read", "write"], () => COPY);
  const [source, target] = [0, 1].map(() => device.buffer(bytes, GPUBufferUsage.STORAGE));
  const group = device.bind(stage, [source, target]);
  const rates: number[] = [];
  for (let round = 0; round <= EFFORT.rounds; round++) {
    const [microseconds] = timed(device, 1, (encoder, writes) => {
      const pass = encoder.beginComputePass({ timestampWrites: writes(0) });
      pass.setPipeline(stage.pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(Math.min(65_535, Math.ceil(bytes / 16 / 256 / 4)));
      pass.end();
    });
    if (round > 0) rates.push(2 * bytes / microseconds / 1000);
  }
  source.destroy();
  target.destroy();
  return spread(rates);
}

/** Every stage of a batch of `count` frames, from chunks and from narrow frames. */
export async function stageTimes(
  device: Device,
  frames: BenchFrames,
  count: number,
  bandwidth: number,
  { rounds, warm } = EFFORT,
): Promise<StageTime[]> {
  const { input, chunks } = frames;
  const tables = new Tables(device, input);
  const { pixels, validPixels, frameBytes, blocks } = tables;
  const batch = new Batch(device, tables, count, Math.ceil(count * pixels / 8), count * 2048, input.settings.cycle);
  for (let at = 0; at < count; at++) batch.load(at, { encoding: "bitshuffle-lz4", bytes: chunks[at % chunks.length] });
  const times: Record<string, number[]> = {};
  for (const end = performance.now() + warm; performance.now() < end;) {
    timed(device, 1, (encoder, writes) => batch.encode(encoder, count, writes(0)));
  }
  const note = (stage: string, microseconds: number) => (times[stage] ??= []).push(microseconds / count);
  for (let round = 0; round <= rounds; round++) {
    const [decode, ...stages] = timed(device, STAGES.length + 1, (encoder, writes) => {
      batch.encodeDecode(encoder, count, writes(0));
      batch.encode(encoder, count, (stage: StageName) => writes(1 + STAGES.indexOf(stage)));
    });
    const [whole] = timed(device, 1, (encoder, writes) => batch.encode(encoder, count, writes(0)));
    if (round === 0) continue;
    note("decode", decode);
    stages.forEach((microseconds, at) => note(STAGES[at], microseconds));
    note("clip + pick + peaks", whole);
  }
  const narrow = await narrowed(tables, frames);
  if (narrow.every((frame) => frame !== undefined)) {
    for (let at = 0; at < count; at++) {
      batch.load(at, { encoding: "raw", bytes: frames.raw[at % narrow.length] }, narrow[at % narrow.length]);
    }
    for (let round = 0; round <= rounds; round++) {
      const [widen] = timed(device, 1, (encoder, writes) => batch.encodeDecode(encoder, count, writes(0)));
      if (round > 0) note("widen", widen);
    }
  }
  const totals = new Uint32Array(device.read(batch.keptCount, 0, count * (blocks + 1) * 4).buffer);
  const kept = totals[blocks];
  batch.close();
  tables.close();
  const map = pixels / 8;
  const order = 4 * validPixels;
  const compressed = chunks.reduce((sum, { length }) => sum + length, 0) / chunks.length;
  const bytes: Record<string, number> = {
    decode: compressed + frameBytes,
    widen: frameBytes + narrow.reduce((sum, frame) => sum + (frame?.bytes.length ?? 0), 0) / narrow.length,
    clip: frameBytes + order,
    pick: frameBytes + 2 * pixels + 2 * map,
    compact: map + 8 * kept,
    "find peaks": 2 * map,
    "clip + pick + peaks": 2 * frameBytes + order + 2 * pixels + 6 * map,
  };
  const result = Object.entries(times).map(([stage, values]): StageTime => {
    const microseconds = spread(values);
    const moved = bytes[stage] ?? 0;
    return { stage, microseconds, bytes: moved, bandwidthPart: moved / microseconds.median / 1000 / bandwidth };
  });
  return result;
}
