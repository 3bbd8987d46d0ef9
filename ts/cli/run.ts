/** The frame of every command that makes a file: shows progress, prints the summary. */
import type { RunControl } from "../pipeline/run.ts";
import type { Summary } from "../pipeline/summary.ts";
import { printSummary, progressBar } from "./report.ts";

/** Runs `work` and prints its summary, on stdout unless that is taken. */
export async function runCommand(
  { json }: { readonly json: boolean },
  work: (control: RunControl) => Promise<Summary>,
  { onStderr = false } = {},
): Promise<void> {
  const { progress, stop } = await progressBar();
  let summary: Summary;
  try {
    summary = await work({ progress });
  } finally {
    stop();
  }
  printSummary(summary, json, onStderr);
}
