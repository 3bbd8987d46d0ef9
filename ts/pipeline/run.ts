/** Runs the plans of an experiment over its frames, side by side; results are taken in order, kept in a journal, summed up. */
import type { FrameResult, Stages } from "../engine/engine.ts";
import type { ChunkPlace } from "../io/hdf5/h5.ts";
import { partOf } from "../io/output.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { type Experiment, undecodable } from "./experiment.ts";
import { begun } from "./begun.ts";
import { inOrder } from "./in_order.ts";
import { fetchChunk, storeChunk, storedBytes, type StoredChunk } from "./stored_chunk.ts";

/** Frames done and frames expected; the latter is an estimate until the last file is open. */
export type Progress = (done: number, expected: number) => void;

/** How a run is watched and stopped. */
export interface RunControl {
  readonly signal?: AbortSignal;
  readonly progress?: Progress;
}

/** What a run did. */
export interface RunTotals {
  readonly frames: number;
  /** of them, those that an earlier run had done */
  readonly resumedFrames: number;
  /** from the plan's being made to the last frame's writing, s */
  readonly seconds: number;
  /** unmasked pixels of the plan × frames */
  readonly validPixels: number;
  /** pixels that were masked in single frames: NaN, negative, dummy */
  readonly invalidPixels: number;
}

/** What came of one frame. */
export interface FrameOutcome {
  /** for messages, for instance `scan.h5::/entry/data/data #12` */
  readonly label: string;
  readonly result: FrameResult;
}

/** An outcome as a journal keeps it. */
export interface FrameEntry {
  readonly label: string;
  readonly result: Omit<FrameResult, "chunk">;
  readonly chunk?: StoredChunk;
}

/** Takes the outcome of the next frame; where its chunk was written, if anywhere. */
export type Take = (outcome: FrameOutcome) => ChunkPlace | undefined | void | Promise<void>;

function entryOf({ label, result: { chunk, ...result } }: FrameOutcome, place: ChunkPlace | undefined): FrameEntry {
  return { label, result, ...(chunk ? { chunk: storeChunk(chunk, place) } : {}) };
}

function bytesOf({ result: { picked, background, peaks }, chunk }: FrameEntry): number {
  const curves = background.mean.byteLength * 2 + (peaks?.count ?? 0) * 20;
  return curves + (picked ? picked.index.byteLength + picked.intensity.byteLength : 0) + storedBytes(chunk);
}

/**
 * Does `stages` of each frame and gives the outcomes to `take`, in order; frames that the checkpoint's earlier run has
 * done are taken from its journal. Throws what the series, a plan or `take` throws, InterruptedError when the signal
 * aborts.
 */
export async function runFrames(
  { series, pool }: Pick<Experiment, "series" | "pool">,
  stages: Stages,
  take: Take,
  control: RunControl = {},
  checkpoint?: Checkpoint<FrameEntry>,
): Promise<RunTotals> {
  let [frames, invalidPixels] = [0, 0];
  const accept = async (outcome: FrameOutcome) => {
    const place = await take(outcome);
    invalidPixels += outcome.result.invalid;
    frames++;
    if (checkpoint) {
      const entry = entryOf(outcome, place ?? undefined);
      await checkpoint.journal.add(entry, bytesOf(entry));
    }
    control.progress?.(frames, series.expectedFrames);
  };
  const { earlier } = checkpoint ?? {};
  if (earlier) {
    const part = partOf(earlier.path);
    for (const { label, result, chunk } of earlier.entries()) {
      await accept({ label, result: chunk ? { ...result, chunk: fetchChunk(part, chunk) } : result });
    }
  }
  const resumedFrames = frames;
  const { items, pool: plans } = await begun(series.frames(frames), pool);
  const start = performance.now();
  await inOrder(
    items,
    plans.jobs,
    async ({ frame, label }) => {
      try {
        return await plans.process(frame, stages);
      } catch (error) {
        throw undecodable(error, label);
      } finally {
        series.giveBack(frame);
      }
    },
    (result, { label }) => accept({ label, result }),
    control.signal,
  );
  const seconds = (performance.now() - start) / 1000;
  return { frames, resumedFrames, seconds, validPixels: plans.validPixels * frames, invalidPixels };
}
