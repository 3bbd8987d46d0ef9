/** The options that several commands share, with the names that pyFAI's users know. */
import type { Aliases } from "@stricli/core";
import { ENGINE_NAMES } from "../engine/create.ts";
import { DEFAULT_SETTINGS, ERROR_MODELS, type PlanSettings, UNITS } from "../engine/engine.ts";
import { UsageError } from "../errors.ts";
import type { RunOptions } from "../pipeline/experiment.ts";
import { completeSettings } from "../pipeline/settings.ts";
import type { OutputOptions } from "../pipeline/to_file.ts";

/** Parses a number; what it throws is told with the option's name. */
function toNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) throw new UsageError("is not a number");
  return value;
}

/** An option without a value. */
export const toggle = (brief: string) => ({ kind: "boolean", withNegated: false, brief }) as const;

/** An option with a text as value, which need not be given. */
export const text = (placeholder: string, brief: string) =>
  ({ kind: "parsed", parse: String, optional: true, placeholder, brief }) as const;

/** One that must be given, or has the value `otherwise` when it is not. */
export const neededText = (placeholder: string, brief: string, otherwise?: string) =>
  ({ kind: "parsed", parse: String, default: otherwise, placeholder, brief }) as const;

/** An option with a number as value, which need not be given. */
export const number = (placeholder: string, brief: string) =>
  ({ kind: "parsed", parse: toNumber, optional: true, placeholder, brief }) as const;

/** One that is `otherwise` when it is not given. */
export const numberOr = (otherwise: number, placeholder: string, brief: string) =>
  ({ kind: "parsed", parse: toNumber, default: String(otherwise), placeholder, brief }) as const;

/** An option that names one of `values` and need not be given. */
const choice = <T extends string>(values: readonly T[], placeholder: string, brief: string) =>
  ({ kind: "enum", values, optional: true, placeholder, brief }) as const;

type Letter = keyof Aliases<string>;

/** Gives an option a letter beside its name. */
export function short<F extends { brief: string }>(letter: Letter, flag: F): F & { letter: Letter } {
  return { ...flag, letter };
}

/** The value that an option gives to its command. */
type Value<F> = F extends { kind: "boolean" } ? boolean
  : F extends { values: readonly (infer V)[] } ? V
  : F extends { parse: (text: string) => infer V } ? V
  : never;

/** The values of options, by their names on the command line. */
export type Values<F> = {
  readonly [K in keyof F]: F[K] extends { optional: true } ? Value<F[K]> | undefined : Value<F[K]>;
};

/** Options as Stricli takes them: their letters stand apart. */
export function parametersOf<F extends Readonly<Record<string, { brief: string; letter?: Letter }>>>(
  flags: F,
): { flags: F; aliases: Aliases<keyof F & string> } {
  const letters = Object.entries(flags).flatMap(([name, { letter }]) => letter ? [[letter, name] as const] : []);
  return { flags, aliases: Object.fromEntries(letters) as Aliases<keyof F & string> };
}

/** The files of every command that makes something of frames. */
export const FRAMES = {
  kind: "array",
  minimum: 1,
  parameter: {
    placeholder: "files",
    brief: "frames: .cbf, .cbf.gz, .cbf.bz2, file.h5 or file.h5::/path",
    parse: String,
  },
} as const;

/** What computes. */
export const ENGINE = {
  engine: {
    kind: "enum",
    values: ENGINE_NAMES,
    default: "auto",
    placeholder: "name",
    brief: "what computes: auto takes the best that this build has",
  },
} as const;

/** How many frames at a time. */
export const JOBS = {
  jobs: short(
    "j",
    number("number", "frames that are worked on at the same time, 1 to 256 (default: one per processor)"),
  ),
};

/** How a run goes. */
export const RUNNING = {
  ...JOBS,
  resume: toggle(
    "go on with the frames that a run of the same output did before it was killed (default: begin anew)",
  ),
};

/** What is printed. */
export const JSON_RECORD = { json: toggle("print one machine-readable record (JSON) on stdout") };

/** What is replaced and printed. */
export const REPORTING = {
  force: short("f", toggle("replace the output file if it exists (default: refuse)")),
  ...JSON_RECORD,
};

const d = DEFAULT_SETTINGS;

/** Geometry, mask, corrections and clipping. Defaults are the library's. */
export const FRAME = {
  poni: short(
    "p",
    text("file", "geometry: a PONI or CrystFEL .geom file (default: what the frames' own headers tell)"),
  ),
  mask: short(
    "m",
    text(
      "file",
      "mask of the frames' shape, nonzero is masked: .npy, .edf, .cbf or file.h5::/path (default: the frames' own alone)",
    ),
  ),
  dark: text("file", "dark field in counts, subtracted from each frame; formats as for --mask (default: none)"),
  flat: text("file", "flat field around 1, divides each frame; formats as for --mask (default: none)"),
  dummy: number("value", "pixels of this raw value, in counts, are masked in their frame (default: none)"),
  "delta-dummy": number("value", "how far from --dummy, in counts, a value still is the dummy (default: 0)"),
  polarization: short(
    "P",
    number(
      "factor",
      "correct for a beam polarized by this factor, -1 to 1; 1 is horizontal (default: no correction)",
    ),
  ),
  solidangle: short("A", toggle("correct for the solid angle of the pixels (default: no correction)")),
  bins: number("number", `number of rings that the detector is divided into, 1 to 65536 (default: ${d.bins})`),
  unit: choice(UNITS, "unit", `radial coordinate (default: ${d.unit})`),
  "error-model": choice(
    ERROR_MODELS,
    "model",
    `how the scatter of a ring is estimated (default: ${d.errorModel})`,
  ),
  "cutoff-clip": number(
    "n",
    `sigma clipping: drop pixels beyond n std of their ring; at least Chauvenet's n, which 0 asks for (default: ${d.cutoffClip})`,
  ),
  cycle: number("number", `most cycles of clipping (default: ${d.cycle})`),
  ...ENGINE,
};

/** What picking and peak finding share. */
export const NOISE = {
  noise: number(
    "counts",
    `noise of a pixel in counts, added to the std of its ring in quadrature (default: ${d.noise})`,
  ),
};

/** Which pixels are kept. */
export const PICK = {
  "cutoff-pick": number("n", `keep pixels more than n std above the background (default: ${d.cutoffPick})`),
};

/** What a peak is. */
export const PEAK = {
  "cutoff-peak": number("n", `a peak's pixels lie n std above the background (default: ${d.cutoffPeak})`),
  "patch-size": number("pixels", `edge of the patch around a peak in pixels, 3 or 5 (default: ${d.patchSize})`),
  connected: number("pixels", `fewest pixels above the cut-off in a patch (default: ${d.connected})`),
};

/** The values of the options of a command that works on frames: some have no picking, some no peaks. */
type FrameValues = Values<typeof FRAME> & Partial<Values<typeof NOISE & typeof PICK & typeof PEAK & typeof JOBS>>;

/** The library's options from the command line's. */
export function runOptions(files: readonly string[], flags: FrameValues): RunOptions {
  const settings = {
    unit: flags.unit,
    bins: flags.bins,
    errorModel: flags["error-model"],
    cutoffClip: flags["cutoff-clip"],
    cycle: flags.cycle,
    cutoffPick: flags["cutoff-pick"],
    noise: flags.noise,
    cutoffPeak: flags["cutoff-peak"],
    patchSize: flags["patch-size"],
    connected: flags.connected,
    solidAngle: flags.solidangle,
    polarizationFactor: flags.polarization,
    dummy: flags.dummy,
    deltaDummy: flags["delta-dummy"],
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

/** The same of a command that makes a file. */
export function fileOptions(
  files: readonly string[],
  flags: FrameValues & { readonly output: string; readonly force: boolean; readonly resume: boolean },
): RunOptions & OutputOptions {
  const { output, force, resume } = flags;
  return { ...runOptions(files, flags), output, force, resume };
}
