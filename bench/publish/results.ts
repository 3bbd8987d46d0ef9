/** What a run measured, as it is published: bench/results/<stage>.json. */
import { type Column, COLUMNS, type Row } from "../compare.ts";
import type { Machine } from "../machine.ts";
import type { MemoryCopy } from "../memory_copy.ts";
import type { ScalingPoint } from "../scaling.ts";
import type { SettingPoint } from "../scaling_settings.ts";
import type { StageResults } from "../stages.ts";

/** All that one run measured. */
export interface Results {
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly input: string;
  /** programs that ran in the minute before: above 0 the machine was not ours alone */
  readonly load: number;
  readonly rounds: number;
  readonly copy: MemoryCopy;
  /** rows by the name of their stage's file */
  readonly rows: Readonly<Record<string, readonly Row[]>>;
  /** every stage apart */
  readonly apart?: StageResults;
  readonly scaling: readonly ScalingPoint[];
  readonly settings: readonly SettingPoint[];
}

/** Part of the copy's speed that a row reaches, 0 to 1 or more: its least traffic over its time. */
export function reached({ movedBytes, ours }: Row, copy: MemoryCopy): Partial<Record<Column, number>> {
  const shares: Partial<Record<Column, number>> = {};
  for (const column of COLUMNS) {
    const times = ours[column];
    if (!times) continue;
    const { median } = column === "native" ? copy.allCores : copy.oneThread;
    shares[column] = movedBytes / (times.median * 1e6) / median;
  }
  return shares;
}

/** Writes one file a stage. */
export async function writeResults(results: Results, folder: URL): Promise<void> {
  const { machine, versions, input, load, rounds, copy, rows, apart, scaling, settings } = results;
  const common = { machine, versions, input, load, rounds };
  await Deno.mkdir(folder, { recursive: true });
  const write = (stage: string, content: unknown) =>
    Deno.writeTextFile(
      new URL(`${stage}.json`, folder),
      JSON.stringify({ ...common, ...content as object }, null, 2) + "\n",
    );
  for (const [stage, ofStage] of Object.entries(rows)) {
    await write(stage, {
      unit: "milliseconds per frame",
      rows: ofStage.map((row) => ({ ...row, partOfCopySpeed: reached(row, copy) })),
    });
  }
  await write("memory_copy", { unit: "GB/s, read and written bytes", ...copy });
  if (apart) await write("stages", { unit: "milliseconds per frame", ...apart });
  if (settings.length > 0) await write("scaling_settings", { unit: "milliseconds per frame", points: settings });
  if (scaling.length > 0) await write("scaling", { unit: "milliseconds per frame", points: scaling });
}
