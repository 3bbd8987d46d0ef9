/**
 * Peak lists as CXI files, which `indexamajig --peaks=cxi` reads: one row per frame in `/entry_1/result_1`, the frames
 * themselves in `/entry_1/data_1/data`: linked, copied, or left out.
 * Source: the CXI file format 1.6 (https://www.cxidb.org/cxi.html) and CrystFEL's crystfel_geometry(5).
 */
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import type { Peaks } from "../engine/engine.ts";
import { OutputError } from "../errors.ts";
import { directBeam } from "../geometry/beam.ts";
import type { FrameLink, FrameSource } from "./frame.ts";
import { chunkOf, type FramePixels } from "./frame_chunk.ts";
import type { ChunkPlace, H5ChunkStack, H5Writer } from "./hdf5/h5.ts";
import type { ExperimentFacts } from "./nxmx.ts";
import { PeakTable } from "./peak_table.ts";
import { release, type Sink, withH5 } from "./sink.ts";
import { writeProcess } from "./dense.ts";

/** How the frames come into a CXI file: as a link to the dataset that holds all of them, as copies, or not at all. */
export type CxiFrames = { readonly link: FrameLink } | "copy" | "none";

/** What a CXI file says besides its peaks. */
export interface CxiHeader extends ExperimentFacts {
  readonly frames: CxiFrames;
  /** where the file will lie in the end: relative links are made for that place; default: `path` */
  readonly finalPath?: string;
  readonly sources?: readonly string[];
  /** how peaks were found: names and values, kept as JSON in a note */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Peaks on their way into a CXI file, frame by frame. */
export interface CxiSink extends Sink {
  readonly frameCount: number;
  /**
   * Adds the peaks of the next frame, and the frame itself when frames are copied. Gives the place of its chunk in the
   * file where the library tells it.
   */
  append(peaks: Peaks, frame?: FramePixels): ChunkPlace | undefined;
}

/** Planck's constant times the speed of light, J·m (exact in the SI of 2019). */
const HC = 6.62607015e-34 * 299792458;
/** Joules per electronvolt (exact in the SI of 2019). */
const EV = 1.602176634e-19;

const DATA = "/entry_1/data_1";
const INSTRUMENT = "/entry_1/instrument_1";

/**
 * The dataset that holds exactly the frames of a run, in order: what a CXI file can link to in place of copies.
 * Undefined when the frames come from several places, in another order, or from files that are not HDF5.
 */
export function commonLink(sources: readonly FrameSource[]): FrameLink | undefined {
  let first: FrameLink | undefined;
  let next = 0;
  for (const source of sources) {
    for (let i = 0; i < source.frameCount; i++, next++) {
      const link = source.link?.(i);
      first ??= link;
      if (!link || !first || link.file !== first.file || link.dataset !== first.dataset || link.index !== next) {
        return undefined;
      }
    }
  }
  return first;
}

/**
 * Creates a CXI file at exactly `path` (callers give a temporary name and rename when it is complete).
 * Throws OutputError when it cannot be written.
 */
export async function createCxi(path: string, header: CxiHeader): Promise<CxiSink> {
  return await withH5(path, (h5) => new CxiFile(h5, path, header));
}

class CxiFile implements CxiSink {
  readonly #peaks = new PeakTable();
  readonly #frames?: H5ChunkStack;

  constructor(readonly h5: H5Writer, readonly path: string, readonly header: CxiHeader) {
    // 160 stands for version 1.6.
    h5.scalar("/cxi_version", 160, { type: "int32" });
    h5.group("/", { NX_class: "NXroot", default: "entry_1", creator: "braggsieve" });
    h5.group("/entry_1", { NX_class: "NXentry", default: "data_1" });
    writeProcess(h5, "/entry_1/process_1", header.sources ?? [], header.settings ?? {});
    writeInstrument(h5, header);
    h5.group(DATA, { NX_class: "NXdata", signal: "data" });
    if (header.mask) writeMask(h5, header.mask, header.shape);
    if (header.frames === "copy") {
      this.#frames = h5.chunkStack(`${DATA}/data`, header.type, header.shape, {
        encoding: "bitshuffle-lz4",
        chunk: [1, ...header.shape],
        attributes: { axes: "experiment_identifier:y:x" },
      });
    } else if (header.frames !== "none") {
      const { file, dataset } = header.frames.link;
      h5.externalLink(`${DATA}/data`, linkName(header.finalPath ?? path, file), dataset);
    }
  }

  get frameCount(): number {
    return this.#peaks.frameCount;
  }

  append(peaks: Peaks, frame?: FramePixels): ChunkPlace | undefined {
    const name = `frame ${this.frameCount}`;
    if (this.#frames && !frame) throw new OutputError(`${name} has no pixels`, this.path);
    const [slow, fast] = this.header.shape;
    const place = frame && this.#frames?.appendChunk(chunkOf(frame, slow * fast, name, this.path));
    this.#peaks.append(peaks);
    return place;
  }

  close(): void {
    this.#frames?.finish(this.frameCount);
    this.h5.group("/entry_1/result_1", { NX_class: "NXcollection" });
    this.#peaks.write(this.h5, "/entry_1/result_1");
    this.h5.close();
  }

  abort(): void {
    release(this.h5);
  }
}

/** Relative when the data lie in the same folder or below it, so that both can be moved together; else absolute. */
function linkName(from: string, to: string): string {
  const name = relative(dirname(resolve(from)), resolve(to));
  return name === ".." || name.startsWith(`..${sep}`) || isAbsolute(name) ? resolve(to) : name.replaceAll(sep, "/");
}

function writeMask(h5: H5Writer, mask: Uint8Array | Uint32Array, shape: readonly [number, number]): void {
  const bits = mask instanceof Uint32Array ? mask : new Uint32Array(mask);
  // gzip, because CrystFEL reads it without a plugin: a file without frames then needs none at all.
  h5.array(`${DATA}/mask`, bits, shape, { filter: "gzip", chunks: shape });
}

/** The instrument in CXI's names and SI units. */
function writeInstrument(h5: H5Writer, header: CxiHeader): void {
  const { geometry, detector } = header;
  const real = (path: string, value: number, units: string) =>
    h5.scalar(`${INSTRUMENT}/${path}`, value, { type: "float64", attributes: { units } });
  h5.group(INSTRUMENT, { NX_class: "NXinstrument" });
  h5.group(`${INSTRUMENT}/detector_1`, { NX_class: "NXdetector" });
  h5.group(`${INSTRUMENT}/source_1`, { NX_class: "NXsource" });
  h5.scalar(`${INSTRUMENT}/detector_1/description`, detector?.description ?? geometry?.detector ?? "unknown");
  if (!geometry) return;
  const beam = directBeam(geometry, header.shape);
  real("detector_1/distance", beam.distance, "m");
  real("detector_1/x_pixel_size", geometry.pixel2, "m");
  real("detector_1/y_pixel_size", geometry.pixel1, "m");
  real("detector_1/beam_center_x", beam.x, "pixel");
  real("detector_1/beam_center_y", beam.y, "pixel");
  if (geometry.wavelength === undefined) return;
  const energy = HC / geometry.wavelength;
  real("source_1/energy", energy, "J");
  real("source_1/photon_energy", energy / EV, "eV");
  real("source_1/wavelength", geometry.wavelength, "m");
}
