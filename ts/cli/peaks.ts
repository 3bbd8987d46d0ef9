/** `braggsieve peaks`: options and wiring. */
import { buildCommand } from "@stricli/core";
import { findPeaks } from "../pipeline/peaks.ts";
import {
  fileOptions,
  FRAME,
  FRAMES,
  neededText,
  NOISE,
  parametersOf,
  PEAK,
  REPORTING,
  RUNNING,
  short,
  text,
  toggle,
  type Values,
} from "./options.ts";
import { runCommand } from "./run.ts";

const OPTIONS = {
  output: short("o", neededText("file", "CXI file to make")),
  "no-frames": toggle("leave the frames out of the CXI file (default: linked from one HDF5 dataset, else copied)"),
  geom: text("file", "write a CrystFEL .geom file that goes with the CXI file (default: none)"),
  ...PEAK,
  ...NOISE,
  ...FRAME,
  ...RUNNING,
  ...REPORTING,
};

/** The command. */
export const peaksCommand = buildCommand({
  docs: {
    brief: "find Bragg peaks and write them as CXI, for CrystFEL's indexamajig --peaks=cxi",
    fullDescription: `Examples:
  braggsieve peaks -p detector.poni -o peaks.cxi --geom peaks.geom frames_*.cbf
  braggsieve peaks -p detector.poni --cutoff-peak 4 --patch-size 3 --connected 2 --no-frames -o peaks.cxi scan.h5

Then, in CrystFEL, with peaks.cxi named in files.lst:
  list_events -i files.lst -g peaks.geom -o events.lst
  indexamajig -i events.lst -g peaks.geom --peaks=cxi --indexing=xgandalf -p cell.cell -o out.stream
After --no-frames there is nothing for list_events to count: write events.lst by hand, one line
"peaks.cxi //N" per frame, N from 0, and give indexamajig --no-image-data --no-revalidate too.`,
  },
  parameters: { ...parametersOf(OPTIONS), positional: FRAMES },
  func: (flags: Values<typeof OPTIONS>, ...files: string[]) => {
    const { geom } = flags;
    return runCommand(flags, (control) =>
      findPeaks({
        ...fileOptions(files, flags),
        frames: !flags["no-frames"],
        ...(geom === undefined ? {} : { geom }),
      }, control));
  },
});
