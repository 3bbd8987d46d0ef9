/** Opening HDF5 files for reading, and why it fails. */
import { resolve } from "node:path";
import { InputError } from "../../errors.ts";
import { openingError } from "../bytes.ts";
import { type Backend, LibraryFailure } from "./backend.ts";
import { chosenLibrary } from "./choose.ts";
import { type H5Reader, Reader } from "./reader.ts";

/**
 * Opens a file for reading. It is read in place; nothing is loaded before it is asked for.
 *
 * @throws InputError when the file is missing, cannot be read, is not HDF5, or is truncated
 */
export async function openH5(path: string): Promise<H5Reader> {
  return openWith(await chosenLibrary(), path);
}

/** Opens a file with one library; see `openH5`. */
export function openWith(library: Backend, path: string): H5Reader {
  const { real, info } = checked(path);
  try {
    return new Reader(library, library.open(real), path, { real, size: info.size, inode: info.ino });
  } catch (error) {
    throw error instanceof LibraryFailure ? openError(path, error.message) : error;
  }
}

function openError(path: string, reason: string): InputError {
  if (reason.includes("file signature not found")) {
    return new InputError("is not an HDF5 file", { file: path, remedy: "give an HDF5, NeXus or CBF file" });
  }
  const sizes = /eof = (\d+), .*stored_eof = (\d+)/.exec(reason);
  if (sizes) {
    return new InputError(`is truncated: ${sizes[1]} of ${sizes[2]} bytes are there`, {
      file: path,
      remedy: "copy it again, or wait until it is written",
    });
  }
  if (reason.startsWith("unable to lock") || reason.startsWith("Resource temporarily")) {
    return new InputError("is locked by a program that writes it", {
      file: path,
      remedy: "wait until it is complete, or set HDF5_USE_FILE_LOCKING=FALSE",
    });
  }
  return new InputError(`cannot be opened as HDF5: ${reason}`, {
    file: path,
    remedy: "check that it is complete",
  });
}

/** The real path of a readable regular file, and its facts. */
function checked(path: string): { real: string; info: Deno.FileInfo } {
  let info: Deno.FileInfo;
  try {
    info = Deno.statSync(path);
  } catch (error) {
    throw openingError(error, path);
  }
  if (!info.isFile) throw new InputError("is not a file", { file: path, remedy: "name an HDF5 file" });
  if (info.size === 0) throw new InputError("is empty", { file: path, remedy: "check that it was written completely" });
  // External links are relative to the folder of the file itself, not of a symbolic link to it.
  try {
    return { real: Deno.realPathSync(path), info };
  } catch {
    return { real: resolve(path), info };
  }
}
