/** `braggsieve densify`: options and wiring. */
import { buildCommand } from "@stricli/core";
import { densify } from "../pipeline/densify.ts";
import { ENGINE, number, numberOr, parametersOf, REPORTING, RUNNING, short, text, type Values } from "./options.ts";
import { runCommand } from "./run.ts";

const OPTIONS = {
  output: short("o", text("file", "dense HDF5 file to make (default: the input's name with _dense.h5)")),
  noise: short("N", numberOr(1, "part", "part of the recorded std drawn as noise, 0 (none) to 1")),
  seed: numberOr(0, "number", "key of the noise: the same seed gives the same frames"),
  dummy: number(
    "value",
    "value of masked pixels in counts (default: -1, the largest of unsigned types, NaN of floats)",
  ),
  geom: text("file", "write a CrystFEL .geom file that goes with the dense file (default: none)"),
  ...ENGINE,
  ...RUNNING,
  ...REPORTING,
};

/** The command. */
export const densifyCommand = buildCommand({
  docs: {
    brief: "rebuild dense frames from a sparse file, for programs that read images",
    fullDescription: `Examples:
  braggsieve densify sparse.h5
  braggsieve densify -N 0 -o dense.h5 sparse.h5
  braggsieve densify --resume -o dense.h5 sparse.h5`,
  },
  parameters: {
    ...parametersOf(OPTIONS),
    positional: {
      kind: "tuple",
      parameters: [{ placeholder: "sparse", brief: "sparse file, this program's or pyFAI's", parse: String }],
    },
  },
  func: (flags: Values<typeof OPTIONS>, file: string) => {
    const { output = `${file.replace(/\.(h5|hdf5|nxs)$/i, "")}_dense.h5` } = flags;
    const { force, resume, noise, seed, engine, jobs, geom, dummy } = flags;
    return runCommand(flags, (control) =>
      densify({
        file,
        output,
        force,
        resume,
        noise,
        seed,
        engine,
        ...(jobs === undefined ? {} : { jobs }),
        ...(geom === undefined ? {} : { geom }),
        ...(dummy === undefined ? {} : { dummy }),
      }, control));
  },
});
