/** `braggsieve sparsify`: options and wiring. */
import { buildCommand } from "@stricli/core";
import { sparsify } from "../pipeline/sparsify.ts";
import {
  fileOptions,
  FRAME,
  FRAMES,
  neededText,
  NOISE,
  parametersOf,
  PICK,
  REPORTING,
  RUNNING,
  short,
  type Values,
} from "./options.ts";
import { runCommand } from "./run.ts";

const OPTIONS = {
  output: short("o", neededText("file", "sparse HDF5 file to make")),
  ...PICK,
  ...NOISE,
  ...FRAME,
  ...RUNNING,
  ...REPORTING,
};

/** The command. */
export const sparsifyCommand = buildCommand({
  docs: {
    brief: "keep the pixels above the background and the background as one curve per frame",
    fullDescription: `Examples:
  braggsieve sparsify -p detector.poni -o sparse.h5 frames_*.cbf
  braggsieve sparsify -p crystfel.geom -m mask.npy --cutoff-pick 1 -P 0.99 -A -o sparse.h5 scan.h5::/entry/data/data
  braggsieve sparsify -p detector.poni --jobs 4 --resume -o sparse.h5 scan.h5`,
  },
  parameters: { ...parametersOf(OPTIONS), positional: FRAMES },
  func: (flags: Values<typeof OPTIONS>, ...files: string[]) =>
    runCommand(flags, (control) => sparsify(fileOptions(files, flags), control)),
});
