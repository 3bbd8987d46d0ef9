/** A threshold that may be changed while frames are judged, and what frames it held for. */
import { UsageError } from "../errors.ts";

/** A threshold and the first frame of the run, counted from 0, that was judged by it. */
export interface ThresholdChange {
  readonly from: number;
  readonly threshold: number;
}

/** Whether a number can be meant: a frame with this many peaks, or more, is a hit. */
export function isThreshold(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/**
 * The fewest peaks of a hit. A change holds from the next frame that is judged; frames are judged in their order, so
 * that every frame is judged by one threshold, however many are worked on at a time.
 */
export class Threshold {
  #wanted: number;
  /** it was changed by somebody */
  #asked = false;
  readonly #history: ThresholdChange[] = [];

  /** `changed` is told of each change when the first frame is judged by it. Throws UsageError when it cannot be meant. */
  constructor(readonly initial: number, private readonly changed: (change: ThresholdChange) => void = () => {}) {
    if (!isThreshold(initial)) throw new UsageError(`--threshold must be a whole number, not ${initial}`);
    this.#wanted = initial;
  }

  /** What the next frame will be judged by. */
  get now(): number {
    return this.#wanted;
  }

  /** Every threshold that frames were judged by, in their order. */
  get history(): readonly ThresholdChange[] {
    return this.#history;
  }

  /** Asks for another one. A number that cannot be meant is refused: false, and nothing changes. */
  change(value: number): boolean {
    if (!isThreshold(value)) return false;
    this.#wanted = value;
    this.#asked = true;
    return true;
  }

  /** Notes by what an earlier run judged the next frame; goes on with it unless another one has been asked for. */
  replay(frame: number, value: number): void {
    const wanted = this.#wanted;
    this.#wanted = value;
    this.for(frame);
    if (this.#asked) this.#wanted = wanted;
  }

  /** The threshold for a frame. Asked for each frame once, in order. */
  for(frame: number): number {
    const last = this.#history.at(-1);
    if (last?.threshold !== this.#wanted) {
      const change = { from: frame, threshold: this.#wanted };
      this.#history.push(change);
      if (last) this.changed(change);
    }
    return this.#wanted;
  }
}
