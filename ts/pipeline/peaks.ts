/** Frames to Bragg peaks, in a CXI file that CrystFEL indexes from. */
import { formatGeom } from "../geometry/geom.ts";
import { commonLink, createCxi, type CxiFrames } from "../io/cxi.ts";
import type { Experiment, RunOptions } from "./experiment.ts";
import { checkOutput } from "../io/output.ts";
import { type RunControl, runFrames } from "./run.ts";
import type { Summary } from "./summary.ts";
import { completing, type GeomOptions, type OutputOptions, runToFile, writeText } from "./to_file.ts";

/** How peaks are written. */
export interface PeaksOptions extends RunOptions, OutputOptions, GeomOptions {
  /** false leaves the frames out of the file; else they are linked (one HDF5 dataset) or copied */
  readonly frames?: boolean;
}

/** A link when all frames lie in one dataset in order, else copies. */
function placeOf({ series }: Experiment, wanted: boolean): CxiFrames {
  if (!wanted) return "none";
  const source = series.names.length === 1 ? series.firstSource : undefined;
  const link = source && commonLink([source]);
  return link ? { link } : "copy";
}

/**
 * Finds the peaks of the frames of `files` and writes them as CXI (`ts/io/cxi.ts`). Throws InputError, OutputError,
 * UsageError or InterruptedError; then there is no output file.
 */
export async function findPeaks(options: PeaksOptions, control: RunControl = {}): Promise<Summary> {
  const { geom, force = false } = options;
  if (geom !== undefined) await checkOutput(geom, force);
  let text = "";
  const summary = await runToFile("peaks", options, control, async (experiment, path, control, checkpoint) => {
    const { settings, info, geometry, mask } = experiment;
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
    const data = frames === "none" ? {} : { data: "/entry_1/data_1/data" };
    const lists = { peakList: "/entry_1/result_1", ...(mask ? { mask: "/entry_1/data_1/mask" } : {}) };
    if (geom !== undefined) text = formatGeom(geometry, info.shape, { ...data, ...lists });
    const peaksPerFrame: number[] = [];
    const totals = await completing(sink, () =>
      runFrames(
        experiment,
        { peaks: true, encode: frames === "copy" },
        ({ result: { peaks, chunk } }) => {
          if (!peaks) return;
          peaksPerFrame.push(peaks.count);
          return sink.append(peaks, chunk && { chunk });
        },
        control,
        checkpoint,
      ));
    return { totals, findings: { peaks: peaksPerFrame.reduce((sum, count) => sum + count, 0), peaksPerFrame } };
  });
  if (geom === undefined) return summary;
  await writeText(geom, force, text);
  return { ...summary, beside: [geom] };
}
