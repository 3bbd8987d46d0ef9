/** Frames to radial curves, before and after sigma clipping. */
import type { Profile } from "../engine/engine.ts";
import { OutputError } from "../errors.ts";
import { withOutput } from "../io/output.ts";
import { binCentres, type Experiment, prepare, type RunOptions } from "./experiment.ts";
import { createProfiles } from "./profiles.ts";
import { type RunControl, runFrames } from "./run.ts";
import type { OutputOptions } from "./sparsify.ts";
import { bytesOfFiles, rate, type Summary } from "./summary.ts";

/** A copy of a profile, whose views the plan reuses. */
export function copyProfile(profile: Profile): Profile {
  const { radial, mean, std, sem, count } = profile;
  return { radial: radial.slice(), mean: mean.slice(), std: std.slice(), sem: sem.slice(), count: count.slice() };
}

/**
 * Integrates the frames of `files` into a .dat or NXdata file (`profiles.ts`). Throws InputError, OutputError,
 * UsageError or InterruptedError; then there is no output file.
 */
export async function integrate(options: RunOptions & OutputOptions, control: RunControl = {}): Promise<Summary> {
  if (!/\.(dat|txt|h5|hdf5|nxs)$/i.test(options.output)) {
    throw new OutputError("its extension says no format", options.output, "name a .dat or an .h5 file");
  }
  const work = async (path: string, signal: AbortSignal): Promise<Summary> => {
    const experiment = await prepare(options);
    try {
      return await write(experiment, path, options, { ...control, signal });
    } finally {
      await experiment.close();
    }
  };
  const summary = await withOutput(options.output, options.force ?? false, work, control.signal);
  return { ...summary, outputBytes: (await Deno.stat(options.output)).size };
}

async function write(
  experiment: Experiment,
  path: string,
  options: RunOptions & OutputOptions,
  control: RunControl,
): Promise<Summary> {
  const { plan, settings } = experiment;
  const sink = await createProfiles(path, options.output, {
    radial: binCentres(plan),
    unit: settings.unit,
    settings: { ...settings },
    sources: options.files,
  });
  let totals;
  try {
    totals = await runFrames(experiment, ({ label }) => {
      const raw = copyProfile(plan.integrate());
      sink.append({ label, raw, clipped: plan.clip() });
    }, control);
  } finally {
    sink.close();
  }
  return {
    command: "integrate",
    engine: experiment.engine.name,
    output: options.output,
    frames: totals.frames,
    seconds: totals.seconds,
    framesPerSecond: rate(totals.frames, totals.seconds),
    inputBytes: await bytesOfFiles(options.files),
    outputBytes: 0,
    validPixels: totals.validPixels,
    invalidPixels: totals.invalidPixels,
    notes: experiment.notes,
    settings: { ...settings },
  };
}
