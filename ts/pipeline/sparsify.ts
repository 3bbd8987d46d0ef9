/** Frames to sparse frames: the pixels above the background are kept, the background as one curve per frame. */
import { createSparse } from "../io/sparse.ts";
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
    // The file is begun while the first frames are worked on.
    const creating = soon(() =>
      createSparse(path, {
        geometry,
        shape: info.shape,
        type: info.type,
        maps: pool.maps,
        radial: new Float32Array(pool.radial),
        settings,
        sources: options.files,
        ...(info.detector ? { detector: info.detector } : {}),
        ...(mask ? { mask } : {}),
      })
    );
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
