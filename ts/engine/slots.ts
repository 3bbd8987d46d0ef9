/** Things that are lent to one task at a time: the plans, densifiers and workers of a pool. */

/** Lends out its items; whoever finds none waits his turn. */
export class Slots<T> {
  readonly items: T[];
  readonly #free: T[];
  readonly #waiting: ((item: T) => void)[] = [];

  constructor(items: readonly T[]) {
    this.items = [...items];
    this.#free = items.toReversed();
  }

  /** One more item, to be lent from now on. */
  add(item: T): void {
    this.items.push(item);
    this.#give(item);
  }

  /** Runs `task` with an item that nobody else has meanwhile. */
  async use<R>(task: (item: T) => Promise<R>): Promise<R> {
    const item = this.#free.pop() ?? await new Promise<T>((resolve) => this.#waiting.push(resolve));
    try {
      return await task(item);
    } finally {
      this.#give(item);
    }
  }

  /** Waits until nobody has an item, then ends each. Nothing can be lent afterwards. */
  async close(end: (item: T) => void): Promise<void> {
    while (this.#free.length < this.items.length) await new Promise((resolve) => setTimeout(resolve, 1));
    this.#free.length = 0;
    this.items.forEach(end);
  }

  #give(item: T): void {
    const next = this.#waiting.shift();
    if (next) next(item);
    else this.#free.push(item);
  }
}
