/** Calls of libhdf5 with their failures turned into exceptions, and identifiers that are closed whatever happens. */
import { LibraryFailure, NewerFormat } from "../backend.ts";
import { cause } from "../messages.ts";
import { ErrorStack } from "./errors.ts";
import { registerFilters } from "./filters.ts";
import { type Libhdf5, loadLibhdf5 } from "./symbols.ts";

/** The default of every identifier of properties (H5P_DEFAULT), and of a whole selection (H5S_ALL). */
export const DEFAULT = 0n;

/** The library that this program has loaded. */
export class Library {
  readonly h5: Libhdf5;
  /** Tells the filters how many bytes the chunks of the next calls decode to; undefined: unknown. */
  readonly expectChunks: (bytes: number | undefined) => void;
  readonly #errors: ErrorStack;

  /** Throws Error when there is no usable library at `path`. */
  constructor(readonly path: string) {
    const h5 = loadLibhdf5(path);
    this.h5 = h5;
    this.#errors = new ErrorStack(h5);
    // No plugin is loaded: what can be read must not depend on the machine, and a plugin may be of another libhdf5.
    h5.H5PLset_loading_state(0);
    this.expectChunks = registerFilters(h5);
  }

  /** The identifier that a call gave. Throws LibraryFailure when it failed. */
  id(value: bigint): bigint {
    if (value < 0n) throw this.failure();
    return value;
  }

  /** The status, number or answer of a call. Throws LibraryFailure when it failed. */
  ok(value: number): number {
    if (value < 0) throw this.failure();
    return value;
  }

  /** Uses what a call opened and closes it; throws LibraryFailure when it failed. */
  using<T>(opened: bigint, close: (id: bigint) => number, use: (id: bigint) => T): T {
    const id = this.id(opened);
    try {
      return use(id);
    } finally {
      close(id);
    }
  }

  /** What the last call that failed says. */
  failure(): LibraryFailure {
    const reason = cause(this.#errors.take());
    return reason.startsWith("bad version number") ? new NewerFormat(reason) : new LibraryFailure(reason);
  }
}

/** A C string. */
export function text(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${value}\0`);
}

/** An array of `hsize_t`. */
export function sizes(values: readonly number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(BigUint64Array.from(values, BigInt).buffer);
}

/** Room for `count` numbers of 64 bits, and the numbers. */
export function numbers(count: number): { bytes: Uint8Array<ArrayBuffer>; values: BigUint64Array<ArrayBuffer> } {
  const values = new BigUint64Array(Math.max(count, 1));
  return { bytes: new Uint8Array(values.buffer), values };
}

/**
 * The same bytes, at a place that stays: the engine keeps small arrays where its garbage collector moves them until
 * somebody asks for their buffer, and a call that comes back into this program, to decode a chunk, may collect garbage.
 */
export function fixed(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}
