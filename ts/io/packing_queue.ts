/**
 * Chunks on their way into a file: packed side by side on the threads of the engine, written in the order in which they
 * came, so that a file never depends on which of them was ready first.
 */

/** Chunks that may be on their way at a time: enough for a few processors, and a few MiB. */
const MOST = 8;

/** See the module. */
export class PackingQueue {
  /** the writes that are to come */
  readonly #turns: Promise<void>[] = [];
  #error: unknown;
  #failed = false;

  /** Has `write` called with what `packing` gives, after all writes before it. What fails is thrown by `room` and `drain`. */
  push<T>(packing: Promise<T>, write: (packed: T) => void): void {
    const before = this.#turns.at(-1) ?? Promise.resolve();
    // Whoever waits for its turn hears of a failure; until then it is no unhandled one.
    packing.catch(() => {});
    const turn = before.then(async () => {
      try {
        // After a failure nothing more is written: the file is given up.
        const packed = await packing;
        if (!this.#failed) write(packed);
      } catch (error) {
        if (!this.#failed) this.#error = error;
        this.#failed = true;
      }
      void this.#turns.shift();
    });
    this.#turns.push(turn);
  }

  /** Waits until there is room for another frame's chunks. Rejects with the first error. */
  async room(): Promise<void> {
    while (this.#turns.length > MOST) await this.#turns[0];
    this.#check();
  }

  /** Waits until all is written. Rejects with the first error. */
  async drain(): Promise<void> {
    await this.#turns.at(-1);
    this.#check();
  }

  /** Nothing more is written: for a file that is given up. */
  stop(): void {
    if (!this.#failed) this.#error = new Error("the file was given up");
    this.#failed = true;
  }

  #check(): void {
    if (this.#failed) throw this.#error;
  }
}
