/** The first frame is read while what will work on it is made. */

async function* withFirst<T>(first: IteratorResult<T, void>, rest: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

/**
 * The items, of which the first has come, and the pool for them. Rejects when there is no pool, or the first item cannot
 * be had; then nothing of the items stays open.
 */
export async function begun<T, P>(
  items: AsyncGenerator<T, void>,
  making: Promise<P>,
): Promise<{ items: AsyncIterable<T>; pool: P }> {
  const reading = items.next();
  // It is told by whoever waits for it, after a failure of the pool.
  reading.catch(() => {});
  try {
    const pool = await making;
    return { items: withFirst(await reading, items), pool };
  } catch (error) {
    await items.return();
    throw error;
  }
}
