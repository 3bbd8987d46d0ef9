/** What was published, read back: bench/results, and the results of the GPU benchmark. What is not there is left out. */
import type { Row } from "../compare.ts";
import type { Machine, Spread } from "../machine.ts";
import type { MemoryCopy } from "../memory_copy.ts";
import type { Found } from "../peakfinders/compare.ts";
import type { ScalingPoint } from "../scaling.ts";
import type { SettingPoint } from "../scaling_settings.ts";
import type { StageResults } from "../stages.ts";
import type { SweepPoint } from "../veto/sweep.ts";
import type { Results } from "./results.ts";
import type { SerialFile } from "./serial.ts";

export const RESULTS = new URL("../results/", import.meta.url);
export const REPORT = new URL("../report/", import.meta.url);
const GPU_RESULTS = new URL("../gpu/results/", import.meta.url);

/** What every file of `deno task bench` tells of its run. */
export type Common = Pick<Results, "machine" | "versions" | "input" | "load" | "rounds">;
/** The rows of one stage. */
export type RowsFile = Common & { readonly rows: readonly Row[] };

/** bench/results/veto.json, as far as the report shows it. */
export interface VetoFile {
  readonly machine: Machine;
  readonly series: { readonly frames: number };
  readonly speed: readonly { readonly engine: string; readonly jobs: number; readonly framesPerSecond: Spread }[];
  readonly sweep: readonly SweepPoint[];
}

/** bench/results/peakfinders.json, as far as the report shows it. */
export interface PeakfindersFile {
  readonly machine: Machine;
  readonly outcomes: readonly { readonly title: string; readonly indexing: string; readonly found: readonly Found[] }[];
}

/** bench/gpu/results/<adapter>.json: figures by their names. */
export interface GpuFile {
  readonly machine: Machine;
  readonly adapter: string;
  readonly [name: string]: unknown;
}

export interface Published {
  /** by the name of their stage, in the order of the figures */
  readonly rows: Readonly<Record<string, RowsFile>>;
  readonly copy?: Common & MemoryCopy;
  readonly stages?: Common & StageResults;
  readonly scaling?: Common & { readonly points: readonly ScalingPoint[] };
  readonly settings?: Common & { readonly points: readonly SettingPoint[] };
  readonly veto?: VetoFile;
  readonly peakfinders?: PeakfindersFile;
  readonly serial?: SerialFile;
  readonly gpu: readonly GpuFile[];
}

const ROW_FILES = ["whole_program", "clip", "densify", "peaks", "decode_clip_pick", "decode"];

/** `folder`: of the suite's own results; those of other tasks are the published ones. */
export async function readPublished(folder: URL): Promise<Published> {
  const own = <T>(name: string) => read<T>(new URL(`${name}.json`, folder));
  const other = <T>(name: string) => read<T>(new URL(`${name}.json`, RESULTS));
  const rows: Record<string, RowsFile> = {};
  for (const name of ROW_FILES) {
    const file = await own<RowsFile>(name);
    if (file) rows[name] = file;
  }
  const gpu = [];
  for await (const { name } of Deno.readDir(GPU_RESULTS)) {
    const file = name.endsWith(".json") ? await read<GpuFile>(new URL(name, GPU_RESULTS)) : undefined;
    if (file) gpu.push(file);
  }
  return {
    rows,
    copy: await own("memory_copy"),
    stages: await own("stages"),
    scaling: await own("scaling"),
    settings: await own("scaling_settings"),
    veto: await other("veto"),
    peakfinders: await other("peakfinders"),
    serial: await other("serial"),
    gpu: gpu.sort((a, b) => a.adapter.localeCompare(b.adapter)),
  };
}

async function read<T>(place: URL): Promise<T | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(place)) as T;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
