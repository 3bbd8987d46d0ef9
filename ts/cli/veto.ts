/** `braggsieve veto`: options and wiring. */
import { Command } from "commander";
import { Threshold } from "../pipeline/threshold.ts";
import { veto } from "../pipeline/veto.ts";
import {
  addFrameOptions,
  addJobs,
  addNoise,
  addPeakOptions,
  addReporting,
  type FrameFlags,
  runOptions,
  toNumber,
} from "./options.ts";
import { runCommand } from "./run.ts";
import { followThreshold } from "./threshold.ts";

interface VetoFlags extends FrameFlags {
  list: string;
  threshold?: number;
  thresholdFrom?: string;
  print?: boolean;
}

/** Fewest peaks of a hit: the paper's choice for its veto, which lost 0.16 % of the frames that could be indexed. */
const THRESHOLD = 20;

/** The command. */
export function vetoCommand(): Command {
  const command = new Command("veto")
    .description("tell hits from blanks by their number of peaks: lists the hits, and writes a file of them alone")
    .argument("<files...>", "frames: .cbf, .cbf.gz, .cbf.bz2, file.h5 or file.h5::/path")
    .requiredOption("-l, --list <file>", "list of the hits to make, as CrystFEL's indexamajig -i reads it")
    .option("-o, --output <file>", "HDF5 file of the hits alone to make (default: none)")
    .option("-t, --threshold <peaks>", `fewest peaks of a hit (default: ${THRESHOLD})`, toNumber)
    .option(
      "--threshold-from <file>",
      "change the threshold while it runs: a file with a number, looked at ten times a second, or - for lines on stdin (default: none)",
    )
    .option("--print", "print the line of each hit on stdout as soon as it is found; the summary goes to stderr");
  addReporting(addJobs(addFrameOptions(addNoise(addPeakOptions(command)))));
  return command
    .addHelpText(
      "after",
      `
Examples:
  braggsieve veto -p detector.poni -l hits.lst frames_*.cbf
  braggsieve veto -p detector.poni --threshold 15 -l hits.lst -o hits.h5 scan.h5
  braggsieve veto -p detector.poni --threshold-from threshold.txt --print -l hits.lst scan.h5

A changed threshold holds from the next frame that is judged, whose number is told on stderr and in the summary.
With --resume, frames that a killed run has judged stay as they were judged, and its last threshold goes on.
Frames are judged in their order: nothing depends on --jobs.`,
    )
    .action(async (files: string[], flags: VetoFlags) => {
      const threshold = new Threshold(flags.threshold ?? THRESHOLD, ({ from, threshold }) => {
        console.error(`threshold ${threshold} from frame ${from} on`);
      });
      const stop = flags.thresholdFrom === undefined ? () => {} : followThreshold(threshold, flags.thresholdFrom);
      const { list, output, print = false, force = false } = flags;
      try {
        await runCommand({ ...flags, output: output ?? list }, (control) =>
          veto({
            ...runOptions(files, flags),
            threshold,
            list,
            force,
            resume: flags.resume ?? false,
            ...(output === undefined ? {} : { output }),
            ...(print ? { found: (line: string) => console.log(line) } : {}),
          }, control), { onStderr: print });
      } finally {
        stop();
      }
    });
}
