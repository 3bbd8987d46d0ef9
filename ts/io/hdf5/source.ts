/** Frames from HDF5 files: NeXus, Dectris masters with their data files, CXI, and plain stacks. */
import { InputError } from "../../errors.ts";
import { copyInto } from "../bytes.ts";
import type { EncodedFrame, FrameInfo, FrameLink, FrameSource, PixelType } from "../frame.ts";
import { type Backend, NewerFormat } from "./backend.ts";
import { chosenLibrary, wasmLibrary } from "./choose.ts";
import { findFrames } from "./find_frames.ts";
import { findInstrument, readDetector, readGeometry, readMask } from "./nexus.ts";
import { openWith } from "./open.ts";
import { checkSource, frameShape, type Part, partsOf, realPath, VALID } from "./parts.ts";
import type { H5Reader } from "./reader.ts";
import type { H5DatasetFacts, H5Ranges } from "./types.ts";

/**
 * Opens the frames of an HDF5 file.
 *
 * `spec` is `file.h5`, which finds the frames by itself, or `file.h5::/path/in/file`. A two-dimensional dataset is one
 * frame; a four-dimensional one may have a second axis of length 1. Frames whose chunk is one of our encodings are
 * handed out as they lie in the file; all others are decoded by the HDF5 library, little-endian whatever the file's
 * order.
 *
 * @throws InputError when the file or its frames cannot be used; says why and what to do
 */
export async function openHdf5(spec: string): Promise<FrameSource> {
  const library = await chosenLibrary();
  try {
    return framesOf(library, spec);
  } catch (error) {
    // A file of HDF5 2.0 may need more than the system's library knows.
    if (error instanceof InputError && error.cause instanceof NewerFormat) return framesOf(await wasmLibrary(), spec);
    throw error;
  }
}

function framesOf(library: Backend, spec: string): FrameSource {
  const [path = "", dataset] = spec.split("::");
  const master = openWith(library, path);
  try {
    const found = findFrames(master, dataset);
    const parts = partsOf(master, path, found.datasets);
    const first = parts[0]!;
    const shape = frameShape(first.facts);
    const instrument = findInstrument(master, found.datasets[0]!);
    const info: FrameInfo = {
      shape,
      type: first.facts.type as PixelType,
      valid: VALID[first.facts.type as PixelType],
      geometry: readGeometry(master, instrument, shape),
      mask: readMask(master, found.datasets[0]!, instrument, shape),
      detector: readDetector(master, instrument),
    };
    return new Hdf5Source(spec, `${path}::${found.path}`, info, parts, master, library);
  } catch (error) {
    master.close();
    throw error;
  }
}

class Hdf5Source implements FrameSource {
  readonly frameCount: number;
  readonly #masterFile: string;
  /** the reader of the part read last, when it lies in another file than the master */
  #other: { file: string; reader: H5Reader } | undefined;
  /** frames of one chunk, when chunks hold several */
  #block: { part: Part; start: number; bytes: Uint8Array<ArrayBuffer> } | undefined;

  constructor(
    readonly name: string,
    private readonly title: string,
    readonly info: FrameInfo,
    private readonly parts: readonly Part[],
    private readonly master: H5Reader,
    private readonly library: Backend,
  ) {
    const last = parts.at(-1)!;
    this.frameCount = last.first + last.frames;
    this.#masterFile = realPath(master.path);
  }

  read(index: number, buffer?: Uint8Array<ArrayBuffer>): EncodedFrame {
    const part = this.#part(index);
    const at = index - part.first;
    if (part.source) {
      const reader = this.#reader(part.source.file);
      checkSource(reader, part.source);
      const chunk = reader.chunk(part.source.path, at, buffer);
      if (chunk) return chunk;
    }
    const reader = this.#reader(part.file);
    return reader.chunk(part.dataset, part.offset + at, buffer) ??
      { encoding: "raw", bytes: this.#pixels(reader, part, part.offset + at, buffer) };
  }

  link(index: number): FrameLink {
    const part = this.#part(index);
    return { file: part.file, dataset: part.dataset, index: part.offset + index - part.first };
  }

  label(index: number): string {
    return `${this.title} #${index}`;
  }

  close(): void {
    this.#other?.reader.close();
    this.#other = undefined;
    this.#block = undefined;
    this.master.close();
  }

  #pixels(reader: H5Reader, part: Part, index: number, buffer?: Uint8Array<ArrayBuffer>): Uint8Array {
    const { facts } = part;
    const place = `${part.dataset}, frame ${index}`;
    const perChunk = facts.shape.length > 2 ? facts.chunks?.[0] ?? 1 : 1;
    const frameBytes = this.info.shape[0] * this.info.shape[1] * facts.itemSize;
    if (perChunk === 1 || perChunk * frameBytes > MAX_BLOCK) {
      return reader.bytes(part.dataset, ranges(facts, index, index + 1), place, buffer);
    }
    // Chunks of several frames are decoded once, not once per frame.
    const start = index - index % perChunk;
    if (this.#block?.part !== part || this.#block.start !== start) {
      const room = this.#block?.bytes;
      this.#block = undefined;
      const end = Math.min(start + perChunk, facts.shape[0] ?? 0);
      this.#block = { part, start, bytes: reader.bytes(part.dataset, ranges(facts, start, end), place, room) };
    }
    const at = (index - start) * frameBytes;
    return copyInto(this.#block.bytes.subarray(at, at + frameBytes), buffer);
  }

  #part(index: number): Part {
    const part = this.parts.find(({ first, frames }) => index >= first && index < first + frames);
    if (!part || !Number.isInteger(index)) {
      throw new InputError(`there is no frame ${index}: the frames are 0 to ${this.frameCount - 1}`, {
        file: this.title,
      });
    }
    return part;
  }

  /** Data files are opened one at a time, however many there are. */
  #reader(file: string): H5Reader {
    if (file === this.#masterFile) return this.master;
    if (this.#other?.file !== file) {
      this.#other?.reader.close();
      this.#other = undefined;
      this.#other = { file, reader: openWith(this.library, file) };
    }
    return this.#other.reader;
  }
}

/** Frames per chunk are kept in memory up to this many bytes. */
const MAX_BLOCK = 2 ** 28;

function ranges(facts: H5DatasetFacts, from: number, to: number): H5Ranges {
  const [slow, fast] = frameShape(facts);
  const image = [[0, slow], [0, fast]] as const;
  if (facts.shape.length === 2) return image;
  return facts.shape.length === 3 ? [[from, to], ...image] : [[from, to], [0, 1], ...image];
}
