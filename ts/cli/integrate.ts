/** `braggsieve integrate`: options and wiring. */
import { Command } from "commander";
import { integrate } from "../pipeline/integrate.ts";
import { addFrameOptions, addReporting, addRunning, type FrameFlags, runOptions } from "./options.ts";
import { runCommand } from "./run.ts";

/** The command. */
export function integrateCommand(): Command {
  const command = new Command("integrate")
    .description("radial curves of each frame, before and after sigma clipping")
    .argument("<files...>", "frames: .cbf, .cbf.gz, .cbf.bz2, file.h5 or file.h5::/path")
    .requiredOption("-o, --output <file>", "file to make: .dat is text, .h5 is NXdata");
  addReporting(addRunning(addFrameOptions(command)));
  return command
    .addHelpText(
      "after",
      `
Examples:
  braggsieve integrate -p detector.poni --unit q_nm^-1 -o curves.dat frame.cbf
  braggsieve integrate -p detector.poni --error-model poisson -P 0.99 -A -o curves.h5 scan.h5`,
    )
    .action((files: string[], flags: FrameFlags) =>
      runCommand(
        flags,
        (control, output) =>
          integrate(
            { ...runOptions(files, flags), output, force: flags.force ?? false, resume: flags.resume ?? false },
            control,
          ),
      )
    );
}
