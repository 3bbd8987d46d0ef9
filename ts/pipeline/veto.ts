/** Hits and blanks: frames with few peaks are dropped, the others listed, and written where that is asked for. */
import type { EncodedFrame } from "../io/frame.ts";
import { createDense, type DenseSink } from "../io/dense.ts";
import { filePart } from "../io/open.ts";
import { checkOutput, partOf } from "../io/output.ts";
import type { Sink } from "../io/sink.ts";
import { checkApart, inputsOf } from "./apart.ts";
import type { Checkpoint, ResumeOptions } from "./checkpoint.ts";
import { type Experiment, type RunOptions, undecodable } from "./experiment.ts";
import { begun } from "./begun.ts";
import { inOrder } from "./in_order.ts";
import type { RunControl, RunTotals } from "./run.ts";
import type { SeriesFrame } from "./series.ts";
import { fetchChunk, storeChunk, storedBytes, type StoredChunk } from "./stored_chunk.ts";
import type { Summary } from "./summary.ts";
import type { Threshold } from "./threshold.ts";
import { completing, runToFile, toOutput, type Write } from "./to_file.ts";

/** What is judged, by what, and where it is written. */
export interface VetoOptions extends RunOptions, ResumeOptions {
  /** fewest peaks of a hit; may be changed while the run goes on */
  readonly threshold: Threshold;
  /** path of the list of hits to make, in the order of the frames, as CrystFEL's `indexamajig -i` reads it */
  readonly list: string;
  /** path of an HDF5 file of the hits alone (NXmx, bitshuffle-LZ4); absent: none */
  readonly output?: string;
  /** replace the files if they exist */
  readonly force?: boolean;
  /** told of each hit as soon as it is one: its line of the list, and its peaks */
  readonly found?: (line: string, peaks: number) => void;
}

/** A frame in CrystFEL's lists of events: the file, and the place in a stack. */
function eventOf({ source, index }: Pick<SeriesFrame, "source" | "index">): string {
  const file = filePart(source.name);
  return source.link || source.frameCount > 1 ? `${file} //${index}` : file;
}

/** Lines on their way into a file. */
class ListSink implements Sink {
  readonly #file: Deno.FsFile;
  readonly #encoder = new TextEncoder();

  constructor(path: string) {
    this.#file = Deno.openSync(path, { write: true, create: true, truncate: true });
  }

  append(line: string): void {
    const text = this.#encoder.encode(`${line}\n`);
    for (let done = 0; done < text.length;) done += this.#file.writeSync(text.subarray(done));
  }

  close(): void {
    this.#file.close();
  }

  abort(): void {
    try {
      this.#file.close();
    } catch { /* closed already */ }
  }
}

/** A frame that has been judged, as a journal keeps it. */
interface VetoEntry {
  readonly count: number;
  readonly invalid: number;
  /** what it was judged by */
  readonly threshold: number;
  /** a hit's */
  readonly line?: string;
  readonly chunk?: StoredChunk;
}

interface Judged {
  readonly totals: RunTotals;
  readonly findings: Required<Pick<Summary, "peaks" | "peaksPerFrame" | "hits" | "thresholds">>;
}

/**
 * Finds the peaks of every frame and judges the frames in order; hits go to `list` and, where it is there, to `sink`.
 * Frames that the checkpoint's earlier run has judged stay as it judged them.
 */
async function judge(
  { series, pool }: Experiment,
  { threshold, found }: VetoOptions,
  list: ListSink,
  sink: DenseSink | undefined,
  control: RunControl,
  { journal, earlier }: Checkpoint<VetoEntry>,
): Promise<Judged> {
  let [hits, invalidPixels] = [0, 0];
  const peaksPerFrame: number[] = [];
  /** A hit as a chunk: a copy of its own where it has the right filter already, for a journal may keep it. */
  const chunkOf = async (frame: EncodedFrame): Promise<Uint8Array> =>
    frame.encoding === "bitshuffle-lz4" ? frame.bytes.slice() : (await plans.process(frame, { encode: true })).chunk!;
  const accept = async (entry: Omit<VetoEntry, "chunk">, chunk?: Uint8Array) => {
    peaksPerFrame.push(entry.count);
    invalidPixels += entry.invalid;
    if (entry.line !== undefined) {
      hits++;
      list.append(entry.line);
    }
    const stored = sink && chunk && storeChunk(chunk, sink.append({ chunk }));
    await journal.add({ ...entry, ...(stored ? { chunk: stored } : {}) }, 64 + storedBytes(stored));
    control.progress?.(peaksPerFrame.length, series.expectedFrames);
  };
  for (const { chunk, ...entry } of earlier?.entries() ?? []) {
    threshold.replay(peaksPerFrame.length, entry.threshold);
    await accept(entry, chunk && fetchChunk(partOf(earlier!.path), chunk));
  }
  const resumedFrames = peaksPerFrame.length;
  const { items, pool: plans } = await begun(series.frames(resumedFrames), pool);
  const start = performance.now();
  await inOrder(
    items,
    plans.jobs,
    async ({ frame, label }) => {
      try {
        const { peaks, invalid } = await plans.process(frame, { peaks: true });
        return { count: peaks!.count, invalid };
      } catch (error) {
        throw undecodable(error, label);
      }
    },
    async ({ count, invalid }, item) => {
      const judged = { count, invalid, threshold: threshold.for(item.number) };
      if (count < judged.threshold) {
        await accept(judged);
      } else {
        const line = eventOf(item);
        found?.(line, count);
        await accept({ ...judged, line }, sink && await chunkOf(item.frame));
      }
      // Not before: a hit is written.
      series.giveBack(item.frame);
    },
    control.signal,
  );
  const frames = peaksPerFrame.length;
  const seconds = (performance.now() - start) / 1000;
  const totals = { frames, resumedFrames, seconds, validPixels: plans.validPixels * frames, invalidPixels };
  const peaks = peaksPerFrame.reduce((sum, count) => sum + count, 0);
  return { totals, findings: { peaks, peaksPerFrame, hits, thresholds: threshold.history } };
}

/**
 * Judges the frames of `files`: those with at least `threshold` peaks are hits. Throws InputError, OutputError,
 * UsageError or InterruptedError; then there is no list, which is completed last.
 */
export async function veto(options: VetoOptions, control: RunControl = {}): Promise<Summary> {
  const { list, output, force = false } = options;
  const decisive = { threshold: options.threshold.initial, hits: output !== undefined };
  if (output === undefined) {
    return await runToFile<VetoEntry>(
      "veto",
      { ...options, output: list },
      control,
      (experiment, path, control, from) => {
        const lines = new ListSink(path);
        return completing(lines, () => judge(experiment, options, lines, undefined, control, from));
      },
      decisive,
    );
  }
  checkApart([...inputsOf(options), output], [list]);
  await checkOutput(list, force);
  const work = (path: string, signal: AbortSignal) => {
    const lines = new ListSink(path);
    const write: Write<VetoEntry> = async (experiment, path, control, checkpoint) => {
      const { info, geometry, mask, settings } = experiment;
      const sink = await createDense(path, {
        geometry,
        shape: info.shape,
        type: info.type,
        sources: options.files,
        settings: { ...settings, threshold: options.threshold.now },
        ...(info.detector ? { detector: info.detector } : {}),
        ...(mask ? { mask } : {}),
      });
      return await completing(sink, () => judge(experiment, options, lines, sink, control, checkpoint));
    };
    const run = runToFile("veto", { ...options, output }, { ...control, signal }, write, decisive);
    return completing(lines, () => run);
  };
  const summary = await toOutput(list, force, work, control.signal);
  return { ...summary, beside: [list] };
}
