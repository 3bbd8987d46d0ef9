/** Strings of attributes and datasets, of variable length or of a fixed one. */
import { count, fixedString } from "../types.ts";
import { DEFAULT, fixed, type Library } from "./library.ts";
import { describeType } from "./types.ts";

/** Bytes of a pointer. */
const POINTER = 8;

/**
 * The strings of a type in a file: `read` reads them as a type of memory into a buffer, `space` is theirs.
 *
 * Throws LibraryFailure when they cannot be read.
 */
export function readStrings(
  lib: Library,
  type: bigint,
  space: bigint,
  shape: readonly number[],
  read: (memory: bigint, buffer: Uint8Array<ArrayBuffer>) => number,
): string[] {
  const { h5 } = lib;
  const { size, vlen, strpad } = describeType(lib, type);
  const length = count(shape);
  if (length === 0) return [];
  if (!vlen) {
    const bytes = fixed(new Uint8Array(length * size));
    lib.ok(read(type, bytes));
    return Array.from({ length }, (_, i) => fixedString(bytes.subarray(i * size, (i + 1) * size), strpad));
  }
  const bytes = fixed(new Uint8Array(length * POINTER));
  return lib.using(h5.H5Tcopy(type), h5.H5Tclose, (memory) => {
    lib.ok(read(memory, bytes));
    try {
      return [...new BigUint64Array(bytes.buffer, 0, length)].map((address) => {
        const pointer = Deno.UnsafePointer.create(address);
        return pointer ? new Deno.UnsafePointerView(pointer).getCString() : "";
      });
    } finally {
      h5.H5Dvlen_reclaim(memory, space, DEFAULT, bytes);
    }
  });
}
