/** The frame of every command that makes a file: shows progress, prints the summary. */
import { UsageError } from "../errors.ts";
import type { RunControl } from "../pipeline/run.ts";
import type { Summary } from "../pipeline/summary.ts";
import type { CommonFlags } from "./options.ts";
import { printSummary, progressBar } from "./report.ts";

/** Runs `work` and prints its summary, on stdout unless that is taken. Throws UsageError when there is no output. */
export async function runCommand(
  flags: CommonFlags,
  work: (control: RunControl, output: string) => Promise<Summary>,
  { onStderr = false } = {},
): Promise<void> {
  const { output } = flags;
  if (output === undefined) throw new UsageError("no output file is given: add -o");
  const { progress, stop } = await progressBar();
  let summary: Summary;
  try {
    summary = await work({ progress }, output);
  } finally {
    stop();
  }
  printSummary(summary, flags.json ?? false, onStderr);
}
