/** Reads files whole or by their first bytes; turns the system's errors into sentences that name the file. */
import { BraggsieveError, InputError, messageOf } from "../errors.ts";

/** Why a file could not be opened, as an error that names it. */
export function openingError(error: unknown, file: string): BraggsieveError {
  if (error instanceof BraggsieveError) return error;
  const options = { cause: error };
  if (error instanceof Deno.errors.NotFound) {
    return new InputError("no such file", { file, remedy: "check the path" }, options);
  }
  if (error instanceof Deno.errors.NotCapable) {
    return new InputError("this program may not read it", { file, remedy: "run it with --allow-read" }, options);
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new InputError("the system denies reading it", { file, remedy: "check its permissions" }, options);
  }
  if (error instanceof Deno.errors.IsADirectory || /is a directory/i.test(messageOf(error))) {
    return new InputError("is a folder", { file, remedy: "name a file" }, options);
  }
  return new InputError(`cannot be read: ${messageOf(error)}`, { file, remedy: "check the file" }, options);
}

/** All bytes of a file. Throws InputError naming it when it is missing, unreadable or empty. */
export async function readBytes(file: string): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(file);
  } catch (error) {
    throw openingError(error, file);
  }
  if (bytes.length === 0) throw new InputError("is empty", { file, remedy: "check that it was written completely" });
  return bytes;
}

/** The first bytes of a file, at most `length`. Throws InputError like `readBytes`. */
export async function readHead(file: string, length: number): Promise<Uint8Array> {
  const head = new Uint8Array(length);
  let filled = 0;
  try {
    using handle = await Deno.open(file);
    if ((await handle.stat()).isDirectory) throw new Deno.errors.IsADirectory("is a directory");
    while (filled < length) {
      const count = await handle.read(head.subarray(filled));
      if (count === null) break;
      filled += count;
    }
  } catch (error) {
    throw openingError(error, file);
  }
  if (filled === 0) throw new InputError("is empty", { file, remedy: "check that it was written completely" });
  return head.subarray(0, filled);
}

/** All text of a file (UTF-8). Throws InputError when it holds no text; `limit` bounds the size in bytes. */
export async function readText(file: string, limit = 64 * 2 ** 20): Promise<string> {
  let size = 0;
  try {
    size = (await Deno.stat(file)).size;
  } catch (error) {
    throw openingError(error, file);
  }
  if (size > limit) {
    throw new InputError("is too large for a text file", { file, remedy: "check that it is the right file" });
  }
  const bytes = await readBytes(file);
  if (bytes.subarray(0, 4096).includes(0)) {
    throw new InputError("is not a text file", { file, remedy: "check that it is the right file" });
  }
  return new TextDecoder().decode(bytes);
}

/** `bytes` bytes: the first ones of `buffer` when it is large enough, else new ones. */
export function roomFor(bytes: number, buffer?: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return buffer && buffer.length >= bytes ? buffer.subarray(0, bytes) : new Uint8Array(bytes);
}

/** A copy of `bytes`, in `buffer` when that is large enough. */
export function copyInto(bytes: Uint8Array, buffer?: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const copy = roomFor(bytes.length, buffer);
  copy.set(bytes);
  return copy;
}
