/** Densifiers of the native library, one at a time or several side by side. */
import type { PixelArray, PixelType } from "../io/frame.ts";
import type { Densifier, DensifierInput, DensifierPool, DensifyOptions, SparseFrame } from "./engine.ts";
import type { NativeCalls } from "./native_calls.ts";
import { densifierOptions } from "./options.ts";
import { bytesOfPixels } from "./pixel_arrays.ts";
import { Slots } from "./slots.ts";

/** A densifier in the library. */
export class NativeDensifier implements Densifier {
  readonly #calls: NativeCalls;
  readonly #input: DensifierInput;
  readonly #type: PixelType;
  readonly #pixels: number;
  #frame: PixelArray | undefined;
  #handle: Deno.PointerValue;

  constructor(
    calls: NativeCalls,
    input: DensifierInput,
    threads: number | undefined,
    handle?: Deno.PointerValue,
  ) {
    const { type, radius, normalization } = input;
    this.#calls = calls;
    this.#input = input;
    this.#type = type;
    this.#pixels = radius.length;
    this.#handle = handle ?? calls.newDensifier(densifierOptions(input, threads), radius, normalization);
  }

  /** A densifier that is made on another thread. Rejects like the constructor throws. */
  static async prepare(
    calls: NativeCalls,
    input: DensifierInput,
    threads: number | undefined,
  ): Promise<NativeDensifier> {
    const { radius, normalization } = input;
    const handle = await calls.prepareDensifier(densifierOptions(input, threads), radius, normalization);
    return new NativeDensifier(calls, input, threads, handle);
  }

  /** Another densifier of the same file, with buffers of its own. */
  fork(): NativeDensifier {
    return new NativeDensifier(this.#calls, this.#input, undefined, this.#calls.forkDensifier(this.#handle));
  }

  rebuild(frame: SparseFrame, number: number, { noise, seed }: DensifyOptions): PixelArray {
    const place = this.#calls.rebuild(this.#handle, frame, noise, BigInt(seed), number);
    this.#frame = this.#calls.view(this.#type, place, this.#pixels);
    return this.#frame;
  }

  encode(): Uint8Array {
    if (!this.#frame) throw new Error("no frame has been rebuilt");
    return this.#calls.encodeBitshuffleLz4(bytesOfPixels(this.#frame), this.#frame.BYTES_PER_ELEMENT);
  }

  /** Rebuilds a frame into a chunk on another thread. The densifier must not be used before the promise settles. */
  async rebuildChunk(frame: SparseFrame, number: number, { noise, seed }: DensifyOptions): Promise<Uint8Array> {
    const [place, bytes] = await this.#calls.encode(this.#handle, frame, noise, BigInt(seed), number);
    return this.#calls.view("uint8", place, bytes).slice() as Uint8Array;
  }

  close(): void {
    this.#calls.freeDensifier(this.#handle);
    this.#handle = null;
    this.#frame = undefined;
  }
}

/** `jobs` densifiers: `first` and forks of it, which share its maps and its threads. */
export function nativeDensifierPool(first: NativeDensifier, jobs: number): DensifierPool {
  const slots = new Slots([first, ...Array.from({ length: jobs - 1 }, () => first.fork())]);
  return {
    jobs,
    rebuild: (frame, number, options) => slots.use((densifier) => densifier.rebuildChunk(frame, number, options)),
    close: () => slots.close((densifier) => densifier.close()),
  };
}
