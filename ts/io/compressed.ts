/** Files packed with gzip or bzip2, unpacked with a bound on what comes out. */
// @ts-types="./seek_bzip.d.ts"
import Bunzip from "seek-bzip";
import { zlib } from "../builtins.ts";
import { InputError, messageOf } from "../errors.ts";
import { packing } from "./signatures.ts";

/** Bytes that a packed file may unpack to: more than any frame of 2^28 pixels needs packed as CBF. */
export const MAX_UNPACKED = 2 ** 29;

/** The bytes without packing; those of a plain file are returned as they are. Throws InputError naming `file`. */
export async function unpack(bytes: Uint8Array, file: string, limit = MAX_UNPACKED): Promise<Uint8Array> {
  const kind = packing(bytes);
  if (kind === undefined) return bytes;
  try {
    return kind === "gzip" ? await unpackGzip(bytes, limit) : unpackBzip2(bytes, limit);
  } catch (cause) {
    if (cause instanceof RangeError) {
      const remedy = "check that it is one frame";
      throw new InputError(`unpacks to more than ${limit} bytes`, { file, place: kind, remedy }, { cause });
    }
    const remedy = "the file is truncated or corrupt: copy it again";
    throw new InputError(`cannot be unpacked: ${messageOf(cause)}`, { file, place: kind, remedy }, { cause });
  }
}

/** In a thread of the runtime, so that the next file is unpacked while a frame is computed. */
function unpackGzip(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    zlib().gunzip(bytes, { maxOutputLength: limit }, (error, result) => error ? reject(error) : resolve(result));
  });
}

/** The unpacker's output: grows, never past `limit`. */
class BoundedOutput {
  #bytes: Uint8Array;
  #length = 0;
  constructor(expected: number, private readonly limit: number) {
    this.#bytes = new Uint8Array(Math.min(expected, limit));
  }
  writeByte(byte: number): void {
    if (this.#length === this.#bytes.length) this.#grow();
    this.#bytes[this.#length++] = byte;
  }
  #grow(): void {
    if (this.#length >= this.limit) throw new RangeError("too many bytes");
    const larger = new Uint8Array(Math.min(2 * this.#length + 4096, this.limit));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
  flush(): void {}
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

function unpackBzip2(bytes: Uint8Array, limit: number): Uint8Array {
  // Frames shrink about threefold; the buffer grows when that is too little.
  const output = new BoundedOutput(3 * bytes.length, limit);
  Bunzip.decode(bytes, output, true);
  return output.bytes();
}
