/** Frames to sparse frames: the pixels above the background are kept, the background as one curve per frame. */
import { withOutput } from "../io/output.ts";
import { createSparse } from "../io/sparse.ts";
import { binCentres, type Experiment, prepare, type RunOptions } from "./experiment.ts";
import { type RunControl, runFrames } from "./run.ts";
import { bytesOfFiles, rate, type Summary } from "./summary.ts";

/** Where a run writes. */
export interface OutputOptions {
  /** path of the file to make */
  readonly output: string;
  /** replace it if it exists */
  readonly force?: boolean;
}

/**
 * Sparsifies the frames of `files` into one file of pyFAI's layout (`ts/io/sparse.ts`). Throws InputError, OutputError,
 * UsageError or InterruptedError; then there is no output file.
 */
export async function sparsify(options: RunOptions & OutputOptions, control: RunControl = {}): Promise<Summary> {
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
  const { plan, settings, info, geometry, mask } = experiment;
  const normalization = plan.normalization();
  const sink = await createSparse(path, {
    geometry,
    shape: info.shape,
    type: info.type,
    radius: plan.radius(),
    radial: Float32Array.from(binCentres(plan)),
    settings,
    sources: options.files,
    ...(info.detector ? { detector: info.detector } : {}),
    ...(mask ? { mask } : {}),
    ...(normalization ? { normalization } : {}),
  });
  const totals = await runFrames(experiment, () => {
    plan.clip();
    const { mean, std } = plan.background();
    const { index, intensity } = plan.pick();
    sink.append({ index, intensity, mean, std });
  }, control);
  sink.close();
  return {
    command: "sparsify",
    engine: experiment.engine.name,
    output: options.output,
    frames: totals.frames,
    seconds: totals.seconds,
    framesPerSecond: rate(totals.frames, totals.seconds),
    inputBytes: await bytesOfFiles(options.files),
    outputBytes: 0,
    validPixels: totals.validPixels,
    invalidPixels: totals.invalidPixels,
    keptPixels: sink.keptPixels,
    notes: experiment.notes,
    settings: { ...settings },
  };
}
