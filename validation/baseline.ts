/** The accepted values of all checks, in git: `quick` and `full` runs look at different cases, so each has its own. */
import { type Check, judge, type Verdict } from "./checks.ts";
import type { Skip, Study } from "./section.ts";

export type Values = Readonly<Record<string, number>>;

/** The file `baseline.json`. */
export interface Baseline {
  readonly quick: Values;
  readonly full: Values;
}

export type Mode = keyof Baseline;

const FILE = new URL("./baseline.json", import.meta.url);

export async function readBaseline(): Promise<Baseline> {
  const { quick, full } = JSON.parse(await Deno.readTextFile(FILE));
  return { quick, full };
}

/** Digits that are kept: more than any tolerance needs, fewer than make every change of a compiler a change here. */
const DIGITS = 6;

/** Takes the values of a run of `studies` as the new baseline of its mode; those that were not run or skipped stay. */
export async function writeBaseline(
  mode: Mode,
  studies: readonly Study[],
  checks: readonly Check[],
  skips: readonly Skip[],
): Promise<void> {
  const old = await readBaseline();
  const ran = (name: string) => studies.some((study) => name.startsWith(`${study.name}:`));
  const kept = Object.entries(old[mode]).filter(([name]) => !ran(name) || isSkipped(name, skips));
  const values = checks.map(({ name, value }) => [name, Number(value.toPrecision(DIGITS))] as const);
  const sorted = [...kept, ...values].sort(([a], [b]) => a < b ? -1 : 1);
  await Deno.writeTextFile(FILE, JSON.stringify({ ...old, [mode]: Object.fromEntries(sorted) }, null, 2) + "\n");
}

function isSkipped(name: string, skips: readonly Skip[]): boolean {
  return skips.some(({ checks }) => name.startsWith(checks));
}

/** What came of a run. */
export interface Comparison {
  readonly verdicts: readonly Verdict[];
  /** sentences: what got worse, and what the baseline knows but nobody checked */
  readonly problems: readonly string[];
}

/** Compares a run with the baseline. `studies`: the names of those that ran; checks of others are not missed. */
export function compare(
  checks: readonly Check[],
  baseline: Values,
  skips: readonly Skip[],
  studies: readonly string[],
): Comparison {
  const names = new Set(checks.map(({ name }) => name));
  if (names.size < checks.length) throw new Error("two checks have one name");
  const verdicts = checks.map((check) => judge(check, baseline[check.name]));
  const ran = (name: string) => studies.some((study) => name.startsWith(`${study}:`));
  const lost = Object.keys(baseline).filter((name) => !names.has(name) && ran(name) && !isSkipped(name, skips));
  const problems = verdicts.flatMap(({ problem }) => problem ?? []);
  return {
    verdicts,
    problems: [...problems, ...lost.map((name) => `${name}: is in the baseline and was not checked`)],
  };
}
