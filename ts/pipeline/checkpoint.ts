/** Runs that can go on after they were killed: an unfinished output has a journal beside it until it is complete. */
import { InterruptedError, UsageError } from "../errors.ts";
import { journalOf, journalsFor, removeUnfinished } from "../io/output.ts";
import { type EarlierRun, isLeft, Journal, openJournal } from "./journal.ts";

/** Whether a run goes on where an earlier one was killed. */
export interface ResumeOptions {
  /** go on with the frames that an earlier, killed run of the same output, inputs and settings has done */
  readonly resume?: boolean;
}

/** The journal of a run, and that of the run that it goes on with. */
export interface Checkpoint<E> {
  readonly journal: Journal<E>;
  readonly earlier?: EarlierRun<E>;
}

/** The first name, in words, in which two identities differ. */
function difference(a: unknown, b: unknown, name = ""): string | undefined {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    return Object.is(a, b) ? undefined : `${name} ${JSON.stringify(a)} became ${JSON.stringify(b)}`;
  }
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const key of keys) {
    const found = difference((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], key);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The journal of an earlier run of `output` with most frames; UsageError when it was another run. */
function earlierRun<E>(output: string, identity: unknown): EarlierRun<E> | undefined {
  const found = journalsFor(output).map((path) => openJournal<E>(path)).filter((run) => run !== undefined);
  found.sort((a, b) => b.frames - a.frames);
  const [best, ...others] = found;
  for (const other of others) other.close();
  if (!best) return undefined;
  const differs = difference(best.identity, identity);
  if (differs === undefined) return best;
  best.close();
  throw new UsageError(
    `${output} cannot be resumed: the interrupted run was another one (${differs}); run it as it was, or without --resume`,
  );
}

/**
 * Runs `work` with a journal beside the temporary file of `output`. When it fails after some frames, journal and
 * temporary file stay, and the error says so; after Ctrl-C nothing stays. `identity` tells everything that decides the
 * output, as plain data. Throws UsageError when an earlier run of other identity is to be resumed, or what `work` throws.
 */
export async function withCheckpoint<E, T>(
  output: string,
  temporary: string,
  identity: () => unknown,
  resume: boolean,
  work: (checkpoint: Checkpoint<E>) => Promise<T>,
): Promise<T> {
  const earlier = resume ? earlierRun<E>(output, identity()) : undefined;
  const journal = new Journal<E>(journalOf(temporary), identity);
  try {
    const result = await work(earlier ? { journal, earlier } : { journal });
    await journal.close(true);
    earlier?.close();
    // The output is complete: what is left of earlier runs of it is of no use. This journal goes with the last name.
    for (const path of journalsFor(output)) if (path !== journal.path && isLeft(path)) removeUnfinished(path);
    return result;
  } catch (error) {
    await journal.close();
    earlier?.close();
    const stopped = error instanceof InterruptedError && error.signal !== "SIGTERM";
    const kept = Math.max(journal.frames, earlier?.frames ?? 0);
    if (stopped || journal.frames < kept || kept === 0) removeUnfinished(journal.path);
    if (earlier && (stopped || journal.frames >= kept)) removeUnfinished(earlier.path);
    if (!stopped && kept > 0 && error instanceof Error) {
      error.message += `; ${kept} ${kept === 1 ? "frame is" : "frames are"} kept: add --resume to go on`;
    }
    throw error;
  }
}
