/** The datasets that a stack of frames is made of: one, the parts of a Dectris master, or the sources of a virtual one. */
import { resolve } from "node:path";
import { InputError } from "../../errors.ts";
import type { PixelType } from "../frame.ts";
import { sourceFile } from "./chunks.ts";
import type { H5Reader } from "./reader.ts";
import type { H5DatasetFacts, H5VirtualPart } from "./types.ts";

/** Values that are counts, per type: the largest unsigned one is the Dectris mark of masked pixels. */
export const VALID: Record<PixelType, readonly [number, number] | undefined> = {
  uint8: [0, 2 ** 8 - 2],
  uint16: [0, 2 ** 16 - 2],
  // Pilatus' negative marks (-1, -2), stored as unsigned, lie above this.
  uint32: [0, 2 ** 31 - 1],
  int16: undefined,
  int32: undefined,
  float32: undefined,
};

/** Frames of the stack that lie one after the other in a dataset. */
export interface Part {
  /** absolute path of the file it lies in */
  readonly file: string;
  readonly dataset: string;
  readonly facts: H5DatasetFacts;
  /** number of the first frame in the stack */
  readonly first: number;
  /** number of the first frame in the dataset */
  readonly offset: number;
  readonly frames: number;
  /** the dataset that the frames really lie in, all of it, when this one is virtual */
  readonly source?: Source;
}

/** A source of a virtual dataset. */
interface Source extends H5VirtualPart {
  readonly type: string;
  /** size of a frame */
  readonly frame: readonly [number, number];
}

/** The size of frames. */
export function frameShape(facts: H5DatasetFacts): [number, number] {
  return [facts.shape.at(-2) ?? 0, facts.shape.at(-1) ?? 0];
}

/**
 * The parts of a stack with their frames counted, all of one shape and type.
 *
 * @throws InputError when they are not, or are no frames, or a file is missing
 */
export function partsOf(master: H5Reader, path: string, datasets: readonly string[]): Part[] {
  const parts: Part[] = [];
  let first = 0;
  for (const name of datasets) {
    const facts = master.dataset(name);
    checkFrames(facts, path, name, parts[0]?.facts);
    const link = master.external(name);
    const own = realPath(path);
    const file = link ? sourceFile(own, link.file) : own;
    checkVirtual(facts, file, path, name);
    const frames = framesOf(facts.shape);
    const whole = { file, dataset: link?.path ?? name, facts, first, offset: 0, frames };
    if (frames > 0) parts.push(...slices(whole));
    first += frames;
  }
  if (parts.length === 0) {
    throw new InputError("the stack has no frames", { file: path, place: datasets[0], remedy: "name another dataset" });
  }
  return parts;
}

/** A dataset as one part, or as one for each source of a virtual one that has whole frames one after the other. */
function slices(whole: Part): Part[] {
  const { virtualParts, type } = whole.facts;
  const plain = ({ shape, length }: H5VirtualPart) => !shape || (isStack(shape) && framesOf(shape) === length);
  if (!virtualParts?.every(plain)) return [whole];
  let offset = 0;
  return virtualParts.map((part) => {
    const source = { ...part, file: sourceFile(whole.file, part.file), type, frame: frameShape(whole.facts) };
    const slice = { ...whole, first: whole.first + offset, offset, frames: part.length, source };
    offset += part.length;
    return slice;
  });
}

/**
 * Throws unless a source holds the frames that the virtual dataset expects there: libhdf5 would show zeros for those
 * that are missing.
 *
 * @throws InputError
 */
export function checkSource(reader: H5Reader, source: Source): void {
  const facts = reader.dataset(source.path);
  const { shape, type } = facts;
  const same = type === source.type && isStack(shape) && frameShape(facts).join() === source.frame.join();
  if (same && framesOf(shape) >= source.length) return;
  const wanted = `${source.length} ${source.type} frames of ${source.frame.join(" x ")}`;
  throw new InputError(`the data are ${type} of the shape (${shape.join(", ")}), where ${wanted} are expected`, {
    file: reader.path,
    place: source.path,
    remedy: "copy the data file again, or wait until it is written",
  });
}

/** Whether a shape is that of frames. */
function isStack(shape: readonly number[]): boolean {
  return shape.length === 2 || shape.length === 3 || (shape.length === 4 && shape[1] === 1);
}

function framesOf(shape: readonly number[]): number {
  return shape.length === 2 ? 1 : shape[0] ?? 0;
}

/** Throws unless the dataset holds frames of a type that is supported, like those of the first part. */
function checkFrames(facts: H5DatasetFacts, file: string, place: string, like?: H5DatasetFacts): void {
  const { shape, type } = facts;
  const [slow, fast] = frameShape(facts);
  if (!isStack(shape)) {
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
function checkVirtual(facts: H5DatasetFacts, lies: string, file: string, place: string): void {
  for (const name of new Set(facts.virtualSources?.map((source) => source.file))) {
    // Names with % are patterns for files that may come later.
    if (name === "." || name.includes("%")) continue;
    try {
      Deno.statSync(sourceFile(lies, name));
    } catch {
      throw new InputError(`its data file ${name} is missing`, { file, place, remedy: `put ${name} beside this file` });
    }
  }
}

/** The absolute path of a file, symbolic links followed. */
export function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return resolve(path);
  }
}
