/**
 * Where the time of a frame goes: every stage apart, on WebAssembly and on the native engine for every number of threads,
 * each frame passing all stages in turn; and on the GPU by its own clock.
 */
import type { Engine } from "../ts/engine/engine.ts";
import { wasmEngine } from "../ts/engine/wasm.ts";
import type { Bench } from "./bench.ts";
import { nativeOn } from "./engines.ts";
import { machine, type Spread, spread } from "./machine.ts";
import type { MemoryCopy } from "./memory_copy.ts";
import { background } from "./stages/background.ts";
import { clip } from "./stages/clip.ts";
import { decode, encode } from "./stages/codec.ts";
import { correct } from "./stages/correct.ts";
import { densify, densifyNoise } from "./stages/densify.ts";
import { type GpuStages, gpuStages, type Missing } from "./stages/gpu.ts";
import { peaks } from "./stages/peaks.ts";
import { pick } from "./stages/pick.ts";
import { frameForms, openWork, timeStages } from "./stages/prepare.ts";
import { reduce } from "./stages/reduce.ts";
import type { Sizes, Stage } from "./stages/stage.ts";

/** In the order in which a frame passes them. */
const STAGES: readonly Stage[] = [
  ...[decode, correct, reduce, clip, background, pick, peaks],
  ...[densify, densifyNoise, encode],
];
/** Frames that are measured: every stage sees each of them. */
const FRAMES = 4;

/** One stage on one engine. */
export interface StagePoint {
  readonly stage: string;
  readonly way: Stage["way"];
  readonly engine: "wasm" | "native";
  readonly threads: number;
  /** ms per frame */
  readonly times: Spread;
  /** least bytes of a frame that the stage moves, and in words */
  readonly bytes: number;
  readonly moves: string;
  /** part of the speed of a memory copy that this is: by one thread, or by all cores where there are more threads */
  readonly partOfCopySpeed: number;
}

/** All that is measured of the stages. */
export interface StageResults {
  /** mean sizes of the frames */
  readonly sizes: Sizes;
  readonly points: readonly StagePoint[];
  readonly gpu: GpuStages | Missing;
}

/** An engine with its number of threads. */
export interface Threaded {
  readonly engine: Engine & { readonly name: "wasm" | "native" };
  readonly threads: number;
}

/** 1, 2, 4, … threads, and all of them. */
export function threadCounts(cores: number): number[] {
  const counts = Array.from({ length: 31 }, (_, power) => 2 ** power).filter((count) => count < cores);
  return [...counts, cores];
}

/** WebAssembly, and the native engine where it is built for every number of threads. */
export function threadedEngines({ contenders }: Bench): Threaded[] {
  const counts = contenders.some(({ column }) => column === "native") ? threadCounts(machine().cores) : [];
  const native = counts.map((threads) => ({ engine: nativeOn(threads) as Threaded["engine"], threads }));
  return [{ engine: wasmEngine as Threaded["engine"], threads: 1 }, ...native];
}

export async function stages(bench: Bench, copy: MemoryCopy): Promise<StageResults> {
  const { input, effort } = bench;
  const { forms, sizes } = frameForms(input.plan, input.pixels.slice(0, FRAMES));
  const engines = threadedEngines(bench).map((one) => ({ ...one, work: openWork(one.engine, input.plan) }));
  const times = engines.map((): Record<string, number[]> => ({}));
  for (let round = effort.warm ? -1 : 0; round < effort.rounds; round++) {
    for (const [at, { work }] of engines.entries()) {
      const found = timeStages(STAGES, work, forms, round + 2);
      if (round < 0) continue;
      for (const [name, ms] of Object.entries(found)) (times[at][name] ??= []).push(ms);
    }
  }
  const points = engines.flatMap(({ engine, threads, work }, at) => {
    work.close();
    const { median } = threads > 1 ? copy.allCores : copy.oneThread;
    return STAGES.map(({ name, way, moves, bytes }): StagePoint => {
      const [spent, moved] = [spread(times[at][name]), bytes(sizes)];
      const partOfCopySpeed = moved / (spent.median * 1e6) / median;
      return { stage: name, way, engine: engine.name, threads, times: spent, bytes: moved, moves, partOfCopySpeed };
    });
  });
  return { sizes, points, gpu: await gpuStages(bench) };
}
