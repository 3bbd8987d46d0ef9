/** `braggsieve veto`: options and wiring. */
import { buildCommand } from "@stricli/core";
import { Threshold } from "../pipeline/threshold.ts";
import { veto } from "../pipeline/veto.ts";
import {
  FRAME,
  FRAMES,
  neededText,
  NOISE,
  numberOr,
  parametersOf,
  PEAK,
  REPORTING,
  RUNNING,
  runOptions,
  short,
  text,
  toggle,
  type Values,
} from "./options.ts";
import { runCommand } from "./run.ts";
import { followThreshold } from "./threshold.ts";

/** Fewest peaks of a hit: the paper's choice for its veto, which lost 0.16 % of the frames that could be indexed. */
const THRESHOLD = 20;

const OPTIONS = {
  list: short("l", neededText("file", "list of the hits to make, as CrystFEL's indexamajig -i reads it")),
  output: short("o", text("file", "HDF5 file of the hits alone to make (default: none)")),
  threshold: short("t", numberOr(THRESHOLD, "peaks", "fewest peaks of a hit")),
  "threshold-from": text(
    "file",
    "change the threshold while it runs: a file with a number, looked at ten times a second, or - for lines on stdin (default: none)",
  ),
  print: toggle("print the line of each hit on stdout as soon as it is found; the summary goes to stderr"),
  ...PEAK,
  ...NOISE,
  ...FRAME,
  ...RUNNING,
  ...REPORTING,
};

/** The command. */
export const vetoCommand = buildCommand({
  docs: {
    brief: "tell hits from blanks by their number of peaks: lists the hits, and writes a file of them alone",
    fullDescription: `Examples:
  braggsieve veto -p detector.poni -l hits.lst frames_*.cbf
  braggsieve veto -p detector.poni --threshold 15 -l hits.lst -o hits.h5 scan.h5
  braggsieve veto -p detector.poni --threshold-from threshold.txt --print -l hits.lst scan.h5

A changed threshold holds from the next frame that is judged, whose number is told on stderr and in the summary.
With --resume, frames that a killed run has judged stay as they were judged, and its last threshold goes on.
Frames are judged in their order: nothing depends on --jobs.`,
  },
  parameters: { ...parametersOf(OPTIONS), positional: FRAMES },
  func: async (flags: Values<typeof OPTIONS>, ...files: string[]) => {
    const threshold = new Threshold(flags.threshold, ({ from, threshold }) => {
      console.error(`threshold ${threshold} from frame ${from} on`);
    });
    const { list, output, print, force, resume, "threshold-from": source } = flags;
    const stop = source === undefined ? () => {} : followThreshold(threshold, source);
    try {
      await runCommand(flags, (control) =>
        veto({
          ...runOptions(files, flags),
          threshold,
          list,
          force,
          resume,
          ...(output === undefined ? {} : { output }),
          ...(print ? { found: (line: string) => console.log(line) } : {}),
        }, control), { onStderr: print });
    } finally {
      stop();
    }
  },
});
