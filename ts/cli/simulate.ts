/** `braggsieve simulate`: options and wiring. Every setting of the simulator is an option. */
import { Command } from "commander";
import { simulationSettings } from "../io/simulated.ts";
import { simulate } from "../pipeline/simulate.ts";
import { addReporting, type CommonFlags, toNumber } from "./options.ts";
import { runCommand } from "./run.ts";

/** The command. */
export function simulateCommand(): Command {
  const fields = simulationSettings();
  const command = new Command("simulate")
    .description("write frames with known truth: rings, Poisson counts, Bragg spots, gaps, dead and hot pixels")
    .requiredOption("-o, --output <file>", "HDF5 file to make; .poni and .geom are written beside it")
    .option("-n, --frames <number>", "number of frames", toNumber, 60);
  for (const { name, default: value, min, max, unit, about } of fields) {
    const range = `default: ${value}${unit ? ` ${unit}` : ""}, from ${min} to ${max}`;
    command.option(`--${name.replaceAll("_", "-")} <value>`, `${about.replace(/\.$/, "")} (${range})`, toNumber);
  }
  addReporting(command);
  return command
    .addHelpText(
      "after",
      `
Examples:
  braggsieve simulate -o simulated.h5
  braggsieve simulate -n 1000 --seed 7 --width 2068 --height 2162 --hit-fraction 0.3 -o large.h5`,
    )
    .action((flags: CommonFlags & { frames: number } & Record<string, unknown>) => {
      const settings: Record<string, number> = {};
      for (const { name } of fields) {
        // commander's name of --cell-a is cellA
        const value = flags[name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())];
        if (typeof value === "number") settings[name] = value;
      }
      return runCommand(
        flags,
        (control, output) => simulate({ output, force: flags.force ?? false, frames: flags.frames, settings }, control),
      );
    });
}
