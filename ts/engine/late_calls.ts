/**
 * The functions of a library, each bound when it is first asked for: looking one up takes a fiftieth of the time that
 * `Deno.dlopen` takes to compile a call, and a run makes few calls.
 */

/** Calls by name; undefined: the library has no such function. */
export type LateCalls<T extends Record<string, Deno.ForeignFunction>> = Partial<Deno.DynamicLibrary<T>["symbols"]>;

/** Opens the library at `path`. Throws when it cannot be opened. */
export function lateCalls<const T extends Record<string, Deno.ForeignFunction>>(
  path: string,
  functions: T,
): LateCalls<T> {
  const entries = Object.entries(functions).map(([key, { name = key }]) =>
    [key, { type: "pointer", name, optional: true }] as const
  );
  const addresses: Record<string, unknown> = Deno.dlopen(path, Object.fromEntries(entries)).symbols;
  const calls = {};
  for (const [key, definition] of Object.entries(functions)) {
    const address = addresses[key] as Deno.PointerObject<typeof definition> | null;
    if (address === null) continue;
    const bind = () => {
      const pointer = new Deno.UnsafeFnPointer(address, definition);
      const value = pointer.call.bind(pointer);
      Object.defineProperty(calls, key, { value, enumerable: true });
      return value;
    };
    Object.defineProperty(calls, key, { get: bind, enumerable: true, configurable: true });
  }
  return calls;
}
