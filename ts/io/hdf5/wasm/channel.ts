/**
 * What this program and the filter inside the HDF5 module tell each other: a few words of the module's memory, whose
 * address stands in the value of an environment variable, which both sides reach by `getenv`. The layout is that of
 * `Channel` in core-rs/h5-filter/src/channel.rs.
 */
import type { H5Module } from "./library.ts";

/** A variable that Emscripten always sets (to a path) and that nothing here needs; its value has room for 13 letters. */
const VARIABLE = "HOME";
/** Begins the value, so that the path that stood there before is none. */
const MARK = "@";
/** Words of 32 bits, by number. */
const WORD = { version: 0, filter: 1, chunkBytes: 2, mode: 3, pointer: 4, length: 5 } as const;
const WORDS = 6;
/** Goes up with every change of the layout; the filter does nothing when it finds another. */
const VERSION = 2;
/** What the filter does: decode and encode, hand chunks out as they are, or take an encoded one in. */
const MODE = { code: 0, handOut: 1, takeIn: 2 } as const;

/** The filter as seen by this program. */
export interface Channel {
  /**
   * During `call`, filter `id` decodes chunks, each of which must give `chunkBytes` bytes: libhdf5 itself would read
   * beyond a chunk that decodes to less. Unknown (undefined): what the chunk says of itself is believed.
   */
  decoding<T>(id: number | undefined, chunkBytes: number | undefined, call: () => T): T;
  /**
   * During `call`, filter `id` decodes nothing: it keeps the chunk and gives libhdf5 an empty one of `chunkBytes`
   * bytes. Gives what `use` makes of the kept bytes, a view into the heap; undefined when the filter was not called.
   */
  taking<T>(id: number, chunkBytes: number, call: () => void, use: (bytes: Uint8Array) => T): T | undefined;
  /**
   * During `call`, filter `id` encodes nothing: it gives libhdf5 `bytes` in place of the first chunk that it is asked to
   * encode, and fails for any other. A chunk that is there already, of `chunkBytes` bytes, is not decoded. False when
   * it was not called.
   */
  giving(id: number, chunkBytes: number, bytes: Uint8Array, call: () => void): boolean;
}

/** Makes the words and tells the filter where they are. */
export function openChannel(module: H5Module): Channel {
  const address = module._malloc(4 * WORDS);
  const variable = module.ccall("getenv", "number", ["string"], [VARIABLE]);
  const value = `${MARK}${address.toString(16)}\0`;
  for (let i = 0; i < value.length; i++) module.HEAPU8[variable + i] = value.charCodeAt(i);
  // The heap may have grown, and its buffer with it, since the last look.
  const words = () => new Uint32Array(module.HEAPU8.buffer, address, WORDS);
  words().fill(0)[WORD.version] = VERSION;

  function during<T>(id: number, chunkBytes: number, mode: number, call: () => T, pointer = 0, length = 0): T {
    words().set([id, chunkBytes, mode, pointer, length], WORD.filter);
    try {
      return call();
    } finally {
      words().fill(0, WORD.filter, WORD.pointer);
    }
  }

  return {
    decoding: (id = 0, chunkBytes = 0, call) => during(id, chunkBytes, MODE.code, call),
    taking(id, chunkBytes, call, use) {
      const given = () => words().subarray(WORD.pointer);
      try {
        during(id, chunkBytes, MODE.handOut, call);
        const [pointer = 0, length = 0] = given();
        return pointer === 0 ? undefined : use(module.HEAPU8.subarray(pointer, pointer + length));
      } finally {
        module._free(given()[0] ?? 0);
        given().fill(0);
      }
    },
    giving(id, chunkBytes, bytes, call) {
      const pointer = module._malloc(bytes.length);
      if (!pointer) throw new RangeError(`no room for ${bytes.length} bytes in the HDF5 library's memory`);
      module.HEAPU8.set(bytes, pointer);
      const left = () => words()[WORD.pointer] ?? 0;
      try {
        during(id, chunkBytes, MODE.takeIn, call, pointer, bytes.length);
        return left() === 0;
      } finally {
        // What the filter has taken belongs to libhdf5.
        module._free(left());
        words().fill(0, WORD.pointer);
      }
    },
  };
}
