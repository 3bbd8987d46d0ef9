/** Handing arrays to another thread without a copy, or with one for all threads. */

/** The buffers of all typed arrays in `value`, each once: what `postMessage` may hand over. */
export function buffersOf(value: unknown): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const visit = (part: unknown) => {
    if (ArrayBuffer.isView(part)) {
      if (part.buffer instanceof ArrayBuffer) buffers.add(part.buffer);
    } else if (typeof part === "object" && part !== null) Object.values(part).forEach(visit);
  };
  visit(value);
  return [...buffers];
}

/** A copy in memory that threads share: an array that is posted is copied twice for each of them. */
export function shared<T extends Uint8Array | Uint32Array | Float32Array | Float64Array>(array: T): T {
  const copy = new (array.constructor as new (buffer: SharedArrayBuffer) => T)(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}

/** The same properties, each array as its {@linkcode shared} copy: for what several threads are told. */
export function sharing<T extends object>(values: T): T {
  const each = Object.entries(values).map((
    [name, value],
  ) => [name, ArrayBuffer.isView(value) ? shared(value as Uint8Array) : value]);
  return Object.fromEntries(each);
}
