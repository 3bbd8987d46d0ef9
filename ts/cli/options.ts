/** The options that several commands share, with the names that pyFAI's users know. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { ENGINE_NAMES, type EngineName } from "../engine/create.ts";
import { DEFAULT_SETTINGS, ERROR_MODELS, type PlanSettings, UNITS } from "../engine/engine.ts";
import type { RunOptions } from "../pipeline/experiment.ts";
import { completeSettings } from "../pipeline/settings.ts";

/** Parses a number; commander turns the error into a usage error that names the option. */
export function toNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) throw new InvalidArgumentError("It is not a number.");
  return value;
}

/** Options of every command that makes a file. */
export interface CommonFlags {
  output?: string;
  force?: boolean;
  json?: boolean;
  engine: EngineName;
  jobs?: number;
  resume?: boolean;
}

/** Options of every command that works on frames. */
export interface FrameFlags extends CommonFlags {
  poni?: string;
  mask?: string;
  dark?: string;
  flat?: string;
  dummy?: number;
  deltaDummy?: number;
  polarization?: number;
  solidangle?: boolean;
  bins?: number;
  unit?: PlanSettings["unit"];
  errorModel?: PlanSettings["errorModel"];
  cutoffClip?: number;
  cycle?: number;
  noise?: number;
  cutoffPick?: number;
  cutoffPeak?: number;
  patchSize?: number;
  connected?: number;
}

/** Adds `--engine`. */
export function addEngine(command: Command): Command {
  const option = new Option("--engine <name>", "what computes: auto takes the best that this build has");
  return command.addOption(option.choices([...ENGINE_NAMES]).default("auto"));
}

/** Adds `--jobs`. */
export function addJobs(command: Command): Command {
  return command.option(
    "-j, --jobs <number>",
    "frames that are worked on at the same time, 1 to 256 (default: one per processor)",
    toNumber,
  );
}

/** Adds `--jobs` and `--resume`. */
export function addRunning(command: Command): Command {
  return addJobs(command)
    .option(
      "--resume",
      "go on with the frames that a run of the same output did before it was killed (default: begin anew)",
    );
}

/** Adds `--force` and `--json`. */
export function addReporting(command: Command): Command {
  return command
    .option("-f, --force", "replace the output file if it exists (default: refuse)")
    .option("--json", "print one machine-readable record (JSON) on stdout");
}

/** Adds geometry, mask, corrections and clipping. Defaults are the library's (`DEFAULT_SETTINGS`). */
export function addFrameOptions(command: Command): Command {
  const d = DEFAULT_SETTINGS;
  command
    .option("-p, --poni <file>", "geometry: a PONI or CrystFEL .geom file (default: what the frames' own headers tell)")
    .option(
      "-m, --mask <file>",
      "mask of the frames' shape, nonzero is masked: .npy, .edf, .cbf or file.h5::/path (default: the frames' own alone)",
    )
    .option("--dark <file>", "dark field in counts, subtracted from each frame; formats as for --mask (default: none)")
    .option("--flat <file>", "flat field around 1, divides each frame; formats as for --mask (default: none)")
    .option(
      "--dummy <value>",
      "pixels of this raw value, in counts, are masked in their frame (default: none)",
      toNumber,
    )
    .option(
      "--delta-dummy <value>",
      "how far from --dummy, in counts, a value still is the dummy (default: 0)",
      toNumber,
    )
    .option(
      "-P, --polarization <factor>",
      "correct for a beam polarized by this factor, -1 to 1; 1 is horizontal (default: no correction)",
      toNumber,
    )
    .option("-A, --solidangle", "correct for the solid angle of the pixels (default: no correction)")
    .option(
      "--bins <number>",
      `number of rings that the detector is divided into, 1 to 65536 (default: ${d.bins})`,
      toNumber,
    )
    .addOption(new Option("--unit <unit>", `radial coordinate (default: ${d.unit})`).choices([...UNITS]))
    .addOption(
      new Option("--error-model <model>", `how the scatter of a ring is estimated (default: ${d.errorModel})`)
        .choices([...ERROR_MODELS]),
    )
    .option(
      "--cutoff-clip <n>",
      `sigma clipping: drop pixels beyond n std of their ring; at least Chauvenet's n, which 0 asks for (default: ${d.cutoffClip})`,
      toNumber,
    )
    .option("--cycle <number>", `most cycles of clipping (default: ${d.cycle})`, toNumber);
  return addEngine(command);
}

/** Adds `--noise`, which picking and peak finding share. */
export function addNoise(command: Command): Command {
  const text =
    `noise of a pixel in counts, added to the std of its ring in quadrature (default: ${DEFAULT_SETTINGS.noise})`;
  return command.option("--noise <counts>", text, toNumber);
}

/** Adds `--cutoff-pick`. */
export function addPick(command: Command): Command {
  const text = `keep pixels more than n std above the background (default: ${DEFAULT_SETTINGS.cutoffPick})`;
  return command.option("--cutoff-pick <n>", text, toNumber);
}

/** Adds the options of peak finding. */
export function addPeakOptions(command: Command): Command {
  const d = DEFAULT_SETTINGS;
  return command
    .option("--cutoff-peak <n>", `a peak's pixels lie n std above the background (default: ${d.cutoffPeak})`, toNumber)
    .option(
      "--patch-size <pixels>",
      `edge of the patch around a peak in pixels, 3 or 5 (default: ${d.patchSize})`,
      toNumber,
    )
    .option("--connected <pixels>", `fewest pixels above the cut-off in a patch (default: ${d.connected})`, toNumber);
}

/** The library's options from the command line's. */
export function runOptions(files: readonly string[], flags: FrameFlags): RunOptions {
  const settings = {
    unit: flags.unit,
    bins: flags.bins,
    errorModel: flags.errorModel,
    cutoffClip: flags.cutoffClip,
    cycle: flags.cycle,
    cutoffPick: flags.cutoffPick,
    noise: flags.noise,
    cutoffPeak: flags.cutoffPeak,
    patchSize: flags.patchSize,
    connected: flags.connected,
    solidAngle: flags.solidangle,
    polarizationFactor: flags.polarization,
    dummy: flags.dummy,
    deltaDummy: flags.deltaDummy,
  };
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return {
    files,
    // Checks every value, the patch size too, before any file is touched.
    settings: completeSettings(Object.fromEntries(given) as Partial<PlanSettings>),
    engine: flags.engine,
    ...(flags.jobs === undefined ? {} : { jobs: flags.jobs }),
    ...(flags.poni === undefined ? {} : { geometry: flags.poni }),
    ...(flags.mask === undefined ? {} : { mask: flags.mask }),
    ...(flags.dark === undefined ? {} : { dark: flags.dark }),
    ...(flags.flat === undefined ? {} : { flat: flags.flat }),
  };
}
