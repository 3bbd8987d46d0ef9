/** What a file is: its frames, types, filters, geometry and mask; for one frame its background and peaks too. */
import type { PlanSettings } from "../engine/engine.ts";
import { countMasked, countNan } from "../engine/maps.ts";
// Files are described without an engine.
import "../engine/wasm_packing.ts";
import { InputError, UsageError } from "../errors.ts";
import { directBeam } from "../geometry/beam.ts";
import type { Geometry } from "../geometry/geometry.ts";
import type { FrameInfo } from "../io/frame.ts";
import { type H5Reader, openH5 } from "../io/hdf5/h5.ts";
import { filePart, formatOf, openFrames } from "../io/open.ts";
import { type SparsePart, sparseParts } from "../io/sparse_parts.ts";
import { isSparse, openSparse } from "../io/sparse_read.ts";
import { prepare, type RunOptions } from "./experiment.ts";

/** What is asked. */
export interface InfoOptions extends Pick<RunOptions, "geometry" | "mask" | "dark" | "flat" | "engine"> {
  /** a frame file, sparse file or CXI file; `file.h5::/path` for a dataset */
  readonly file: string;
  /** frame whose background, kept pixels and peaks are computed, from 0; default 0 when geometry or a map is given */
  readonly frame?: number;
  readonly settings?: Partial<PlanSettings>;
}

/** Facts of a dataset that frames lie in. */
export interface StorageFacts {
  readonly dataset: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly chunks?: readonly number[];
  readonly filters: readonly string[];
}

/** A geometry in few words; SI units, pixels for the beam. */
export interface GeometryFacts extends Omit<Geometry, "mask"> {
  /** direct beam [fast, slow] in pixels and its length in m, when it meets the detector */
  readonly beam?: { readonly x: number; readonly y: number; readonly distance: number };
}

/** What one frame holds. */
export interface FrameFacts {
  readonly index: number;
  readonly validPixels: number;
  readonly invalidPixels: number;
  readonly keptPixels: number;
  readonly peaks: number;
  readonly unit: string;
  readonly background: { readonly radial: number[]; readonly mean: number[]; readonly std: number[] };
}

/** What a file is. */
export interface FileFacts {
  readonly file: string;
  readonly kind: "cbf" | "hdf5" | "sparse" | "cxi";
  /** size on disk */
  readonly bytes: number;
  readonly frames: number;
  readonly shape?: readonly [number, number];
  readonly type?: string;
  readonly storage?: StorageFacts;
  readonly geometry?: GeometryFacts;
  readonly maskedPixels?: number;
  readonly valid?: readonly [number, number];
  readonly detector?: FrameInfo["detector"];
  /** kept pixels of each frame of a sparse file */
  readonly keptPixelsPerFrame?: readonly number[];
  /** where the bytes of a sparse file are; what is not named is the structure of the file and its small facts */
  readonly parts?: readonly SparsePart[];
  /** peaks of each frame of a CXI file */
  readonly peaksPerFrame?: readonly number[];
  readonly frame?: FrameFacts;
}

/** Where CXI files hold the number of peaks of each frame. */
const PEAK_COUNTS = ["/entry_1/result_1/nPeaks", "/entry/result/nPeaks"];

/** Describes a file. Throws InputError when it cannot be read, UsageError for a frame that it does not have. */
export async function describe(options: InfoOptions): Promise<FileFacts> {
  const file = filePart(options.file);
  // Whatever only a computation can use asks for one.
  const asked = [options.frame, options.geometry, options.mask, options.dark, options.flat].some((one) =>
    one !== undefined
  );
  const format = await formatOf(options.file);
  const bytes = (await Deno.stat(file)).size;
  if (format === "hdf5" && !options.file.includes("::")) {
    const listed = await describeOwn(file, bytes);
    if (listed && !asked) return listed;
    if (listed?.kind === "sparse") {
      throw new InputError("is sparse: frames of it have no more background than it holds", {
        file,
        remedy: "leave -p, --frame and corrections out, or densify it first",
      });
    }
  }
  const source = await openFrames(options.file);
  try {
    const { shape, type, geometry, mask, valid, detector } = source.info;
    const link = source.frameCount > 0 ? source.link?.(0) : undefined;
    const storage = link ? await storageOf(link.file, link.dataset) : undefined;
    const facts: FileFacts = {
      file: options.file,
      kind: format === "cbf" ? "cbf" : "hdf5",
      bytes,
      frames: source.frameCount,
      shape,
      type,
      ...(storage ? { storage } : {}),
      ...(geometry ? { geometry: geometryFacts(geometry) } : {}),
      ...(mask ? { maskedPixels: countMasked(mask) } : {}),
      ...(valid ? { valid } : {}),
      ...(detector ? { detector } : {}),
    };
    if (!asked) return facts;
    return { ...facts, ...await computed(options, source.frameCount) };
  } finally {
    source.close();
  }
}

/** Geometry as used, mask as united, background, kept pixels and peaks of one frame. */
async function computed(options: InfoOptions, frames: number): Promise<Partial<FileFacts>> {
  const index = options.frame ?? 0;
  if (!Number.isInteger(index) || index < 0 || index >= frames) {
    throw new UsageError(`--frame ${index}: ${options.file} has frames 0 to ${frames - 1}`);
  }
  const experiment = await prepare({ ...options, files: [options.file], jobs: 1 });
  try {
    const { series, settings, geometry, mask } = experiment;
    const pool = await experiment.pool;
    const source = series.firstSource;
    if (!source) throw new InputError("is closed", { file: options.file });
    const { invalid, background: { mean, std }, picked, peaks } = await pool.process(await source.read(index), {
      pick: true,
      peaks: true,
    });
    const background = { radial: [...pool.radial], mean: [...mean], std: [...std] };
    return {
      geometry: geometryFacts(geometry),
      ...(mask ? { maskedPixels: countMasked(mask) } : {}),
      frame: {
        index,
        validPixels: pool.validPixels,
        invalidPixels: invalid,
        keptPixels: picked?.index.length ?? 0,
        peaks: peaks?.count ?? 0,
        unit: settings.unit,
        background,
      },
    };
  } finally {
    await experiment.close();
  }
}

/** Files that this program writes: sparse and CXI. Undefined for others. */
async function describeOwn(file: string, bytes: number): Promise<FileFacts | undefined> {
  const reader = await openH5(file);
  let peaksPerFrame: number[] | undefined;
  let sparse: boolean;
  let parts: SparsePart[];
  try {
    sparse = isSparse(reader);
    parts = sparseParts(reader);
    peaksPerFrame = sparse ? undefined : peakCounts(reader);
  } finally {
    reader.close();
  }
  if (sparse) return { ...await describeSparse(file, bytes), parts };
  if (peaksPerFrame) return { file, kind: "cxi", bytes, frames: peaksPerFrame.length, peaksPerFrame };
  return undefined;
}

async function describeSparse(file: string, bytes: number): Promise<FileFacts> {
  const sparse = await openSparse(file);
  try {
    const { shape, type, frameCount, geometry, radius } = sparse;
    const kept = Array.from({ length: frameCount }, (_, index) => sparse.frame(index).index.length);
    return {
      file,
      kind: "sparse",
      bytes,
      frames: frameCount,
      shape,
      type,
      maskedPixels: countNan(radius),
      keptPixelsPerFrame: kept,
      ...(geometry ? { geometry: geometryFacts(geometry) } : {}),
    };
  } finally {
    sparse.close();
  }
}

function peakCounts(reader: H5Reader): number[] | undefined {
  const path = PEAK_COUNTS.find((path) => reader.kind(path) === "dataset");
  const counts = path === undefined ? undefined : reader.read(path);
  return typeof counts === "object" ? Array.from(counts, Number) : undefined;
}

async function storageOf(file: string, dataset: string): Promise<StorageFacts> {
  const reader = await openH5(file);
  try {
    const { type, shape, chunks, filters } = reader.dataset(dataset);
    const names = filters.map(({ id, name }) => name ? `${id} ${name}` : String(id));
    return { dataset, type, shape, filters: names, ...(chunks ? { chunks } : {}) };
  } finally {
    reader.close();
  }
}

function geometryFacts(geometry: Geometry): GeometryFacts {
  const { mask: _, ...facts } = geometry;
  try {
    return { ...facts, beam: directBeam(geometry) };
  } catch {
    return facts;
  }
}
