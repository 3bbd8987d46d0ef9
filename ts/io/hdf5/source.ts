/** Frames from HDF5 files: NeXus, Dectris masters with their data files, CXI, and plain stacks. */
import { dirname, isAbsolute, resolve } from "node:path";
import { InputError } from "../../errors.ts";
import { copyInto } from "../bytes.ts";
import type { EncodedFrame, FrameInfo, FrameLink, FrameSource, PixelType } from "../frame.ts";
import { findFrames } from "./find_frames.ts";
import { findInstrument, readDetector, readGeometry, readMask } from "./nexus.ts";
import { openH5 } from "./open.ts";
import type { H5Reader } from "./reader.ts";
import type { H5DatasetFacts, H5Ranges } from "./types.ts";

/** Values that are counts, per type: the largest unsigned one is the Dectris mark of masked pixels. */
const VALID: Record<PixelType, readonly [number, number] | undefined> = {
  uint8: [0, 2 ** 8 - 2],
  uint16: [0, 2 ** 16 - 2],
  // Pilatus' negative marks (-1, -2), stored as unsigned, lie above this.
  uint32: [0, 2 ** 31 - 1],
  int16: undefined,
  int32: undefined,
  float32: undefined,
};

/** One dataset of the stack. */
interface Part {
  /** absolute path of the file it lies in */
  readonly file: string;
  readonly dataset: string;
  readonly facts: H5DatasetFacts;
  /** number of its first frame in the stack */
  readonly first: number;
  readonly frames: number;
}

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
  const [path = "", dataset] = spec.split("::");
  const master = await openH5(path);
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
    return new Hdf5Source(spec, `${path}::${found.path}`, info, parts, master);
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
  ) {
    const last = parts.at(-1)!;
    this.frameCount = last.first + last.frames;
    this.#masterFile = realPath(master.path);
  }

  async read(index: number, buffer?: Uint8Array<ArrayBuffer>): Promise<EncodedFrame> {
    const part = this.#part(index);
    const reader = await this.#reader(part);
    return reader.chunk(part.dataset, index - part.first, buffer) ??
      { encoding: "raw", bytes: this.#pixels(reader, part, index - part.first, buffer) };
  }

  link(index: number): FrameLink {
    const part = this.#part(index);
    return { file: part.file, dataset: part.dataset, index: index - part.first };
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
      const end = Math.min(start + perChunk, part.frames);
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

  /** Data files of a master are opened one at a time, however many there are. */
  async #reader(part: Part): Promise<H5Reader> {
    if (part.file === this.#masterFile) return this.master;
    if (this.#other?.file !== part.file) {
      this.#other?.reader.close();
      this.#other = undefined;
      this.#other = { file: part.file, reader: await openH5(part.file) };
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

function frameShape(facts: H5DatasetFacts): [number, number] {
  return [facts.shape.at(-2) ?? 0, facts.shape.at(-1) ?? 0];
}

/** The parts of a stack with their frames counted, all of one shape and type. */
function partsOf(master: H5Reader, path: string, datasets: readonly string[]): Part[] {
  const parts: Part[] = [];
  let first = 0;
  for (const dataset of datasets) {
    const facts = master.dataset(dataset);
    checkFrames(facts, path, dataset, parts[0]?.facts);
    checkVirtual(facts, path, dataset);
    const frames = facts.shape.length === 2 ? 1 : facts.shape[0] ?? 0;
    const link = master.external(dataset);
    const file = link ? linkedFile(path, link.file) : realPath(path);
    if (frames > 0) parts.push({ file, dataset: link?.path ?? dataset, facts, first, frames });
    first += frames;
  }
  if (parts.length === 0) {
    throw new InputError("the stack has no frames", { file: path, place: datasets[0], remedy: "name another dataset" });
  }
  return parts;
}

/** Throws unless the dataset holds frames of a type that is supported, like those of the first part. */
function checkFrames(facts: H5DatasetFacts, file: string, place: string, like?: H5DatasetFacts): void {
  const { shape, type } = facts;
  const [slow, fast] = frameShape(facts);
  const rank = shape.length === 2 || shape.length === 3 || (shape.length === 4 && shape[1] === 1);
  if (!rank) {
    const channels = shape.length === 4 ? "; choose one channel into a dataset of its own first" : "";
    const remedy = `name a dataset of two or three dimensions${channels}`;
    throw new InputError(`its shape (${shape.join(", ")}) is not that of frames`, { file, place, remedy });
  }
  if (!(type in VALID)) {
    const remedy = type === "float64"
      ? "convert it to float32, which holds detector values to 7 digits"
      : /int/.test(type)
      ? "convert it to int32 or uint32"
      : "name a dataset of integers or float32";
    throw new InputError(`frames of type ${type} are not supported`, { file, place, remedy });
  }
  if (like && (like.type !== type || frameShape(like).join() !== [slow, fast].join())) {
    const [a, b] = frameShape(like);
    throw new InputError(`this part has ${type} frames of ${slow} x ${fast}, the first ${like.type} of ${a} x ${b}`, {
      file,
      place,
      remedy: "open the parts one by one, as file::/path",
    });
  }
}

/** Throws when a file of a virtual dataset is absent: libhdf5 would show its frames as zeros. */
function checkVirtual(facts: H5DatasetFacts, file: string, place: string): void {
  for (const name of new Set(facts.virtualFiles)) {
    // "." is this file; names with % are patterns for files that may come later.
    if (name === "." || name.includes("%")) continue;
    try {
      Deno.statSync(linkedFile(file, name));
    } catch {
      throw new InputError(`its data file ${name} is missing`, { file, place, remedy: `put ${name} beside this file` });
    }
  }
}

/** Where libhdf5 finds the file of an external link: as it stands, or beside the master. */
function linkedFile(master: string, link: string): string {
  return isAbsolute(link) ? link : resolve(dirname(realPath(master)), link);
}

function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return resolve(path);
  }
}
