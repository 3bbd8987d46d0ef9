/** Frames to sparse frames: the pixels above the background are kept, the background as one curve per frame. */
import { beginSparse } from "../io/sparse.ts";
import type { RunOptions } from "./experiment.ts";
import { type RunControl, runFrames } from "./run.ts";
import type { Summary } from "./summary.ts";
import { completing, type OutputOptions, runToFile, soon } from "./to_file.ts";

/**
 * Sparsifies the frames of `files` into one file of pyFAI's layout (`ts/io/sparse.ts`). Throws InputError, OutputError,
 * UsageError or InterruptedError; then there is no output file.
 */
export function sparsify(options: RunOptions & OutputOptions, control: RunControl = {}): Promise<Summary> {
  return runToFile("sparsify", options, control, async (experiment, path, control, checkpoint) => {
    const { pool, settings, info, geometry, mask } = experiment;
    const facts = {
      geometry,
      shape: info.shape,
      type: info.type,
      settings,
      sources: options.files,
      ...(info.detector ? { detector: info.detector } : {}),
      ...(mask ? { mask } : {}),
    };
    // The file is begun while the plan is made.
    const creating = soon(() => {
      const plan = pool.then(({ maps, radial }) => ({ maps, radial: new Float32Array(radial) }));
      return beginSparse(path, facts, settings.bins, plan);
    });
    const totals = await completing(creating, () =>
      runFrames(
        experiment,
        { pick: true },
        async ({ result: { picked, background } }) => {
          const sink = await creating;
          if (picked) await sink.append({ ...picked, ...background });
        },
        control,
        checkpoint,
      ));
    return { totals, findings: { keptPixels: (await creating).keptPixels } };
  });
}
