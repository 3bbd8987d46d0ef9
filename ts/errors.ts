/**
 * The tagged errors of the library. Each says in one sentence what is wrong, where, and what to do about it;
 * the command line prints the sentence and exits with `exitCode`.
 */

/** Base of every error that this library throws on purpose. */
export class BraggsieveError extends Error {
  /** Exit status of the command line: 1 for failed work, 2 for wrong arguments, 130 when interrupted. */
  readonly exitCode: 1 | 2 | 130 = 1;
  override name = "BraggsieveError";
}

/** Where an input went wrong. */
export interface InputPlace {
  /** The file as the user named it. */
  file: string;
  /** Place in the file: a dataset path, a frame, a byte offset, a header line. */
  place?: string;
  /** What the user can do about it: a short imperative sentence. */
  remedy?: string;
}

/** A file cannot be used: missing, truncated, corrupt, unsupported or mismatched. */
export class InputError extends BraggsieveError {
  override name = "InputError";
  readonly file: string;
  readonly place?: string;
  readonly remedy?: string;
  constructor(what: string, where: InputPlace, options?: ErrorOptions) {
    const place = where.place ? ` (${where.place})` : "";
    const remedy = where.remedy ? `; ${where.remedy}` : "";
    super(`${where.file}${place}: ${what}${remedy}`, options);
    this.file = where.file;
    this.place = where.place;
    this.remedy = where.remedy;
  }
}

/** An output cannot be written. */
export class OutputError extends BraggsieveError {
  override name = "OutputError";
  readonly file: string;
  constructor(what: string, file: string, remedy?: string, options?: ErrorOptions) {
    super(`${file}: ${what}${remedy ? `; ${remedy}` : ""}`, options);
    this.file = file;
  }
}

/** A device that computes failed for good. What it worked on is not to blame. */
export class DeviceError extends BraggsieveError {
  override name = "DeviceError";
}

/** Arguments or options that cannot be meant: exit status 2. */
export class UsageError extends BraggsieveError {
  override name = "UsageError";
  override readonly exitCode = 2 as const;
}

/** The user stopped the run (Ctrl-C or an AbortSignal): exit status 130. Nothing unfinished is left behind. */
export class InterruptedError extends BraggsieveError {
  override name = "InterruptedError";
  override readonly exitCode = 130 as const;
  /** What stopped the run: "SIGTERM" is a batch system's, after which it may go on; absent for an AbortSignal. */
  readonly signal?: Deno.Signal;
  constructor(message: string, signal?: Deno.Signal) {
    super(message);
    if (signal !== undefined) this.signal = signal;
  }
}

/** What went wrong, as one line of text, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
