/** `braggsieve sparsify`: options and wiring. */
import { Command } from "commander";
import { sparsify } from "../pipeline/sparsify.ts";
import {
  addFrameOptions,
  addNoise,
  addPick,
  addReporting,
  addRunning,
  type FrameFlags,
  runOptions,
} from "./options.ts";
import { runCommand } from "./run.ts";

/** The command. */
export function sparsifyCommand(): Command {
  const command = new Command("sparsify")
    .description("keep the pixels above the background and the background as one curve per frame")
    .argument("<files...>", "frames: .cbf, .cbf.gz, .cbf.bz2, file.h5 or file.h5::/path")
    .requiredOption("-o, --output <file>", "sparse HDF5 file to make");
  addReporting(addRunning(addFrameOptions(addNoise(addPick(command)))));
  return command
    .addHelpText(
      "after",
      `
Examples:
  braggsieve sparsify -p detector.poni -o sparse.h5 frames_*.cbf
  braggsieve sparsify -p crystfel.geom -m mask.npy --cutoff-pick 1 -P 0.99 -A -o sparse.h5 scan.h5::/entry/data/data
  braggsieve sparsify -p detector.poni --jobs 4 --resume -o sparse.h5 scan.h5`,
    )
    .action((files: string[], flags: FrameFlags) =>
      runCommand(
        flags,
        (control, output) =>
          sparsify(
            { ...runOptions(files, flags), output, force: flags.force ?? false, resume: flags.resume ?? false },
            control,
          ),
      )
    );
}
