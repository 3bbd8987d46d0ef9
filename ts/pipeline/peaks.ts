/** Frames to Bragg peaks, in a CXI file that CrystFEL indexes from. */
import { commonLink, createCxi, type CxiFrames } from "../io/cxi.ts";
import { withOutput } from "../io/output.ts";
import { type Experiment, prepare, type RunOptions } from "./experiment.ts";
import { type RunControl, runFrames } from "./run.ts";
import type { OutputOptions } from "./sparsify.ts";
import { bytesOfFiles, rate, type Summary } from "./summary.ts";

/** How peaks are written. */
export interface PeaksOptions extends RunOptions, OutputOptions {
  /** false leaves the frames out of the file; else they are linked (one HDF5 dataset) or copied */
  readonly frames?: boolean;
}

/**
 * Finds the peaks of the frames of `files` and writes them as CXI (`ts/io/cxi.ts`). Throws InputError, OutputError,
 * UsageError or InterruptedError; then there is no output file.
 */
export async function findPeaks(options: PeaksOptions, control: RunControl = {}): Promise<Summary> {
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

/** A link when all frames lie in one dataset in order, else copies. */
function placeOf(experiment: Experiment, wanted: boolean): CxiFrames {
  if (!wanted) return "none";
  const source = experiment.series.firstSource;
  const link = experiment.series.names.length === 1 && source ? commonLink([source]) : undefined;
  return link ? { link } : "copy";
}

async function write(
  experiment: Experiment,
  path: string,
  options: PeaksOptions,
  control: RunControl,
): Promise<Summary> {
  const { plan, settings, info, geometry, mask } = experiment;
  const frames = placeOf(experiment, options.frames ?? true);
  const sink = await createCxi(path, {
    geometry,
    shape: info.shape,
    type: info.type,
    frames,
    finalPath: options.output,
    sources: options.files,
    settings: { ...settings },
    ...(info.detector ? { detector: info.detector } : {}),
    ...(mask ? { mask } : {}),
  });
  const peaksPerFrame: number[] = [];
  const totals = await runFrames(experiment, () => {
    plan.clip();
    const peaks = plan.peaks();
    peaksPerFrame.push(peaks.count);
    sink.append(peaks, frames === "copy" ? plan.frame() : undefined);
  }, control);
  sink.close();
  return {
    command: "peaks",
    engine: experiment.engine.name,
    output: options.output,
    frames: totals.frames,
    seconds: totals.seconds,
    framesPerSecond: rate(totals.frames, totals.seconds),
    inputBytes: await bytesOfFiles(options.files),
    outputBytes: 0,
    validPixels: totals.validPixels,
    invalidPixels: totals.invalidPixels,
    peaks: peaksPerFrame.reduce((sum, count) => sum + count, 0),
    peaksPerFrame,
    notes: experiment.notes,
    settings: { ...settings },
  };
}
