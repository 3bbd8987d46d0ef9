/** What every stage's measurement is given. */
import type { Effort } from "./compare.ts";
import type { Contender } from "./engines.ts";
import type { Input } from "./input.ts";

export interface Bench {
  readonly input: Input;
  readonly contenders: readonly Contender[];
  /** for temporary files; emptied at the end */
  readonly folder: string;
  readonly effort: Effort;
  /** true for a run that only shows that everything runs */
  readonly smoke: boolean;
  /** Takes note of the versions of peers. */
  readonly versions: (versions: Readonly<Record<string, string>>) => void;
}
