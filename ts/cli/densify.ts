/** `braggsieve densify`: options and wiring. */
import { Command } from "commander";
import { densify } from "../pipeline/densify.ts";
import { addEngine, addReporting, addRunning, type CommonFlags, toNumber } from "./options.ts";
import { runCommand } from "./run.ts";

interface Flags extends CommonFlags {
  noise: number;
  seed: number;
  dummy?: number;
  geom?: string;
}

/** The command. */
export function densifyCommand(): Command {
  const command = new Command("densify")
    .description("rebuild dense frames from a sparse file, for programs that read images")
    .argument("<sparse>", "sparse file, this program's or pyFAI's")
    .option("-o, --output <file>", "dense HDF5 file to make (default: the input's name with _dense.h5)")
    .option("-N, --noise <part>", "part of the recorded std drawn as noise, 0 (none) to 1", toNumber, 1)
    .option("--seed <number>", "key of the noise: the same seed gives the same frames", toNumber, 0)
    .option(
      "--dummy <value>",
      "value of masked pixels in counts (default: -1, the largest of unsigned types, NaN of floats)",
      toNumber,
    )
    .option("--geom <file>", "write a CrystFEL .geom file that goes with the dense file (default: none)");
  addReporting(addRunning(addEngine(command)));
  return command
    .addHelpText(
      "after",
      `
Examples:
  braggsieve densify sparse.h5
  braggsieve densify -N 0 -o dense.h5 sparse.h5
  braggsieve densify --resume -o dense.h5 sparse.h5`,
    )
    .action((file: string, flags: Flags) => {
      const output = flags.output ?? `${file.replace(/\.(h5|hdf5|nxs)$/i, "")}_dense.h5`;
      return runCommand({ ...flags, output }, (control, output) =>
        densify({
          file,
          output,
          force: flags.force ?? false,
          resume: flags.resume ?? false,
          noise: flags.noise,
          seed: flags.seed,
          engine: flags.engine,
          ...(flags.jobs === undefined ? {} : { jobs: flags.jobs }),
          ...(flags.geom === undefined ? {} : { geom: flags.geom }),
          ...(flags.dummy === undefined ? {} : { dummy: flags.dummy }),
        }, control));
    });
}
