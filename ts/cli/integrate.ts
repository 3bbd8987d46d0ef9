/** `braggsieve integrate`: options and wiring. */
import { buildCommand } from "@stricli/core";
import { integrate } from "../pipeline/integrate.ts";
import {
  fileOptions,
  FRAME,
  FRAMES,
  neededText,
  parametersOf,
  REPORTING,
  RUNNING,
  short,
  type Values,
} from "./options.ts";
import { runCommand } from "./run.ts";

const OPTIONS = {
  output: short("o", neededText("file", "file to make: .dat is text, .h5 is NXdata")),
  ...FRAME,
  ...RUNNING,
  ...REPORTING,
};

/** The command. */
export const integrateCommand = buildCommand({
  docs: {
    brief: "radial curves of each frame, before and after sigma clipping",
    fullDescription: `Examples:
  braggsieve integrate -p detector.poni --unit q_nm^-1 -o curves.dat frame.cbf
  braggsieve integrate -p detector.poni --error-model poisson -P 0.99 -A -o curves.h5 scan.h5`,
  },
  parameters: { ...parametersOf(OPTIONS), positional: FRAMES },
  func: (flags: Values<typeof OPTIONS>, ...files: string[]) =>
    runCommand(flags, (control) => integrate(fileOptions(files, flags), control)),
});
