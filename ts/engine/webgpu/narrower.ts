/**
 * Raw frames of 16 or 32 bits that travel with 4 or 8 bits a pixel: the native library, where it is there, narrows those
 * that wait on all cores, and the GPU widens them again. The thread that feeds a GPU is bound by what it copies to the
 * driver, and this is a quarter of a 16-bit frame of few photons. Bright frames, of which too many pixels need more, go
 * as they are.
 */
import type { EncodedFrame } from "../../io/frame.ts";
import { findNative } from "../native.ts";
import type { NativeCalls } from "../native_calls.ts";
import { PIXEL_ARRAYS } from "../pixel_arrays.ts";
import type { Tables } from "./tables.ts";

/** Frames that are narrow, or about to be, and have not been written: enough to keep all cores busy meanwhile. */
const ROOMS = 4;

/** A frame of so many bits a pixel; its bytes are those of a room, which `release` gives back. */
export interface NarrowFrame {
  readonly bytes: Uint8Array;
  readonly bits: number;
  release(): void;
}

/** The library's functions that narrow, where there is a library. */
export type Narrowing = Pick<NativeCalls, "narrow" | "narrowBound">;

let found: ReturnType<typeof findNative> | undefined;

/** See `Narrowing`; looked for once. */
export function findNarrowing(): Narrowing | undefined {
  found ??= findNative();
  return found.engine && found.calls;
}

/** See the module. */
export class Narrower {
  readonly #narrowing: Narrowing;
  readonly #frameBytes: number;
  readonly #element: number;
  readonly #free: Uint8Array[];
  readonly #underWay = new Set<Promise<unknown>>();

  private constructor(narrowing: Narrowing, { pixels, frameBytes }: Tables) {
    this.#narrowing = narrowing;
    this.#frameBytes = frameBytes;
    this.#element = frameBytes / pixels;
    this.#free = Array.from({ length: ROOMS }, () => new Uint8Array(narrowing.narrowBound(pixels)));
  }

  /** What narrows frames of a plan; nothing where their type cannot be, or there is no library. */
  static of(tables: Tables, narrowing = findNarrowing()): Narrower | undefined {
    const { variant: { type } } = tables;
    const wide = type !== "float32" && PIXEL_ARRAYS[type].BYTES_PER_ELEMENT > 1;
    return wide && narrowing ? new Narrower(narrowing, tables) : undefined;
  }

  /** Whether the next frame has a room. */
  get hasRoom(): boolean {
    return this.#free.length > 0;
  }

  /** Whether a frame can be narrowed: others tell what is wrong with it, or are decoded on the GPU. */
  takes({ encoding, bytes }: EncodedFrame): boolean {
    return encoding === "raw" && bytes.byteLength === this.#frameBytes;
  }

  /**
   * The frame narrowed, in a room, of which there must be one; nothing where it goes better as it is. Its bytes are in
   * use until then.
   */
  async narrow({ bytes }: EncodedFrame): Promise<NarrowFrame | undefined> {
    const room = this.#free.pop()!;
    const release = () => void this.#free.push(room);
    const work = this.#narrowing.narrow(bytes, this.#element, room);
    this.#underWay.add(work);
    try {
      const narrowed = await work;
      if (narrowed) return { bytes: room.subarray(0, narrowed.bytes), bits: narrowed.bits, release };
    } catch {
      // The frame goes as it is.
    } finally {
      this.#underWay.delete(work);
    }
    release();
  }

  /** Until no other thread reads frames or writes to rooms any more: these must outlive that. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }
}
