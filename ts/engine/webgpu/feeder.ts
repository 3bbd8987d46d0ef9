/**
 * Feeds a ring: frames that come while the GPU is busy share a batch, and when none come any more, what there is goes
 * on. Frames that wait are narrowed on other threads where that can be, and pushed in their order none the less. When the device fails, another one takes its place and works on all frames that have not been answered.
 */
import { messageOf } from "../../errors.ts";
import type { FrameResult, Stages } from "../engine.ts";
import type { EncodedFrame } from "../../io/frame.ts";
import { Narrower, type NarrowFrame } from "./narrower.ts";
import { GpuFailure, type Ring, type RingResult } from "./ring.ts";

/** What comes of a frame, with its bytes where there is a result. `lost`: its bytes are not to blame, the GPU is. */
export type Answer =
  & { readonly number: number }
  & (
    | { readonly result: FrameResult; readonly bytes: Uint8Array }
    | { readonly problem: string; readonly lost?: boolean }
  );

/** A ring, and how it ends with all that belongs to it. */
export interface OpenRing {
  readonly ring: Pick<Ring, "push" | "turn" | "busy" | "tables">;
  close(): void;
}

/** A frame that has not been answered. */
interface Pending {
  readonly frame: EncodedFrame;
  readonly stages: Stages;
  /** absent: it has not been begun, or the ring has it */
  narrowing?: Narrowing;
}

/** A frame being narrowed, or done: then the narrow one, if it is to be one. */
interface Narrowing {
  done: boolean;
  narrow?: NarrowFrame;
}

/** Replacements of failed devices before a feeder gives up. */
const RESTARTS = 3;

/** See the module. */
export class Feeder {
  readonly #open: () => Promise<OpenRing>;
  readonly #deliver: (answers: Answer[]) => void;
  /** frames that have not been answered, in the order of coming */
  readonly #pending = new Map<number, Pending>();
  /** of them, those that the ring has not got */
  #waiting: number[] = [];
  #opened: OpenRing | undefined;
  #narrower: Narrower | undefined;
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

  /**
   * `open` gives a ring of a device of its own, `deliver` takes answers in the order of the frames. `narrow`: see
   * `RingOptions`. Rejects like `open`.
   */
  static async start(
    open: () => Promise<OpenRing>,
    deliver: (answers: Answer[]) => void,
    narrow = true,
  ): Promise<Feeder> {
    const feeder = new Feeder(open, deliver);
    feeder.#opened = await open();
    if (narrow) feeder.#narrower = Narrower.of(feeder.tables);
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

  /** Gives up what is on the way, and settles when no other thread works on it any more. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#opened?.close();
    this.#opened = undefined;
    await this.#narrower?.idle();
  }

  #push(ring: OpenRing["ring"]): void {
    while (this.#waiting.length > 0) {
      this.#narrowAhead();
      const number = this.#waiting[0];
      const one = this.#pending.get(number)!;
      const { frame, stages, narrowing } = one;
      if (this.#narrower && !narrowing?.done) return;
      let ready: RingResult[];
      try {
        ready = ring.push(number, frame, stages, narrowing?.narrow);
      } catch (error) {
        if (error instanceof GpuFailure) throw error;
        ready = [{ number, problem: messageOf(error) }];
      } finally {
        forget(one);
      }
      this.#waiting.shift();
      this.#answer(ready);
    }
  }

  /** Begins to narrow frames that wait, as many as there are rooms for. */
  #narrowAhead(): void {
    const narrower = this.#narrower;
    if (!narrower) return;
    for (const number of this.#waiting) {
      const one = this.#pending.get(number)!;
      if (one.narrowing) continue;
      if (!narrower.takes(one.frame)) {
        one.narrowing = { done: true };
        continue;
      }
      if (!narrower.hasRoom) return;
      const narrowing: Narrowing = one.narrowing = { done: false };
      void narrower.narrow(one.frame).then((narrow) => {
        if (one.narrowing !== narrowing) return narrow?.release();
        Object.assign(narrowing, { done: true, narrow });
        this.#run(({ ring }) => this.#push(ring));
      });
    }
  }

  #answer(results: readonly RingResult[]): void {
    if (results.length === 0) return;
    this.#deliver(results.map((one) => {
      const { bytes } = this.#pending.get(one.number)!.frame;
      return "result" in one ? { ...one, bytes } : one;
    }));
    for (const { number } of results) this.#pending.delete(number);
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
      if (!came && this.#waiting.length === 0) this.#answer(ring.turn());
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
        // Else later frames could hold all rooms, and the first ones wait for them.
        for (const one of this.#pending.values()) forget(one);
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

/** Gives back the room of a narrow frame, now or when it is done. */
function forget(one: Pending): void {
  one.narrowing?.narrow?.release();
  delete one.narrowing;
}
