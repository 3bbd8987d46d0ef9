/** The first frame is read while the plans for it are made. */
import type { PlanPool } from "../engine/engine.ts";

async function* withFirst<T>(first: IteratorResult<T, void>, rest: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

/**
 * The items, of which the first has come, and the plans for them. Rejects when there are no plans, or there is no first
 * item; then nothing of the items stays open.
 */
export async function begun<T>(
  items: AsyncGenerator<T, void>,
  pool: Promise<PlanPool>,
): Promise<{ items: AsyncIterable<T>; plans: PlanPool }> {
  const reading = items.next();
  // It is told by whoever waits for it, after a failure of the plans.
  reading.catch(() => {});
  try {
    const plans = await pool;
    return { items: withFirst(await reading, items), plans };
  } catch (error) {
    await items.return();
    throw error;
  }
}
