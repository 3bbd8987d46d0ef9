/** `braggsieve peaks`: options and wiring. */
import { Command } from "commander";
import { findPeaks } from "../pipeline/peaks.ts";
import {
  addFrameOptions,
  addNoise,
  addPeakOptions,
  addReporting,
  addRunning,
  type FrameFlags,
  runOptions,
} from "./options.ts";
import { runCommand } from "./run.ts";

/** The command. */
export function peaksCommand(): Command {
  const command = new Command("peaks")
    .description("find Bragg peaks and write them as CXI, for CrystFEL's indexamajig --peaks=cxi")
    .argument("<files...>", "frames: .cbf, .cbf.gz, .cbf.bz2, file.h5 or file.h5::/path")
    .requiredOption("-o, --output <file>", "CXI file to make")
    .option("--no-frames", "leave the frames out of the CXI file (default: linked from one HDF5 dataset, else copied)")
    .option("--geom <file>", "write a CrystFEL .geom file that goes with the CXI file (default: none)");
  addReporting(addRunning(addFrameOptions(addNoise(addPeakOptions(command)))));
  return command
    .addHelpText(
      "after",
      `
Examples:
  braggsieve peaks -p detector.poni -o peaks.cxi --geom peaks.geom frames_*.cbf
  braggsieve peaks -p detector.poni --cutoff-peak 4 --patch-size 3 --connected 2 --no-frames -o peaks.cxi scan.h5

Then, in CrystFEL, with peaks.cxi named in files.lst:
  list_events -i files.lst -g peaks.geom -o events.lst
  indexamajig -i events.lst -g peaks.geom --peaks=cxi --indexing=xgandalf -p cell.cell -o out.stream
After --no-frames there is nothing for list_events to count: write events.lst by hand, one line
"peaks.cxi //N" per frame, N from 0, and give indexamajig --no-image-data --no-revalidate too.`,
    )
    .action((files: string[], flags: FrameFlags & { frames: boolean; geom?: string }) =>
      runCommand(
        flags,
        (control, output) =>
          findPeaks({
            ...runOptions(files, flags),
            output,
            force: flags.force ?? false,
            resume: flags.resume ?? false,
            frames: flags.frames,
            ...(flags.geom === undefined ? {} : { geom: flags.geom }),
          }, control),
      )
    );
}
