/** The frame of every command that makes a file: refuses to overwrite inputs, shows progress, prints the summary. */
import { resolve } from "node:path";
import { UsageError } from "../errors.ts";
import { filePart } from "../io/open.ts";
import type { RunControl } from "../pipeline/run.ts";
import type { Summary } from "../pipeline/summary.ts";
import type { CommonFlags } from "./options.ts";
import { printSummary, progressBar } from "./report.ts";

/** The file's true path; what does not exist is resolved by name. */
function truePath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return resolve(path);
  }
}

/** Runs `work` and prints its summary. Throws UsageError when the output is one of the inputs. */
export async function runCommand(
  inputs: readonly string[],
  flags: CommonFlags,
  work: (control: RunControl, output: string) => Promise<Summary>,
): Promise<void> {
  const { output } = flags;
  if (output === undefined) throw new UsageError("no output file is given: add -o");
  const place = truePath(output);
  const same = inputs.find((input) => truePath(filePart(input)) === place);
  if (same !== undefined) throw new UsageError(`${output} is an input and the output: name another output with -o`);
  const { progress, stop } = progressBar();
  let summary: Summary;
  try {
    summary = await work({ progress }, output);
  } finally {
    stop();
  }
  printSummary(summary, flags.json ?? false);
}
