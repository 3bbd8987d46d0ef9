/**
 * The stages of the WebGPU engine, which runs all of them at once: GPU time by timestamps (bench/gpu/stages.ts), on
 * frames of 16 bits. An adapter that is software in truth is named, gets one small frame, and is held against no memory.
 */
import { bytesOfPixels } from "../../ts/engine/pixel_arrays.ts";
import { wasmEngine } from "../../ts/engine/wasm.ts";
import type { Device } from "../../ts/engine/webgpu/device.ts";
import { messageOf } from "../../ts/errors.ts";
import type { Bench } from "../bench.ts";
import { encodeAll } from "../decoders.ts";
import { frameTimes } from "../gpu/bounds.ts";
import type { BenchFrames } from "../gpu/frames.ts";
import { copyBandwidth, stageTimes } from "../gpu/stages.ts";
import type { Spread } from "../machine.ts";
import { aroundBeam, for16Bits, to16Bits } from "../tile.ts";

/** Shape of the frames, frames a batch, and effort: on a card, in software, and to show that everything runs. */
const CARD = { shape: [2162, 2068], batch: 16, rounds: 15, warm: 500, copied: 2 ** 28 } as const;
const SOFTWARE = { shape: [514, 514], batch: 1, rounds: 3, warm: 0, copied: 0 } as const;
const SMOKE = { ...SOFTWARE, shape: [130, 130], rounds: 1 } as const;

/** The stages on one adapter; times are ms per frame, speeds GB/s. */
export interface GpuStages {
  readonly adapter: string;
  /** true where a processor plays the GPU */
  readonly software: boolean;
  readonly pixels: number;
  readonly batch: number;
  /** what a copy kernel reaches, read and written bytes counted; not of software */
  readonly copy?: Spread;
  /** what frames are written into the GPU's memory at; not of software */
  readonly upload?: Spread;
  readonly stages: readonly {
    readonly stage: string;
    readonly times: Spread;
    /** least bytes; absent where they depend on the frame */
    readonly bytes?: number;
    readonly partOfCopySpeed?: number;
  }[];
}

/** Why there is no such figure. */
export interface Missing {
  readonly missing: string;
}

/** Measures on the adapter that Deno finds. There may be none; what fails on one that is there is thrown. */
export async function gpuStages(bench: Bench): Promise<GpuStages | Missing> {
  const device = await openDevice();
  if ("missing" in device) {
    console.log(`missing: the WebGPU engine: ${device.missing}`);
    return device;
  }
  try {
    return await measure(device, bench);
  } finally {
    device.close();
  }
}

async function openDevice(): Promise<Device | Missing> {
  let device: Device;
  try {
    ({ device } = await (await import("../../ts/engine/webgpu/engine.ts")).openWebGpu());
  } catch (error) {
    return { missing: messageOf(error) };
  }
  if (device.gpu.features.has("timestamp-query")) return device;
  device.close();
  return { missing: `${adapterName(device)} tells no time` };
}

function adapterName({ info: { vendor, architecture, device, description } }: Device): string {
  return description || `${vendor} ${architecture} ${device}`;
}

async function measure(device: Device, { input, smoke }: Bench): Promise<GpuStages> {
  const adapter = adapterName(device);
  const software = /llvmpipe|lavapipe|swiftshader/i.test(adapter);
  const { shape, batch, rounds, warm, copied } = smoke ? SMOKE : software ? SOFTWARE : CARD;
  const cut = aroundBeam(for16Bits(input.plan), input.pixels.slice(0, batch).map(to16Bits), shape);
  const raw = cut.pixels.map((frame) => bytesOfPixels(frame).slice());
  const chunks = encodeAll(wasmEngine, "uint16", shape, cut.pixels);
  const frames: BenchFrames = { input: cut.plan, raw, chunks, source: input.title };
  const copy = software || copied === 0 ? undefined : copyBandwidth(device, copied);
  const times = await stageTimes(device, frames, batch, copy?.median ?? NaN, { rounds, warm });
  const stages = times.map(
    ({ stage, microseconds, bytes, bandwidthPart }) => ({
      stage,
      times: scaled(microseconds, (value) => value / 1000),
      ...(bytes > 0 ? { bytes } : {}),
      ...(bytes > 0 && copy ? { partOfCopySpeed: bandwidthPart } : {}),
    }),
  );
  const upload = copy && scaled(
    (await frameTimes(device, frames, "raw", batch, rounds)).upload,
    (microseconds) => raw[0].length / microseconds / 1000,
  );
  const pixels = shape[0] * shape[1];
  return { adapter, software, pixels, batch, ...(copy ? { copy } : {}), ...(upload ? { upload } : {}), stages };
}

/** A spread through a monotonous change of unit. */
function scaled({ median, min, max }: Spread, change: (value: number) => number): Spread {
  const [low, high] = [change(min), change(max)].sort((a, b) => a - b);
  return { median: change(median), min: low, max: high };
}
