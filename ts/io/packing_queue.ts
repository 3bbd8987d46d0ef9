/**
 * Chunks on their way into a file: packed side by side on threads of the platform, written in the order in which they
 * came, so that a file never depends on which of them was ready first.
 */

/** Chunks that may be on their way at a time: enough for a few processors, and a few MiB. */
const MOST = 8;

/** See the module. */
export class PackingQueue {
  #last: Promise<void> = Promise.resolve();
  #pending = 0;
  #error: unknown;
  #failed = false;

  /** Has `write` called with what `packing` gives, after all writes before it. What fails is thrown by `room` and `drain`. */
  push<T>(packing: Promise<T>, write: (packed: T) => void): void {
    this.#pending++;
    const before = this.#last;
    // Whoever waits for its turn hears of a failure; until then it is no unhandled one.
    packing.catch(() => {});
    this.#last = before.then(async () => {
      try {
        // After a failure nothing more is written: the file is given up.
        const packed = await packing;
        if (!this.#failed) write(packed);
      } catch (error) {
        if (!this.#failed) this.#error = error;
        this.#failed = true;
      }
      this.#pending--;
    });
  }

  /** Waits until there is room for another frame's chunks. Rejects with the first error. */
  async room(): Promise<void> {
    if (this.#pending > MOST) await this.#last;
    this.#check();
  }

  /** Waits until all is written. Rejects with the first error. */
  async drain(): Promise<void> {
    await this.#last;
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
