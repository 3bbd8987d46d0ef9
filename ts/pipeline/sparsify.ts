/** Frames to sparse frames: the pixels above the background are kept, the background as one curve per frame. */
import { createSparse } from "../io/sparse.ts";
import type { RunOptions } from "./experiment.ts";
import { type RunControl, runFrames } from "./run.ts";
import type { Summary } from "./summary.ts";
import { completing, type OutputOptions, runToFile } from "./to_file.ts";

/**
 * Sparsifies the frames of `files` into one file of pyFAI's layout (`ts/io/sparse.ts`). Throws InputError, OutputError,
 * UsageError or InterruptedError; then there is no output file.
 */
export function sparsify(options: RunOptions & OutputOptions, control: RunControl = {}): Promise<Summary> {
  return runToFile("sparsify", options, control, async (experiment, path, control, checkpoint) => {
    const { pool, settings, info, geometry, mask } = experiment;
    const normalization = await pool.normalization();
    const sink = await createSparse(path, {
      geometry,
      shape: info.shape,
      type: info.type,
      radius: await pool.radius(),
      radial: new Float32Array(pool.radial),
      settings,
      sources: options.files,
      ...(info.detector ? { detector: info.detector } : {}),
      ...(mask ? { mask } : {}),
      ...(normalization ? { normalization } : {}),
    });
    const totals = await completing(sink, () =>
      runFrames(
        experiment,
        { pick: true },
        ({ result: { picked, background } }) => {
          if (picked) sink.append({ ...picked, ...background });
        },
        control,
        checkpoint,
      ));
    return { totals, findings: { keptPixels: sink.keptPixels } };
  });
}
