/** What all files being written share: they are completed, or let go of when the work failed. */
import { createH5, type H5Writer } from "./hdf5/h5.ts";

/** A file on its way. */
export interface Sink {
  /** Completes the file. Without it the file is not a valid one. */
  close(): void | Promise<void>;
  /** Lets go of the file without completing it: for work that failed. Never throws; may follow `close`, failed or not. */
  abort(): void;
}

/** Closes a file whose content is given up: what goes wrong meanwhile matters to nobody. */
export function release(file: { close(): void }): void {
  try {
    file.close();
  } catch { /* the error that led here tells what went wrong */ }
}

/** Creates an HDF5 file for `make`; when that throws, no handle of the file stays open. Throws OutputError. */
export async function withH5<T>(path: string, make: (h5: H5Writer) => T | Promise<T>): Promise<T> {
  const h5 = await createH5(path);
  try {
    return await make(h5);
  } catch (error) {
    release(h5);
    throw error;
  }
}
