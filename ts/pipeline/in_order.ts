/** Work on many items side by side whose results are taken in the items' order: what every run is. */
import { InterruptedError } from "../errors.ts";

/** Milliseconds of work after which the event loop gets a turn: Ctrl-C and the progress bar need it. */
const TURN = 50;

/** Items that are ahead of the one whose result is taken, beyond those being worked on: one being read, one waiting. */
const AHEAD = 2;

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** Throws the reason of an aborted signal; InterruptedError when it gives none of its own. */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw signal.reason instanceof InterruptedError ? signal.reason : new InterruptedError("the run was stopped");
}

/**
 * Starts `work` on each item as it comes and gives the results to `take` in the items' order, so that nothing depends on
 * the number of `jobs`. At most `jobs` + 2 items are held at a time. Rejects with the first error in that order, of the
 * items, `work` or `take`; InterruptedError when the signal aborts.
 */
export async function inOrder<I, R>(
  items: AsyncIterable<I>,
  jobs: number,
  work: (item: I) => Promise<R>,
  take: (result: R, item: I) => void | Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  // One job works on the calling thread: what is read ahead would only wait.
  const most = jobs > 1 ? jobs + AHEAD : 1;
  const held: { item: I; result: Promise<R> }[] = [];
  let last = performance.now();
  const takeFirst = async () => {
    const first = held[0];
    const result = await first.result;
    checkSignal(signal);
    held.shift();
    await take(result, first.item);
    if (performance.now() - last > TURN) {
      await turn();
      last = performance.now();
    }
  };
  try {
    for await (const item of items) {
      checkSignal(signal);
      const result = work(item);
      // Whoever awaits it hears of a failure; until then it is no unhandled one.
      result.catch(() => {});
      held.push({ item, result });
      if (held.length >= most) await takeFirst();
    }
    while (held.length > 0) await takeFirst();
  } catch (error) {
    // An item that cannot be read must not hide that an earlier one could not be worked on.
    for (const { result } of held) await result;
    throw error;
  }
  checkSignal(signal);
}
