/** The comparisons with peers, stage by stage, and what every run of them shares. */
import { BraggsieveError, UsageError } from "../ts/errors.ts";
import type { Bench } from "./bench.ts";
import { clip } from "./clip.ts";
import { COLUMNS, type Row } from "./compare.ts";
import { decode } from "./decode.ts";
import { decodeClipPick } from "./decode_clip_pick.ts";
import { densify } from "./densify.ts";
import { contenders } from "./engines.ts";
import { realInput, simulatedInput } from "./input.ts";
import { load, machine } from "./machine.ts";
import { peaks } from "./peaks.ts";
import { peerRatioText, timesText } from "./publish/numbers.ts";
import { wholeProgram } from "./whole_program.ts";

/** Stages by the names of their files, in the order of the figures. */
export const ROW_STAGES: Readonly<Record<string, (bench: Bench) => Promise<Row[]>>> = {
  whole_program: wholeProgram,
  clip,
  densify,
  peaks,
  decode_clip_pick: decodeClipPick,
  decode,
};

/** Rounds of a run that counts. */
const ROUNDS = 7;

/** What the command line asks for. */
export interface Wanted {
  /** once each, on small frames */
  readonly smoke: boolean;
  /** without the benchmarks that are tasks of their own */
  readonly alone: boolean;
  /** names of stages; none: all */
  readonly stages: readonly string[];
  /** `--out=FOLDER`: where results and report go instead of being published or thrown away */
  readonly out?: string;
}

/** Throws UsageError for a stage that is not `known`. */
export function parse(words: readonly string[], known: readonly string[]): Wanted {
  const stages = words.filter((word) => !word.startsWith("--"));
  const out = words.find((word) => word.startsWith("--out="))?.slice("--out=".length);
  const unknown = stages.find((word) => !known.includes(word)) ??
    words.find((word) => word.startsWith("--") && !["--smoke", "--alone"].includes(word) && !word.startsWith("--out="));
  if (unknown) throw new UsageError(`there is no ${unknown}: take --smoke, --alone, --out=FOLDER, ${known.join(", ")}`);
  return { smoke: words.includes("--smoke"), alone: words.includes("--alone"), stages, ...(out ? { out } : {}) };
}

/** Runs a task to its end: what is wrong with its input is one sentence. */
export async function runTask(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof BraggsieveError)) throw error;
    console.error(error.message);
    Deno.exit(error.exitCode);
  }
}

/** The machine's load before the measurements, which is told when it is busy. */
export function loadBefore(): number {
  const before = load();
  if (before > machine().cores / 4) {
    console.log(`the machine is busy (load ${before.toFixed(1)}): figures will be too slow`);
  }
  return before;
}

/** Runs `use` with everything that measurements are given; the versions of peers gather while it runs. */
export async function withBench(
  smoke: boolean,
  use: (bench: Bench, versions: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> {
  const start = performance.now();
  const folder = await Deno.makeTempDir();
  try {
    const versions: Record<string, string> = {};
    const bench: Bench = {
      input: await (smoke ? simulatedInput(folder) : realInput(folder)),
      contenders: contenders(),
      folder,
      effort: smoke ? { rounds: 1, warm: false } : { rounds: ROUNDS, warm: true },
      smoke,
      versions: (found) => void Object.assign(versions, found),
    };
    await use(bench, versions);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  console.log(`${((performance.now() - start) / 1000).toFixed(0)} s`);
}

/** Measures the rows that are wanted and prints them. */
export async function measureRows(bench: Bench, want: (stage: string) => boolean): Promise<Record<string, Row[]>> {
  const rows: Record<string, Row[]> = {};
  for (const [stage, run] of Object.entries(ROW_STAGES)) {
    if (!want(stage)) continue;
    const start = performance.now();
    rows[stage] = await run(bench);
    rows[stage].forEach(print);
    console.log(`(${stage}: ${((performance.now() - start) / 1000).toFixed(0)} s)`);
  }
  return rows;
}

function print(row: Row): void {
  console.log(`\n${row.what}`);
  for (const column of COLUMNS) {
    const times = row.ours[column];
    if (times) console.log(`  ${column.padEnd(8)} ${timesText(times, row)}`);
  }
  for (const peer of row.peers) {
    const ratios = COLUMNS.flatMap((column) => {
      const text = peerRatioText(peer, column);
      return text === undefined ? [] : [`${column} ${text}`];
    });
    console.log(`  ${peer.name}: ${[peer.times ? timesText(peer.times, row) : "missing", ...ratios].join(", ")}`);
  }
  for (const note of row.notes ?? []) console.log(`  (${note})`);
}
