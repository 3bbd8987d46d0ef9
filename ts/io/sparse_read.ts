/** Reads sparse files in pyFAI's layout, ours and pyFAI's own, and checks every size before it is used. */
import type { SparseFrame } from "../engine/engine.ts";
import { allBelow, narrowed, rises } from "../engine/maps.ts";
import { InputError } from "../errors.ts";
import type { Geometry } from "../geometry/geometry.ts";
import type { DetectorFacts, PixelArray, PixelType } from "./frame.ts";
import { type H5Array, type H5Reader, openH5 } from "./hdf5/h5.ts";
import { readImageMap } from "./hdf5/image_map.ts";
import { defaultDummy } from "./nxmx.ts";

/** A sparse file that is open for reading. */
export interface SparseFile {
  /** [slow, fast] in pixels */
  readonly shape: readonly [number, number];
  readonly type: PixelType;
  readonly frameCount: number;
  /** absent when the file's configuration has none that is complete */
  readonly geometry?: Geometry;
  /** radius of each pixel; NaN where masked */
  readonly radius: Float32Array;
  /** centre of each radial bin */
  readonly radial: Float32Array;
  /** pyFAI's name of the unit of both; "r_m" when the file does not tell */
  readonly unit: string;
  /** value of masked pixels in rebuilt frames, as the file says */
  readonly dummy: number;
  readonly normalization?: Float32Array;
  /** cut-off and noise that pixels were picked with; absent when the file does not tell */
  readonly cutoffPick?: number;
  readonly noise?: number;
  /** bit field of NXmx `pixel_mask`, when the file has one, in bytes where its bits fit */
  readonly mask?: Uint8Array | Uint32Array;
  /** sensor and exposure, as far as the file tells; what the writer assumed is left out */
  readonly detector?: DetectorFacts;
  /** Frame `index`, counted from 0, checked. Throws InputError naming it when it cannot be used. */
  frame(index: number): SparseFrame;
  close(): void;
}

/** Largest detector whose maps are read: far above any, far below what a forged size could ask for. */
const MOST_PIXELS = 2 ** 28;

const TYPES: readonly PixelType[] = ["uint8", "uint16", "uint32", "int16", "int32", "float32"];

/** Opens a sparse file. Throws InputError when it is none, or when its parts do not fit together. */
export async function openSparse(path: string): Promise<SparseFile> {
  const h5 = await openH5(path);
  try {
    const reader = new Reader(h5);
    await reader.readMaps();
    return reader;
  } catch (error) {
    h5.close();
    throw error;
  }
}

/** Whether an open HDF5 file says that it holds sparse frames. */
export function isSparse(h5: H5Reader): boolean {
  return sparseGroup(h5) !== undefined;
}

/** Path of the NXdata group, found as FabIO finds it; a relative name counts from the entry. */
export function sparseGroup(h5: H5Reader): { entry: string; data: string } | undefined {
  const entryName = h5.attribute("/", "default");
  if (typeof entryName !== "string") return undefined;
  const entry = absolute("/", entryName);
  if (h5.kind(entry) !== "group") return undefined;
  const name = h5.attribute(entry, "pyFAI_sparse_frames") ?? h5.attribute(entry, "default");
  if (typeof name !== "string") return undefined;
  const data = absolute(entry, name);
  return h5.kind(`${data}/frame_ptr`) === "dataset" ? { entry, data } : undefined;
}

const absolute = (base: string, name: string) => name.startsWith("/") ? name : `${base === "/" ? "" : base}/${name}`;

class Reader implements SparseFile {
  readonly shape: readonly [number, number];
  readonly type: PixelType;
  readonly frameCount: number;
  readonly geometry?: Geometry;
  radius: Float32Array = new Float32Array();
  readonly radial: Float32Array;
  readonly unit: string;
  readonly dummy: number;
  normalization?: Float32Array;
  readonly cutoffPick?: number;
  readonly noise?: number;
  mask?: Uint8Array | Uint32Array;
  readonly detector?: DetectorFacts;
  readonly #maskPath: string;
  readonly #h5: H5Reader;
  readonly #data: string;
  readonly #offsets: Float64Array;

  constructor(h5: H5Reader) {
    this.#h5 = h5;
    const group = sparseGroup(h5);
    if (!group) {
      throw new InputError("not a sparse file: no group of sparse frames", {
        file: h5.path,
        remedy: "give a file that braggsieve sparsify or pyFAI's sparsify-Bragg wrote",
      });
    }
    this.#data = group.data;
    this.shape = this.#mapShape();
    this.type = this.#pixelType();
    this.#offsets = this.#readOffsets();
    this.frameCount = this.#offsets.length - 1;
    this.radial = this.#radial();
    const dummy = this.#has("dummy") ? this.#h5.read(this.#at("dummy")) : undefined;
    this.dummy = typeof dummy === "number" ? dummy : defaultDummy(this.type);
    const unit = h5.attribute(this.#at("mask"), "unit");
    this.unit = typeof unit === "string" ? unit : "r_m";
    const configuration = readConfiguration(h5, `${group.entry}/sparsify/configuration/data`);
    this.geometry = geometryOf(configuration.geometry, this.shape);
    this.cutoffPick = numberOf(configuration.sparsify?.cutoff_pick);
    this.noise = numberOf(configuration.sparsify?.noise);
    this.#maskPath = `${group.entry}/instrument/detector/pixel_mask`;
    this.detector = readDetector(h5, `${group.entry}/instrument/detector`, configuration.sparsify);
  }

  /** The part of opening that takes long. Rejects with InputError. */
  async readMaps(): Promise<void> {
    [this.radius, this.normalization, this.mask] = await Promise.all([
      this.#map("mask"),
      this.#has("normalization") ? this.#map("normalization") : undefined,
      this.#pixelMask(),
    ]);
  }

  frame(index: number): SparseFrame {
    if (!Number.isInteger(index) || index < 0 || index >= this.frameCount) {
      throw this.#error(`there is no frame ${index}`, undefined, `frames go from 0 to ${this.frameCount - 1}`);
    }
    const range = [this.#offsets[index], this.#offsets[index + 1]] as const;
    const bins = this.radial.length;
    const part = (name: string, ranges: readonly (readonly [number, number])[]) =>
      this.#h5.read(this.#at(name), ranges) as H5Array;
    const empty = range[0] === range[1];
    const positions = empty ? new Uint32Array() : toUint32(part("index", [range]));
    const pixels = this.shape[0] * this.shape[1];
    // A forged index would write outside the frame: found here, where the file and the frame can be named.
    if (!positions || !allBelow(positions, pixels)) {
      throw this.#error(`frame ${index} has a pixel outside the detector of ${pixels} pixels`, "index");
    }
    return {
      index: positions,
      intensity: (empty ? new Uint8Array() : part("intensity", [range])) as PixelArray,
      mean: toFloat32(part("background_avg", [[index, index + 1], [0, bins]])),
      std: toFloat32(part("background_std", [[index, index + 1], [0, bins]])),
    };
  }

  close(): void {
    this.#h5.close();
  }

  #at(name: string): string {
    return `${this.#data}/${name}`;
  }

  #has(name: string): boolean {
    return this.#h5.kind(this.#at(name)) === "dataset";
  }

  #error(what: string, name?: string, remedy = "the file is damaged: make it anew"): InputError {
    return new InputError(what, { file: this.#h5.path, place: name && this.#at(name), remedy });
  }

  #mapShape(): [number, number] {
    const { shape } = this.#h5.dataset(this.#at("mask"));
    if (shape.length !== 2 || shape[0] * shape[1] === 0 || shape[0] * shape[1] > MOST_PIXELS) {
      throw this.#error(`the radius map of shape ${shape.join(" × ")} is no detector`, "mask");
    }
    return [shape[0], shape[1]];
  }

  #pixelType(): PixelType {
    const { type } = this.#h5.dataset(this.#at("intensity"));
    const known = TYPES.find((name) => name === type);
    if (!known) {
      throw this.#error(`intensities of type ${type} are not supported`, "intensity", `use ${TYPES.join(", ")}`);
    }
    return known;
  }

  #readOffsets(): Float64Array {
    const stored = this.#h5.dataset(this.#at("index")).shape;
    const values = this.#h5.dataset(this.#at("intensity")).shape;
    const { shape } = this.#h5.dataset(this.#at("frame_ptr"));
    if (stored.length !== 1 || values.length !== 1 || stored[0] !== values[0]) {
      throw this.#error(`${stored.join(" × ")} positions but ${values.join(" × ")} intensities`, "index");
    }
    // Every frame has its row of background, so the rows bound a forged number of offsets.
    const rows = this.#h5.dataset(this.#at("background_avg")).shape[0];
    if (shape.length !== 1 || shape[0] !== rows + 1) {
      throw this.#error(`${shape.join(" × ")} offsets for ${rows} frames`, "frame_ptr");
    }
    const read = this.#h5.read(this.#at("frame_ptr")) as H5Array;
    const offsets = isLong(read) ? Float64Array.from(read, Number) : new Float64Array(read);
    if (!rises(offsets) || offsets[0] !== 0 || offsets[rows] !== stored[0]) {
      throw this.#error(
        `the frame offsets do not rise from 0 to ${stored[0]}, the number of stored pixels`,
        "frame_ptr",
      );
    }
    return offsets;
  }

  #radial(): Float32Array {
    const { shape } = this.#h5.dataset(this.#at("radius"));
    for (const name of ["background_avg", "background_std"]) {
      const curves = this.#h5.dataset(this.#at(name)).shape;
      if (shape.length !== 1 || curves.length !== 2 || curves[0] !== this.frameCount || curves[1] !== shape[0]) {
        throw this.#error(
          `shape ${curves.join(" × ")}, not ${this.frameCount} frames × ${shape.join(" × ")} bins`,
          name,
        );
      }
    }
    return toFloat32(this.#h5.read(this.#at("radius")) as H5Array);
  }

  async #map(name: string): Promise<Float32Array> {
    const { shape } = this.#h5.dataset(this.#at(name));
    if (shape.length !== 2 || shape[0] !== this.shape[0] || shape[1] !== this.shape[1]) {
      throw this.#error(`shape ${shape.join(" × ")}, not ${this.shape.join(" × ")}`, name);
    }
    return toFloat32(await readImageMap(this.#h5, this.#at(name)));
  }

  async #pixelMask(): Promise<Uint8Array | Uint32Array | undefined> {
    const path = this.#maskPath;
    if (this.#h5.kind(path) !== "dataset") return undefined;
    const { shape } = this.#h5.dataset(path);
    const fits = shape.length === 2 && shape[0] === this.shape[0] && shape[1] === this.shape[1];
    if (!fits) return undefined;
    const mask = await readImageMap(this.#h5, path);
    return mask instanceof Uint8Array ? mask : toUint32(mask);
  }
}

/** Whether an array holds 64-bit whole numbers, which the constructors of other arrays do not take. */
const isLong = (array: H5Array) => array instanceof BigUint64Array || array instanceof BigInt64Array;

function toFloat32(array: H5Array): Float32Array {
  if (array instanceof Float32Array) return array;
  return isLong(array) ? Float32Array.from(array, Number) : new Float32Array(array);
}

/** Positions and bit fields; undefined when one needs more than 32 bits. */
function toUint32(array: H5Array): Uint32Array | undefined {
  if (array instanceof Uint32Array) return array;
  return isLong(array) ? narrowed(array) : new Uint32Array(array);
}

/** The two parts of the JSON note that are used; anything else about it is free. */
interface Configuration {
  geometry?: Record<string, unknown>;
  sparsify?: Record<string, unknown>;
}

function readConfiguration(h5: H5Reader, path: string): Configuration {
  if (h5.kind(path) !== "dataset") return {};
  const text = h5.read(path);
  try {
    const value: unknown = JSON.parse(String(text));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    // The note is not needed to rebuild a frame: without it cut-off and geometry are unknown, and said to be.
    return {};
  }
}

/** Facts of an NXdetector that `nxmx.ts` wrote; undefined when the group is not there. */
function readDetector(h5: H5Reader, path: string, settings: Record<string, unknown> = {}): DetectorFacts | undefined {
  if (h5.kind(path) !== "group") return undefined;
  const stated = (name: string) => {
    const field = `${path}/${name}`;
    const there = h5.kind(field) === "dataset" && h5.attribute(field, "comment") === undefined;
    return there ? h5.read(field) : undefined;
  };
  const text = (name: string) => {
    const value = stated(name);
    return typeof value === "string" && value !== "unknown" ? value : undefined;
  };
  return {
    description: text("description"),
    sensorMaterial: text("sensor_material"),
    sensorThickness: numberOf(stated("sensor_thickness")),
    saturationValue: numberOf(stated("saturation_value")),
    exposureTime: numberOf(stated("count_time")),
    polarizationFactor: numberOf(settings.polarization_factor),
  };
}

const numberOf = (value: unknown) => typeof value === "number" && Number.isFinite(value) ? value : undefined;

function geometryOf(
  stored: Record<string, unknown> | undefined,
  shape: readonly [number, number],
): Geometry | undefined {
  const configuration = stored?.detector_config as Record<string, unknown> | undefined;
  const names = ["dist", "poni1", "poni2", "rot1", "rot2", "rot3"] as const;
  const [distance, poni1, poni2, rot1, rot2, rot3] = names.map((name) => numberOf(stored?.[name]) ?? NaN);
  const pixel1 = numberOf(configuration?.pixel1) ?? NaN;
  const pixel2 = numberOf(configuration?.pixel2) ?? NaN;
  if (![distance, poni1, poni2, rot1, rot2, rot3, pixel1, pixel2].every(Number.isFinite)) return undefined;
  const orientation = numberOf(configuration?.orientation);
  return {
    ...{ distance, poni1, poni2, rot1, rot2, rot3, pixel1, pixel2, shape },
    wavelength: numberOf(stored?.wavelength),
    orientation: orientation === 1 || orientation === 2 || orientation === 4 ? orientation : 3,
    detector: typeof stored?.detector === "string" ? stored.detector : undefined,
  };
}
