/**
 * Sparse frames in pyFAI's layout, which FabIO's `densify_Bragg` reads: the pixels above the background of each frame,
 * and the background itself as one curve per frame. Everything is written as frames come; only the frame offsets and
 * the peaks wait for the end.
 */
import { OutputError } from "../errors.ts";
import type { PixelType } from "./frame.ts";
import type { Peaks, PlanSettings, SparseFrame } from "../engine/engine.ts";
import type { H5Stack, H5Writer } from "./hdf5/h5.ts";
import { defaultDummy, type ExperimentFacts, writeInstrument } from "./nxmx.ts";
import { PeakTable } from "./peak_table.ts";
import { release, type Sink, withH5 } from "./sink.ts";
import { REBUILD_SCRIPT } from "./sparse_script.ts";

/** What a sparse file says besides its frames. */
export interface SparseHeader extends ExperimentFacts {
  readonly geometry: NonNullable<ExperimentFacts["geometry"]>;
  /** radius of each pixel in the unit of the settings; NaN where masked */
  readonly radius: Float32Array;
  /** centre of each radial bin in the same unit */
  readonly radial: Float32Array;
  /** value of masked pixels in rebuilt frames; default as `defaultDummy` */
  readonly dummy?: number;
  /** flat · solid angle · polarization of each pixel, where corrections were made */
  readonly normalization?: Float32Array;
  /** how frames were sparsified; the names in the file are pyFAI's */
  readonly settings: PlanSettings;
  /** the files that the frames come from, as the user named them */
  readonly sources?: readonly string[];
}

/** Sparse frames on their way into a file, in order. */
export interface SparseSink extends Sink {
  readonly frameCount: number;
  /** Pixels kept in all frames so far. */
  readonly keptPixels: number;
  /** Adds a frame, and its peaks when peaks are written (then of every frame). Copies what it needs. */
  append(frame: SparseFrame & { readonly peaks?: Peaks }): void;
}

/** Elements per chunk of the long lists. */
const CHUNK = 1 << 16;

/** Frame offsets below this are stored as uint32, which FabIO wants; above it as uint64. */
const UINT32_LIMIT = 2 ** 32;

const ENTRY = "/entry_0000";
const DATA = `${ENTRY}/sparse_frames`;

/**
 * Creates a sparse file at exactly `path` (callers give a temporary name and rename when it is complete).
 * `offsetLimit` is for tests of the switch to 64-bit offsets. Throws OutputError when it cannot be written.
 */
export async function createSparse(
  path: string,
  header: SparseHeader,
  offsetLimit: number = UINT32_LIMIT,
): Promise<SparseSink> {
  const pixels = header.shape[0] * header.shape[1];
  for (const [name, map] of [["radius", header.radius], ["normalization", header.normalization]] as const) {
    if (map && map.length !== pixels) {
      throw new OutputError(`the ${name} map has ${map.length} pixels, the frames have ${pixels}`, path);
    }
  }
  return await withH5(path, (h5) => new SparseFile(h5, path, header, offsetLimit));
}

class SparseFile implements SparseSink {
  readonly #index: H5Stack;
  readonly #intensity: H5Stack;
  readonly #mean: H5Stack;
  readonly #std: H5Stack;
  readonly #offsets = [0];
  readonly #peaks = new PeakTable();

  constructor(
    readonly h5: H5Writer,
    readonly path: string,
    readonly header: SparseHeader,
    readonly offsetLimit: number,
  ) {
    writeHeader(h5, header);
    const bins = header.radial.length;
    const rows = Math.max(1, Math.floor(CHUNK / bins));
    const list = (name: string, type: PixelType) =>
      h5.stack(`${DATA}/${name}`, type, [], { filter: "bitshuffle-lz4", chunk: [CHUNK] });
    const curves = (name: string, attributes: Record<string, string | number>) => {
      const options = {
        filter: "bitshuffle-lz4" as const,
        chunk: [rows, bins],
        attributes: { ...attributes, interpretation: "spectrum" },
      };
      return h5.stack(`${DATA}/${name}`, "float32", [bins], options);
    };
    this.#index = list("index", "uint32");
    this.#intensity = list("intensity", header.type);
    this.#mean = curves("background_avg", { long_name: "Average value of background", signal: 1 });
    this.#std = curves("background_std", { long_name: "Standard deviation of background" });
  }

  get frameCount(): number {
    return this.#offsets.length - 1;
  }

  get keptPixels(): number {
    return this.#offsets[this.frameCount];
  }

  append(frame: SparseFrame & { readonly peaks?: Peaks }): void {
    const bins = this.header.radial.length;
    if (frame.index.length !== frame.intensity.length || frame.mean.length !== bins || frame.std.length !== bins) {
      throw new OutputError(
        `frame ${this.frameCount}: its lists do not have the lengths that belong together`,
        this.path,
      );
    }
    this.#index.append(frame.index);
    this.#intensity.append(frame.intensity);
    this.#mean.append(frame.mean);
    this.#std.append(frame.std);
    if (frame.peaks) this.#peaks.append(frame.peaks);
    this.#offsets.push(this.keptPixels + frame.index.length);
  }

  close(): void {
    const offsets = this.keptPixels < this.offsetLimit
      ? Uint32Array.from(this.#offsets)
      : BigUint64Array.from(this.#offsets, BigInt);
    this.h5.array(`${DATA}/frame_ptr`, offsets, [offsets.length]);
    if (this.#peaks.frameCount > 0) {
      if (this.#peaks.frameCount !== this.frameCount) {
        throw new OutputError(`${this.#peaks.frameCount} of ${this.frameCount} frames have peaks`, this.path);
      }
      this.h5.group(`${ENTRY}/peaks`, { NX_class: "NXcollection" });
      this.#peaks.write(this.h5, `${ENTRY}/peaks`);
    }
    this.h5.scalar(`${ENTRY}/end_time`, new Date().toISOString());
    this.h5.close();
  }

  abort(): void {
    release(this.h5);
  }
}

function writeHeader(h5: H5Writer, header: SparseHeader): void {
  const now = new Date().toISOString();
  const curve = {
    interpretation: "spectrum",
    long_name: `Radius (${header.settings.unit})`,
    unit: header.settings.unit,
  };
  const image = { filter: "bitshuffle-lz4" as const, chunks: header.shape };
  // FabIO recognises the layout by the first word of the creator.
  h5.group("/", { NX_class: "NXroot", default: "entry_0000", creator: "pyFAI layout, written by braggsieve" });
  h5.group(ENTRY, { NX_class: "NXentry", default: "sparse_frames", pyFAI_sparse_frames: DATA });
  h5.scalar(`${ENTRY}/program_name`, "braggsieve");
  h5.scalar(`${ENTRY}/start_time`, now);
  writeInstrument(h5, `${ENTRY}/instrument`, header);
  writeConfiguration(h5, header, now);
  h5.group(DATA, { NX_class: "NXdata", signal: "background_avg", axes: [".", "radius"] });
  h5.array(`${DATA}/mask`, header.radius, header.shape, {
    ...image,
    attributes: { interpretation: "image", unit: header.settings.unit },
  });
  h5.array(`${DATA}/radius`, header.radial, [header.radial.length], { attributes: curve });
  if (header.normalization) {
    h5.array(`${DATA}/normalization`, header.normalization, header.shape, {
      ...image,
      attributes: { interpretation: "image" },
    });
  }
  const dummy = header.dummy ?? defaultDummy(header.type);
  h5.scalar(`${DATA}/dummy`, dummy, { type: header.type === "float32" ? "float64" : "int64" });
  h5.scalar(`${DATA}/script`, REBUILD_SCRIPT);
}

function writeConfiguration(h5: H5Writer, header: SparseHeader, now: string): void {
  const { geometry, settings } = header;
  const configuration = {
    geometry: {
      poni_version: 2.1,
      dist: geometry.distance,
      poni1: geometry.poni1,
      poni2: geometry.poni2,
      rot1: geometry.rot1,
      rot2: geometry.rot2,
      rot3: geometry.rot3,
      detector: geometry.detector ?? "Detector",
      detector_config: { pixel1: geometry.pixel1, pixel2: geometry.pixel2, orientation: geometry.orientation },
      wavelength: geometry.wavelength ?? null,
    },
    sparsify: {
      dummy: settings.dummy ?? null,
      delta_dummy: settings.deltaDummy ?? null,
      error_model: settings.errorModel,
      cutoff_clip: settings.cutoffClip,
      cycle: settings.cycle,
      noise: settings.noise,
      cutoff_pick: settings.cutoffPick,
      cutoff_peak: settings.cutoffPeak,
      patch_size: settings.patchSize,
      connected: settings.connected,
      bins: settings.bins,
      solidangle: settings.solidAngle,
      polarization_factor: settings.polarizationFactor ?? null,
      unit: settings.unit,
    },
  };
  const path = `${ENTRY}/sparsify`;
  h5.group(path, { NX_class: "NXprocess" });
  h5.scalar(`${path}/program`, "braggsieve");
  h5.scalar(`${path}/date`, now);
  h5.scalar(`${path}/sequence_index`, 1, { type: "int64" });
  h5.scalar(`${path}/sources`, (header.sources ?? []).join("\n"));
  h5.group(`${path}/configuration`, { NX_class: "NXnote" });
  h5.scalar(`${path}/configuration/type`, "text/json");
  h5.scalar(`${path}/configuration/data`, JSON.stringify(configuration, null, 2));
}
