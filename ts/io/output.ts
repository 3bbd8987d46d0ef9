/**
 * Outputs appear whole or not at all: written under a temporary name in the same folder, renamed when complete,
 * removed when the work fails or is interrupted.
 */
import { basename, dirname, join } from "node:path";
import { InterruptedError, messageOf, OutputError } from "../errors.ts";

/** Signals that end a run; SIGTERM does not exist on Windows. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];

function outputError(error: unknown, file: string): OutputError {
  const options = { cause: error };
  if (error instanceof OutputError) return error;
  if (error instanceof Deno.errors.NotCapable) {
    return new OutputError("this program may not write it", file, "run it with --allow-write", options);
  }
  if (error instanceof Deno.errors.NotFound) {
    return new OutputError(`the folder ${dirname(file)} does not exist`, file, "create it first", options);
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new OutputError(`the folder ${dirname(file)} is not writable`, file, "choose another folder", options);
  }
  if (error instanceof Deno.errors.NotADirectory) {
    return new OutputError(`${dirname(file)} is a file, not a folder`, file, "name a file in a folder", options);
  }
  return new OutputError(`cannot be written: ${messageOf(error)}`, file, "choose another file", options);
}

/** Throws OutputError when `path` cannot become an output: it is a folder, or it exists and `force` is false. */
export async function checkOutput(path: string, force: boolean): Promise<void> {
  let present: Deno.FileInfo;
  try {
    present = await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw outputError(error, path);
  }
  if (present.isDirectory) throw new OutputError("is a folder", path, "name a file");
  // A device such as /dev/null must never be renamed over.
  if (!present.isFile && !present.isSymlink) throw new OutputError("is no regular file", path, "name a file");
  if (!force) throw new OutputError("exists already", path, "add --force to replace it, or name another file");
}

/** The journal that goes with a temporary file, if the run keeps one (`ts/pipeline/journal.ts`). */
export function journalOf(temporary: string): string {
  return temporary.replace(/\.part$/, ".journal");
}

/** The temporary file that a journal goes with. */
export function partOf(journal: string): string {
  return journal.replace(/\.journal$/, ".part");
}

/** The journals, finished or not, of runs that were to make `path`. */
export function journalsFor(path: string): string[] {
  const [folder, start] = [dirname(path), `.${basename(path)}.`];
  try {
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    return names.filter((name) => name.startsWith(start) && name.endsWith(".journal")).map((name) =>
      join(folder, name)
    );
  } catch {
    return []; // whoever cannot look there cannot write there either, which is told soon
  }
}

/** Removes a journal and the unfinished output that goes with it. */
export function removeUnfinished(journal: string): void {
  removeQuietly(partOf(journal));
  removeQuietly(journal);
}

function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path).isFile;
  } catch {
    return false;
  }
}

/** Removes a file if it is there; a file that cannot be removed is left, the run's own error matters more. */
function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch { /* gone already, or the folder is */ }
}

/**
 * Runs `work` with a temporary path beside `path` and gives the file its name when the work is done. An output that
 * cannot be written is refused before the work begins. The signal given to `work` aborts on Ctrl-C (SIGINT, SIGTERM)
 * or with `outer`; work that then rejects leaves no file, but for the temporary one while its journal is there: then a
 * later run can go on. A second Ctrl-C ends the program at once.
 * Throws OutputError, InterruptedError, or what `work` throws.
 */
export async function withOutput<T>(
  path: string,
  force: boolean,
  work: (temporaryPath: string, signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T> {
  await checkOutput(path, force);
  const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID().slice(0, 8)}.part`);
  try {
    (await Deno.open(temporary, { write: true, createNew: true })).close();
    // Made anew by the work, after its journal where it keeps one: a run that is killed leaves none without the other.
    await Deno.remove(temporary);
  } catch (error) {
    throw outputError(error, path);
  }
  const controller = new AbortController();
  const forward = () => controller.abort(outer?.reason);
  if (outer?.aborted) forward();
  outer?.addEventListener("abort", forward);
  const interrupts = SIGNALS.map((name) => () => {
    if (controller.signal.aborted) {
      if (name === "SIGINT") removeUnfinished(journalOf(temporary));
      Deno.exit(130);
    }
    controller.abort(new InterruptedError("interrupted: no output was written", name));
  });
  SIGNALS.forEach((name, i) => Deno.addSignalListener(name, interrupts[i]));
  try {
    const result = await work(temporary, controller.signal);
    controller.signal.throwIfAborted();
    try {
      // Somebody may have made the file meanwhile.
      await checkOutput(path, force);
      await Deno.rename(temporary, path);
      removeQuietly(journalOf(temporary));
    } catch (error) {
      throw outputError(error, path);
    }
    return result;
  } catch (error) {
    if (!exists(journalOf(temporary))) removeQuietly(temporary);
    throw error;
  } finally {
    SIGNALS.forEach((name, i) => Deno.removeSignalListener(name, interrupts[i]));
    outer?.removeEventListener("abort", forward);
  }
}
