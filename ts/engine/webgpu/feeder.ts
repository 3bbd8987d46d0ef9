/**
 * Feeds a ring: frames that come while the GPU is busy share a batch, and when none come any more, what there is goes
 * on. When the device fails, another one takes its place and works on all frames that have not been answered.
 */
import { messageOf } from "../../errors.ts";
import type { FrameResult, Stages } from "../engine.ts";
import type { EncodedFrame } from "../../io/frame.ts";
import { GpuFailure, type Ring, type RingResult } from "./ring.ts";

/** What comes of a frame. `lost`: its bytes are not to blame, the GPU is. */
export type Answer =
  & { readonly number: number }
  & ({ readonly result: FrameResult } | { readonly problem: string; readonly lost?: boolean });

/** A ring, and how it ends with all that belongs to it. */
export interface OpenRing {
  readonly ring: Pick<Ring, "push" | "turn" | "busy" | "tables">;
  close(): void;
}

/** Replacements of failed devices before a feeder gives up. */
const RESTARTS = 3;

/** See the module. */
export class Feeder {
  readonly #open: () => Promise<OpenRing>;
  readonly #deliver: (answers: Answer[]) => void;
  /** frames that have not been answered, in the order of coming */
  readonly #pending = new Map<number, { frame: EncodedFrame; stages: Stages }>();
  /** of them, those that the ring has not got */
  #waiting: number[] = [];
  #opened: OpenRing | undefined;
  #restarts = RESTARTS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #came = false;
  #closed = false;
  /** why no device can be had any more */
  #failure: string | undefined;

  private constructor(open: () => Promise<OpenRing>, deliver: (answers: Answer[]) => void) {
    this.#open = open;
    this.#deliver = deliver;
  }

  /** `open` gives a ring of a device of its own, `deliver` takes answers in the order of the frames. Rejects like `open`. */
  static async start(open: () => Promise<OpenRing>, deliver: (answers: Answer[]) => void): Promise<Feeder> {
    const feeder = new Feeder(open, deliver);
    feeder.#opened = await open();
    return feeder;
  }

  /** What the ring's plan has computed. */
  get tables(): Ring["tables"] {
    return this.#opened!.ring.tables;
  }

  /** Takes a frame; its number must not be on the way already. Its bytes belong to the feeder until it is answered. */
  add(number: number, frame: EncodedFrame, stages: Stages): void {
    this.#pending.set(number, { frame, stages });
    this.#waiting.push(number);
    this.#came = true;
    if (this.#failure !== undefined) return this.#giveUp(this.#failure);
    this.#run(({ ring }) => this.#push(ring));
  }

  /** Gives up what is on the way. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#opened?.close();
    this.#opened = undefined;
  }

  #push(ring: OpenRing["ring"]): void {
    while (this.#waiting.length > 0) {
      const number = this.#waiting[0];
      const { frame, stages } = this.#pending.get(number)!;
      let ready: RingResult[];
      try {
        ready = ring.push(number, frame, stages);
      } catch (error) {
        if (error instanceof GpuFailure) throw error;
        ready = [{ number, problem: messageOf(error) }];
      }
      this.#waiting.shift();
      this.#answer(ready);
    }
  }

  #answer(answers: Answer[]): void {
    if (answers.length === 0) return;
    this.#deliver(answers);
    for (const { number } of answers) this.#pending.delete(number);
  }

  /** Works with the ring, if there is one at present; replaces it when it fails. */
  #run(work: (opened: OpenRing) => void): void {
    if (!this.#opened) return;
    try {
      work(this.#opened);
      if (this.#opened.ring.busy) this.#timer ??= setTimeout(() => this.#tick(), 0);
    } catch (error) {
      void this.#replace(error);
    }
  }

  /** A turn of the event loop in which no frame came: what the ring holds goes on. */
  #tick(): void {
    this.#timer = undefined;
    const came = this.#came;
    this.#came = false;
    this.#run(({ ring }) => {
      if (!came) this.#answer(ring.turn());
    });
  }

  async #replace(error: unknown): Promise<void> {
    this.#opened?.close();
    this.#opened = undefined;
    if (this.#restarts-- > 0) {
      try {
        const opened = await this.#open();
        if (this.#closed) return opened.close();
        this.#opened = opened;
        this.#waiting = [...this.#pending.keys()];
        return this.#run(({ ring }) => this.#push(ring));
      } catch (failure) {
        error = failure;
      }
    }
    this.#giveUp(messageOf(error));
  }

  /** Nothing is left that could work on frames, nor on what may come. */
  #giveUp(problem: string): void {
    this.#failure = problem;
    this.#waiting = [];
    this.#answer([...this.#pending.keys()].map((number) => ({ number, problem, lost: true })));
  }
}
