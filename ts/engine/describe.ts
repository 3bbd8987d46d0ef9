/** What each engine is on this machine, for `info --engines`: whether it can be used, on what, and which stage where. */
import { messageOf } from "../errors.ts";
import { findNative, type NativeSearch } from "./native.ts";

/** One engine on this machine. */
export interface EngineFacts {
  readonly name: "wasm" | "native" | "webgpu";
  /** why it cannot be used; absent when it can */
  readonly problem?: string;
  /** what it runs on */
  readonly runsOn?: string;
  readonly limits?: Readonly<Record<string, number>>;
  /** how raw frames travel to the GPU */
  readonly rawFrames?: string;
  /** where each stage runs */
  readonly stages?: Readonly<Record<string, "CPU" | "GPU">>;
}

/** Named as in the core; noise is that of densify. */
const STAGES = ["decode", "correct", "reduce", "clip", "background", "pick", "peaks", "densify", "noise"] as const;
const onCpu = Object.fromEntries(STAGES.map((stage) => [stage, "CPU" as const]));

/** Looks at all engines; a GPU device is opened and closed again. */
export async function describeEngines(): Promise<EngineFacts[]> {
  const native = findNative();
  return [
    { name: "wasm", runsOn: "one thread, SIMD128", stages: onCpu },
    native.engine ? { name: "native", runsOn: "all cores", stages: onCpu } : { name: "native", problem: native.reason },
    await describeWebGpu(native),
  ];
}

async function describeWebGpu(native: NativeSearch): Promise<EngineFacts> {
  try {
    const { openWebGpu } = await import("./webgpu/engine.ts");
    const { device } = await openWebGpu();
    const { vendor, architecture, device: model, description } = device.info;
    const { limits } = device.gpu;
    const facts: EngineFacts = {
      name: "webgpu",
      runsOn: description || [vendor, architecture, model].filter(Boolean).join(" "),
      limits: {
        maxBufferSize: limits.maxBufferSize,
        maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
        maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      },
      rawFrames: native.engine ? "narrowed by the native library" : `as they are, not narrowed: ${native.reason}`,
      // Byte-offset is decoded on the CPU, which also draws what the tables of the noise do not tell.
      stages: Object.fromEntries(STAGES.map((stage) => [stage, "GPU"])),
    };
    device.close();
    return facts;
  } catch (error) {
    return { name: "webgpu", problem: messageOf(error) };
  }
}
