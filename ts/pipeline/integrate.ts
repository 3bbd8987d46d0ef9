/** Frames to radial curves, before and after sigma clipping. */
import type { Profile } from "../engine/engine.ts";
import { UsageError } from "../errors.ts";
import type { RunOptions } from "./experiment.ts";
import { createProfiles } from "./profiles.ts";
import { type RunControl, runFrames } from "./run.ts";
import type { Summary } from "./summary.ts";
import { completing, type OutputOptions, runToFile } from "./to_file.ts";

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
    throw new UsageError(`${options.output}: its extension says no format; name a .dat or an .h5 file`);
  }
  return await runToFile("integrate", options, control, async (experiment, path, control) => {
    const { plan, settings } = experiment;
    const sink = await createProfiles(path, options.output, {
      radial: plan.radial,
      unit: settings.unit,
      settings: { ...settings },
      sources: options.files,
    });
    const totals = await completing(sink, () =>
      runFrames(experiment, ({ label }) => {
        const raw = copyProfile(plan.integrate());
        sink.append({ label, raw, clipped: plan.clip() });
      }, control));
    return { totals };
  });
}
