/** What libhdf5 says about its last failure: its error stack, walked by a callback and never printed. */
import type { Libhdf5 } from "./symbols.ts";

/** The current stack (H5E_DEFAULT). */
const CURRENT = 0n;
/** H5E_WALK_DOWNWARD: the innermost error comes last. */
const DOWNWARD = 1;
/** Offset of `desc` in H5E_error2_t of 64-bit pointers: three identifiers, a line, two names. */
const DESCRIPTION = 48;
const CALLBACK = { parameters: ["u32", "pointer", "pointer"], result: "i32" } as const;

/** The error stack of a library. */
export class ErrorStack {
  #found: string[] = [];
  readonly #visit: Deno.UnsafeCallback<typeof CALLBACK>;

  /** Makes the library keep its errors to itself. */
  constructor(private readonly h5: Libhdf5) {
    h5.H5Eset_auto2(CURRENT, null, null);
    this.#visit = new Deno.UnsafeCallback(CALLBACK, (_, error) => {
      const description = error && new Deno.UnsafePointerView(error).getPointer(DESCRIPTION);
      if (description) this.#found.push(new Deno.UnsafePointerView(description).getCString());
      return 0;
    });
  }

  /** The descriptions on the stack, the innermost last; clears it. */
  take(): string[] {
    this.#found = [];
    this.h5.H5Ewalk2(CURRENT, DOWNWARD, this.#visit.pointer, null);
    this.h5.H5Eclear2(CURRENT);
    return this.#found;
  }
}
