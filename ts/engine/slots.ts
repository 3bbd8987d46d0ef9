/** Things that are lent to one task at a time: the plans, densifiers and workers of a pool. */

/** Lends out its items; whoever finds none waits his turn. */
export class Slots<T> {
  readonly #free: T[];
  readonly #waiting: ((item: T) => void)[] = [];

  constructor(readonly items: readonly T[]) {
    this.#free = items.toReversed();
  }

  /** Runs `task` with an item that nobody else has meanwhile. */
  async use<R>(task: (item: T) => Promise<R>): Promise<R> {
    const item = this.#free.pop() ?? await new Promise<T>((resolve) => this.#waiting.push(resolve));
    try {
      return await task(item);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(item);
      else this.#free.push(item);
    }
  }

  /** Waits until nobody has an item, then ends each. Nothing can be lent afterwards. */
  async close(end: (item: T) => void): Promise<void> {
    while (this.#free.length < this.items.length) await new Promise((resolve) => setTimeout(resolve, 1));
    this.#free.length = 0;
    this.items.forEach(end);
  }
}
