/** What a study hands back: checks, figures, what was skipped, and the numbers themselves. */
import { InputError, messageOf } from "../ts/errors.ts";
import type { Figure } from "../ts/report/page.ts";
import type { Check } from "./checks.ts";
import type { Numbers } from "./numbers.ts";

/** Something that could not be checked here, and the start of the names of its checks. */
export interface Skip {
  readonly what: string;
  readonly reason: string;
  readonly checks: string;
}

export interface Section {
  readonly title: string;
  /** one paragraph of HTML: what is asked, and of what */
  readonly text: string;
  readonly figures: readonly Figure[];
  readonly checks: readonly Check[];
  readonly skipped: readonly Skip[];
  /** for the report's JSON */
  readonly data?: unknown;
}

/** What every study is given. */
export interface Context {
  readonly quick: boolean;
  /** for temporary files; emptied at the end */
  readonly folder: string;
  readonly numbers: Numbers;
  /** the engines to look at; absent: all */
  readonly engines?: readonly string[];
  /** where one number is changed on purpose: only the harness's own tests do */
  readonly perturb?: string;
}

/** A study: `name` starts the names of all its checks. */
export interface Study {
  readonly name: string;
  readonly title: string;
  readonly run: (context: Context) => Promise<Section>;
}

/** Something that is not on this machine: a data set, a program, an engine. */
export class Absent extends Error {
  override name = "Absent";
  constructor(readonly what: string, reason: string) {
    super(reason);
  }
}

/** Runs a study; what is absent becomes a section that says so. */
export async function runStudy(study: Study, context: Context): Promise<Section> {
  try {
    return await study.run(context);
  } catch (error) {
    if (!(error instanceof Absent) && !(error instanceof InputError)) throw error;
    const what = error instanceof Absent ? error.what : study.title;
    const skip = { what, reason: messageOf(error), checks: `${study.name}:` };
    return { title: study.title, text: "", figures: [], checks: [], skipped: [skip] };
  }
}

/** What a part of a study gives, or a skip where something is absent. */
export async function unlessAbsent<T>(checks: string, run: () => Promise<T>): Promise<T | Skip> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Absent)) throw error;
    return { what: error.what, reason: messageOf(error), checks };
  }
}

/** Whether a part was skipped. */
export function isSkip(part: unknown): part is Skip {
  return typeof part === "object" && part !== null && "what" in part && "reason" in part && "checks" in part;
}
