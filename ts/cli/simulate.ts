/** `braggsieve simulate`: options and wiring. Every setting of the simulator is an option. */
import { buildCommand } from "@stricli/core";
import { simulationSettings } from "../io/simulated.ts";
import { simulate } from "../pipeline/simulate.ts";
import { neededText, number, numberOr, parametersOf, REPORTING, short, type Values } from "./options.ts";
import { runCommand } from "./run.ts";

const fields = simulationSettings().map(({ name, default: value, min, max, unit, about }) => {
  const range = `default: ${value}${unit ? ` ${unit}` : ""}, from ${min} to ${max}`;
  const option = number("value", `${about.replace(/\.$/, "")} (${range})`);
  return { name, flag: name.replaceAll("_", "-"), option };
});
const OPTIONS = {
  output: short("o", neededText("file", "HDF5 file to make; .poni and .geom are written beside it")),
  frames: short("n", numberOr(60, "number", "number of frames")),
};
const SETTINGS = Object.fromEntries(fields.map(({ flag, option }) => [flag, option]));
/** Only the core knows the names of the settings: the type has the others alone. */
const flags: typeof OPTIONS & typeof REPORTING = { ...OPTIONS, ...SETTINGS, ...REPORTING };

/** The command. */
export const simulateCommand = buildCommand({
  docs: {
    brief: "write frames with known truth: rings, Poisson counts, Bragg spots, gaps, dead and hot pixels",
    fullDescription: `Examples:
  braggsieve simulate -o simulated.h5
  braggsieve simulate -n 1000 --seed 7 --width 2068 --height 2162 --hit-fraction 0.3 -o large.h5`,
  },
  parameters: parametersOf(flags),
  func: (flags: Values<typeof OPTIONS & typeof REPORTING>) => {
    const values = new Map<string, unknown>(Object.entries(flags));
    const settings: Record<string, number> = {};
    for (const { name, flag } of fields) {
      const value = values.get(flag);
      if (typeof value === "number") settings[name] = value;
    }
    const { output, force, frames } = flags;
    return runCommand(flags, (control) => simulate({ output, force, frames, settings }, control));
  },
});
