/** Runs a plan over a series of frames, in order, one at a time; keeps totals, reports progress, can be stopped. */
import type { Plan } from "../engine/engine.ts";
import { InterruptedError } from "../errors.ts";
import { type Experiment, undecodable } from "./experiment.ts";
import type { SeriesFrame } from "./series.ts";

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
  /** from the first frame's reading to the last one's writing, s */
  readonly seconds: number;
  /** unmasked pixels of the plan × frames */
  readonly validPixels: number;
  /** pixels that were masked in single frames: NaN, negative, dummy */
  readonly invalidPixels: number;
}

/** Milliseconds of work after which the event loop gets a turn: Ctrl-C and the progress bar need it. */
const TURN = 50;

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** Throws the reason of an aborted signal; InterruptedError when it gives none of its own. */
function check(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw signal.reason instanceof InterruptedError ? signal.reason : new InterruptedError("the run was stopped");
}

/** Decodes a frame into the plan; a frame that cannot be decoded is named. */
function load(plan: Plan, frame: SeriesFrame): void {
  try {
    plan.load(frame.frame);
  } catch (error) {
    throw undecodable(error, frame.label);
  }
}

/**
 * Loads each frame into the plan and lets `work` do the rest (at least reduce it), in order. Throws what the series, the plan or `work`
 * throws, InterruptedError when the signal aborts.
 */
export async function runFrames(
  experiment: Pick<Experiment, "series" | "plan">,
  work: (frame: SeriesFrame) => void | Promise<void>,
  control: RunControl = {},
): Promise<RunTotals> {
  const { series, plan } = experiment;
  const start = performance.now();
  let [frames, invalidPixels, last] = [0, 0, start];
  for await (const frame of series.frames()) {
    check(control.signal);
    load(plan, frame);
    await work(frame);
    invalidPixels += plan.invalid();
    frames++;
    control.progress?.(frames, series.expectedFrames);
    if (performance.now() - last > TURN) {
      await turn();
      last = performance.now();
    }
  }
  check(control.signal);
  const seconds = (performance.now() - start) / 1000;
  return { frames, seconds, validPixels: plan.validPixels * frames, invalidPixels };
}
