/** The frame of every run from frame files to one output: prepare, write under a temporary name, sum up. */
import configuration from "../../deno.json" with { type: "json" };
import { OutputError } from "../errors.ts";
import { withOutput } from "../io/output.ts";
import type { Sink } from "../io/sink.ts";
import { checkApart, inputsOf } from "./apart.ts";
import { type Checkpoint, type ResumeOptions, withCheckpoint } from "./checkpoint.ts";
import { type Experiment, prepare, type RunOptions } from "./experiment.ts";
import type { FrameEntry, RunControl, RunTotals } from "./run.ts";
import { bytesOfFiles, rate, type Summary, usedHdf5 } from "./summary.ts";

/** Where a run writes. */
export interface OutputOptions extends ResumeOptions {
  /** path of the file to make */
  readonly output: string;
  /** replace it if it exists */
  readonly force?: boolean;
}

/** A CrystFEL geometry that goes with the output. */
export interface GeomOptions {
  /** path of a .geom file to make: where the output's frames, mask and peaks lie, for indexamajig */
  readonly geom?: string;
}

/**
 * `withOutput` for the files of runs: an error of the temporary file, such as a full disk, is told with the name that
 * the user gave. Throws what `withOutput` throws.
 */
export function toOutput<T>(
  path: string,
  force: boolean,
  work: (temporaryPath: string, signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T> {
  const named = async (temporary: string, signal: AbortSignal): Promise<T> => {
    try {
      return await work(temporary, signal);
    } catch (error) {
      if (!(error instanceof OutputError) || error.file !== temporary) throw error;
      const what = error.message.replace(`${temporary}: `, "");
      const remedy = what.includes("No space left") ? "make room on the disk, or name a file on another" : undefined;
      throw new OutputError(what, path, remedy, { cause: error });
    }
  };
  return withOutput(path, force, named, outer);
}

/** Makes a text file; replaces one that is there only with `force`. Throws OutputError. */
export async function writeText(path: string, force: boolean, text: string): Promise<void> {
  await withOutput(path, force, (temporary) => Deno.writeTextFile(temporary, text));
}

/** What a run adds to its summary. */
export type Findings = Pick<Summary, "keptPixels" | "peaks" | "peaksPerFrame" | "hits" | "thresholds">;

/** Writes all frames of an experiment to `path`, which gets its final name afterwards. */
export type Write<E = FrameEntry> = (
  experiment: Experiment,
  path: string,
  control: RunControl,
  checkpoint: Checkpoint<E>,
) => Promise<{ totals: RunTotals; findings?: Findings }>;

/**
 * Runs `write` and sums up. Throws what it throws; then there is no output file. `decisive`: what decides the output beside
 * the experiment: a run of other values is not resumed.
 */
export async function runToFile<E = FrameEntry>(
  command: string,
  options: RunOptions & OutputOptions & GeomOptions,
  control: RunControl,
  write: Write<E>,
  decisive: Readonly<Record<string, unknown>> = {},
): Promise<Summary> {
  checkApart(inputsOf(options), [options.output, options.geom]);
  const work = async (path: string, signal: AbortSignal): Promise<Summary> => {
    const experiment = await prepare(options);
    try {
      const { version } = configuration;
      const { totals, findings } = await withCheckpoint<E, Awaited<ReturnType<Write<E>>>>(
        options.output,
        path,
        () => ({ command, version, ...experiment.identity(), ...decisive }),
        options.resume ?? false,
        (checkpoint) => write(experiment, path, { ...control, signal }, checkpoint),
      );
      return {
        command,
        engine: experiment.engine.name,
        ...usedHdf5(),
        jobs: (await experiment.pool).jobs,
        output: options.output,
        ...totals,
        framesPerSecond: rate(totals.frames, totals.seconds),
        inputBytes: await bytesOfFiles(options.files),
        outputBytes: (await Deno.stat(path)).size,
        ...findings,
        notes: experiment.notes,
        settings: { ...experiment.settings },
      };
    } finally {
      await experiment.close();
    }
  };
  return await toOutput(options.output, options.force ?? false, work, control.signal);
}

/**
 * Runs `work` and completes the sink, which may still be on its way while the work begins; when either fails, lets go of
 * the sink's file. Throws what they throw.
 */
export async function completing<T>(sink: Sink | Promise<Sink>, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    await (await sink).close();
    return result;
  } catch (error) {
    // A sink that could not be made holds nothing, and its error is this one, or later than this one.
    await Promise.resolve(sink).then((made) => made.abort(), () => {});
    throw error;
  }
}

/** Runs `make` when the work that can begin now has begun. Who waits for the promise hears of a failure. */
export function soon<T>(make: () => Promise<T>): Promise<T> {
  const made = new Promise<void>((resolve) => setTimeout(resolve, 0)).then(make);
  made.catch(() => {});
  return made;
}
