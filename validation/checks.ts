/** One number that must not get worse: against a promise that never moves, and against the committed baseline. */

export interface Check {
  /** unique; starts with the name of its study and a colon */
  readonly name: string;
  readonly value: number;
  /** empty for a pure number */
  readonly unit: string;
  /** what the value was measured against */
  readonly reference: string;
  readonly lowerIsBetter: boolean;
  /** the promise: the value is never worse than this, whatever the baseline says */
  readonly limit?: number;
  /** part of the baseline's value by which it may be worse */
  readonly tolerance: number;
  /** the same in the value's unit, added to it; absent: 0 */
  readonly slack?: number;
  /** why limit and tolerance are what they are */
  readonly reason: string;
}

/** What came of a check. */
export interface Verdict {
  readonly check: Check;
  readonly baseline?: number;
  /** what is wrong, as a sentence; absent when all is well */
  readonly problem?: string;
}

/** A number of a check as people read it. */
export function numberText(value: number, unit = ""): string {
  const size = Math.abs(value);
  const text = value === 0 || (size >= 0.01 && size < 1e5)
    ? String(Number(value.toPrecision(4)))
    : value.toExponential(2).replace("e+", "e");
  return unit ? `${text} ${unit}` : text;
}

/** Judges one check. `baseline`: the value of the last accepted run; absent when there is none. */
export function judge(check: Check, baseline: number | undefined): Verdict {
  const { name, value, unit, lowerIsBetter, limit, tolerance, slack = 0 } = check;
  const verdict = { check, ...(baseline === undefined ? {} : { baseline }) };
  const say = (what: string): Verdict => ({ ...verdict, problem: `${name}: ${numberText(value, unit)} ${what}` });
  if (!Number.isFinite(value)) return say("is not a number");
  const worse = (than: number) => lowerIsBetter ? value > than : value < than;
  if (limit !== undefined && worse(limit)) return say(`is worse than the limit of ${numberText(limit, unit)}`);
  if (baseline === undefined) return say("has no baseline: look at it, then run deno task validate --update");
  const room = tolerance * Math.abs(baseline) + slack;
  if (worse(lowerIsBetter ? baseline + room : baseline - room)) {
    return say(`is worse than the baseline's ${numberText(baseline, unit)} by more than ${numberText(room, unit)}`);
  }
  return verdict;
}
