/**
 * Several files as one series of frames, in the order they were named. One file is open at a time; the next one is
 * opened (and a packed one unpacked) while the last frame of the current one is computed, so memory stays bounded
 * however many files there are.
 */
import { Buffer } from "node:buffer";
import { InputError, UsageError } from "../errors.ts";
import type { Geometry } from "../geometry/geometry.ts";
import type { EncodedFrame, FrameInfo, FrameSource } from "../io/frame.ts";
import { formatOf, formats, openFrames } from "../io/open.ts";

/** One frame of a series. Its bytes belong to whoever asked for it. */
export interface SeriesFrame {
  readonly frame: EncodedFrame;
  readonly source: FrameSource;
  /** index in its source */
  readonly index: number;
  /** number in the series, from 0 */
  readonly number: number;
  /** for messages, for instance `scan.h5::/entry/data/data #12` */
  readonly label: string;
}

/** Opens one file; replaceable for sources that are no files. */
export type Open = (spec: string) => Promise<FrameSource>;

/** The result of an opening under way: errors are kept until somebody waits for it. */
type Pending = Promise<{ source: FrameSource } | { error: unknown }>;

/** Buffers that are kept for later frames. */
const MOST_SPARE = 4;

/** A series of frames of one shape, type and geometry. */
export class FrameSeries {
  #ahead: { at: number; pending: Pending } | undefined;
  #first: FrameSource | undefined;
  #opened = 1;
  #seen: number;
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];

  private constructor(
    readonly names: readonly string[],
    /** what all frames have in common: that of the first file */
    readonly info: FrameInfo,
    first: FrameSource,
    private readonly open: Open,
    private readonly singles: number,
    private readonly ownGeometry: boolean,
  ) {
    this.#first = first;
    this.#seen = first.frameCount;
  }

  /**
   * Checks that all files are there and of a known format, and opens the first. `checkGeometry`: the files' own
   * geometries count, so they must agree. Throws InputError naming the file, UsageError when none is given.
   */
  static async open(
    specs: readonly string[],
    options: { checkGeometry: boolean; open?: Open },
  ): Promise<FrameSeries> {
    if (specs.length === 0) throw new UsageError("no input files are given");
    let singles = 0;
    if (!options.open) {
      for (const spec of specs) if (formats.get(await formatOf(spec))?.single) singles++;
    }
    const open = options.open ?? openFrames;
    const first = await open(specs[0]);
    if (first.frameCount === 0) {
      first.close();
      throw new InputError("holds no frames", { file: specs[0], remedy: "check that it was written completely" });
    }
    return new FrameSeries(specs, first.info, first, open, singles, options.checkGeometry);
  }

  /** The first file's source while it is open: for links to its frames. */
  get firstSource(): FrameSource | undefined {
    return this.#first;
  }

  /** Frames in the whole series; an estimate until the last file is open. */
  get expectedFrames(): number {
    const left = this.names.length - this.#opened;
    if (left === 0) return this.#seen;
    return this.singles === this.names.length ? this.names.length : Math.ceil(this.#seen * (1 + left / this.#opened));
  }

  /**
   * The frames in order, from number `from` on. Throws InputError naming file and frame; a file that differs is named
   * with the first.
   */
  async *frames(from = 0): AsyncGenerator<SeriesFrame, void, void> {
    let number = 0;
    for (let at = 0; at < this.names.length; at++) {
      const source = await this.#sourceAt(at);
      try {
        const first = Math.min(source.frameCount, Math.max(0, from - number));
        number += first;
        for (let index = first; index < source.frameCount; index++) {
          const frame = await source.read(index, this.#spare.pop());
          if (index === source.frameCount - 1) this.#startAhead(at + 1);
          yield { frame, source, index, number: number++, label: source.label(index) };
        }
      } finally {
        source.close();
      }
    }
  }

  /** Takes the bytes of a frame for later ones, unless they are gone. */
  giveBack({ bytes: { buffer } }: EncodedFrame): void {
    if (!(buffer instanceof ArrayBuffer) || buffer.byteLength === 0 || this.#spare.length >= MOST_SPARE) return;
    this.#spare.push(new Uint8Array(buffer));
  }

  /** Closes what is open; for a series whose frames were not run through. */
  async close(): Promise<void> {
    this.#first?.close();
    this.#first = undefined;
    const result = await this.#ahead?.pending;
    this.#ahead = undefined;
    if (result && "source" in result) result.source.close();
  }

  /** The next opening starts while the current frame is computed. HDF5 files are opened on their turn: it is quick. */
  #startAhead(at: number): void {
    if (at >= this.names.length || this.singles !== this.names.length) return;
    const pending: Pending = this.open(this.names[at]).then((source) => ({ source }), (error) => ({ error }));
    this.#ahead = { at, pending };
  }

  async #sourceAt(at: number): Promise<FrameSource> {
    if (at === 0 && this.#first) {
      const first = this.#first;
      this.#first = undefined;
      return first;
    }
    let source: FrameSource;
    if (this.#ahead?.at === at) {
      const result = await this.#ahead.pending;
      this.#ahead = undefined;
      if ("error" in result) throw result.error;
      source = result.source;
    } else {
      source = await this.open(this.names[at]);
    }
    try {
      this.#check(source);
    } catch (error) {
      source.close();
      throw error;
    }
    if (at >= this.#opened) {
      this.#opened = at + 1;
      this.#seen += source.frameCount;
    }
    return source;
  }

  #check(source: FrameSource): void {
    const { shape, type, geometry, mask } = this.info;
    const other = source.info;
    const fail = (what: string, remedy = "process it in a run of its own") => {
      throw new InputError(`${what} ${this.names[0]}`, { file: source.name, remedy });
    };
    if (other.shape[0] !== shape[0] || other.shape[1] !== shape[1]) {
      fail(`its frames have ${other.shape.join(" × ")} pixels, unlike the ${shape.join(" × ")} of`);
    }
    if (other.type !== type) fail(`its pixels are ${other.type}, unlike the ${type} of`);
    if (this.ownGeometry && !sameGeometry(geometry, other.geometry)) {
      fail("its geometry differs from that of", "give one geometry for all with -p, or process it in a run of its own");
    }
    if (!sameMask(mask, other.mask)) fail("its mask differs from that of");
  }
}

/** Equal within the rounding of text headers. */
function sameGeometry(a: Geometry | undefined, b: Geometry | undefined): boolean {
  if (!a || !b) return a === b;
  const keys = ["distance", "poni1", "poni2", "rot1", "rot2", "rot3", "pixel1", "pixel2", "wavelength"] as const;
  return a.orientation === b.orientation &&
    keys.every((key) => Math.abs((a[key] ?? 0) - (b[key] ?? 0)) <= 1e-6 * Math.abs(a[key] ?? 0));
}

function sameMask(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (!a || !b) return a === b;
  return Buffer.compare(a, b) === 0;
}
