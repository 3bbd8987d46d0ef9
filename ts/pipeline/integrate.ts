/** Frames to radial curves, before and after sigma clipping. */
import { UsageError } from "../errors.ts";
import type { RunOptions } from "./experiment.ts";
import { createProfiles } from "./profiles.ts";
import { type RunControl, runFrames } from "./run.ts";
import type { Summary } from "./summary.ts";
import { completing, type OutputOptions, runToFile } from "./to_file.ts";

/**
 * Integrates the frames of `files` into a .dat or NXdata file (`profiles.ts`). Throws InputError, OutputError,
 * UsageError or InterruptedError; then there is no output file.
 */
export async function integrate(options: RunOptions & OutputOptions, control: RunControl = {}): Promise<Summary> {
  if (!/\.(dat|txt|h5|hdf5|nxs)$/i.test(options.output)) {
    throw new UsageError(`${options.output}: its extension says no format; name a .dat or an .h5 file`);
  }
  return await runToFile("integrate", options, control, async (experiment, path, control, checkpoint) => {
    const { settings } = experiment;
    const sink = await createProfiles(path, options.output, {
      radial: (await experiment.pool).radial,
      unit: settings.unit,
      settings: { ...settings },
      sources: options.files,
    });
    const totals = await completing(sink, () =>
      runFrames(
        experiment,
        { integrate: true },
        ({ label, result: { profiles } }) => {
          if (profiles) sink.append({ label, ...profiles });
        },
        control,
        checkpoint,
      ));
    return { totals };
  });
}
