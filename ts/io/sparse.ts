/**
 * Sparse frames in pyFAI's layout, which FabIO's `densify_Bragg` reads: the pixels above the background of each frame,
 * and the background itself as one curve per frame. Chunks are written as frames come. The frame offsets, the peaks
 * and the maps, but for the mask, wait for the end: how coarsely they are rounded is decided on all frames
 * (`map_steps.ts`).
 */
import { OutputError } from "../errors.ts";
import type { Band, MapName, PlanMaps } from "../engine/plan_maps.ts";
import type { Peaks, SparseFrame } from "../engine/engine.ts";
import type { PixelType } from "./frame.ts";
import type { H5Attributes, H5Writer } from "./hdf5/h5.ts";
import { GROUP } from "../engine/chunk_zstd.ts";
import { MapChoice, PART_MOVED } from "./map_steps.ts";
import { PackedStack } from "./packed_stack.ts";
import { PackingQueue } from "./packing_queue.ts";
import { PeakTable } from "./peak_table.ts";
import { release, type Sink, withH5 } from "./sink.ts";
import { DATA, ENTRY, type SparseFacts, writeHeader } from "./sparse_header.ts";

/** What the plan of a sparse file's frames says. */
export interface SparsePlan {
  /** radius of each pixel in the unit of the settings, NaN where masked; flat · solid angle · polarization, where corrected */
  readonly maps: PlanMaps;
  /** centre of each radial bin in the same unit */
  readonly radial: Float32Array;
}

/** What a sparse file says besides its frames. */
export interface SparseHeader extends SparseFacts, SparsePlan {}

/** What a packed dataset is made of, but for its place. */
type Rest = ConstructorParameters<typeof PackedStack> extends [unknown, unknown, unknown, ...infer R] ? R : never;

/** Sparse frames on their way into a file, in order. */
export interface SparseSink extends Sink {
  close(): Promise<void>;
  readonly frameCount: number;
  /** Pixels kept in all frames so far. */
  readonly keptPixels: number;
  /**
   * Adds a frame, and its peaks when peaks are written (then of every frame). Copies what it needs before it returns;
   * whoever waits for the promise holds little in memory. Throws or rejects with OutputError.
   */
  append(frame: SparseFrame & { readonly peaks?: Peaks }): Promise<void>;
}

/** Elements per chunk of the long lists: 1 MiB, which libhdf5's default cache holds. */
const CHUNK = 1 << 18;
/** About as many elements of a map make a chunk: a band of whole rows. */
const BAND = 1 << 19;
/** Frames per chunk of the background curves. */
const CURVES = 64;

/** Frame offsets below this are stored as uint32, which FabIO wants; above it as uint64. */
const UINT32_LIMIT = 2 ** 32;

/** What a file says of a map that is rounded. */
const ROUNDED =
  `values are multiples of rounding_step, a power of two, chosen by the backgrounds of all frames so that ` +
  `about ${PART_MOVED} of the pixels rebuilt without noise, or fewer, differ by one count`;

/**
 * Creates a sparse file at exactly `path` (callers give a temporary name and rename when it is complete).
 * `offsetLimit` is for tests of the switch to 64-bit offsets. Throws OutputError when it cannot be written.
 */
export async function createSparse(
  path: string,
  header: SparseHeader,
  offsetLimit: number = UINT32_LIMIT,
): Promise<SparseSink> {
  const { maps, radial, ...facts } = header;
  checkMap(path, facts, "radius", maps.pixels);
  return await begin(path, facts, radial.length, { maps, radial }, offsetLimit);
}

/**
 * The same while the plan is still made: it will have `bins` bins. Frames wait for it, and reject with what it rejects
 * with.
 */
export function beginSparse(
  path: string,
  facts: SparseFacts,
  bins: number,
  plan: Promise<SparsePlan>,
): Promise<SparseSink> {
  // It may fail before the file is there; whoever waits for a frame hears of it.
  plan.catch(() => {});
  return begin(path, facts, bins, plan, UINT32_LIMIT);
}

async function begin(
  path: string,
  facts: SparseFacts,
  bins: number,
  plan: SparsePlan | Promise<SparsePlan>,
  offsetLimit: number,
): Promise<SparseSink> {
  if (facts.mask) checkMap(path, facts, "mask", facts.mask.length);
  return await withH5(path, async (h5) => {
    const file = new SparseFile(h5, path, facts, bins, offsetLimit);
    file.take(plan);
    await file.writeMask();
    return file;
  });
}

function checkMap(path: string, { shape }: SparseFacts, name: string, length: number): void {
  const pixels = shape[0] * shape[1];
  if (length !== pixels) {
    throw new OutputError(`the ${name} map has ${length} pixels, the frames have ${pixels}`, path);
  }
}

class SparseFile implements SparseSink {
  readonly #queue = new PackingQueue();
  readonly #index: PackedStack;
  readonly #intensity: PackedStack;
  readonly #mean: PackedStack;
  readonly #std: PackedStack;
  readonly #offsets = [0];
  readonly #peaks = new PeakTable();
  /** the images, to be finished at the end */
  readonly #maps: PackedStack[] = [];
  #plan: SparsePlan | undefined;
  #planned = Promise.resolve();
  #choice: MapChoice | undefined;

  constructor(
    readonly h5: H5Writer,
    readonly path: string,
    readonly header: SparseFacts,
    readonly bins: number,
    readonly offsetLimit: number,
  ) {
    writeHeader(h5, header);
    const stack = (name: string, ...rest: Rest) => new PackedStack(h5, this.#queue, `${DATA}/${name}`, ...rest);
    const curve = (long_name: string) => ({ long_name, interpretation: "spectrum" });
    this.#index = stack("index", "uint32", [], CHUNK);
    this.#intensity = stack("intensity", header.type, [], CHUNK);
    const mean = { ...curve("Average value of background"), signal: 1 };
    this.#mean = stack("background_avg", "float32", [bins], CURVES, mean);
    this.#std = stack("background_std", "float32", [bins], CURVES, curve("Standard deviation of background"));
  }

  /** Writes what the plan says, now or when it is there. */
  take(plan: SparsePlan | Promise<SparsePlan>): void {
    if (!(plan instanceof Promise)) return this.#write(plan);
    this.#planned = plan.then((plan) => this.#write(plan));
    // Whoever waits for it hears of a failure.
    this.#planned.catch(() => {});
  }

  /** Puts the mask on its way: the one map that waits for nothing. */
  async writeMask(): Promise<void> {
    const { mask } = this.header;
    if (!mask) return;
    const type = mask instanceof Uint32Array ? "uint32" : "uint8";
    const stack = this.#image(`${ENTRY}/instrument/detector/pixel_mask`, type);
    await this.#inBands(({ start, end }) => stack.append(mask.subarray(start, end)));
    stack.flush();
  }

  #write(plan: SparsePlan): void {
    const { settings: { unit }, type } = this.header;
    const { maps, radial } = plan;
    const attributes = { interpretation: "spectrum", long_name: `Radius (${unit})`, unit };
    this.h5.array(`${DATA}/radius`, radial, [radial.length], { attributes });
    // Rebuilt float frames are not rounded: each change of a map would show.
    if (this.bins > 1 && type !== "float32") this.#choice = new MapChoice(maps, radial);
    this.#plan = plan;
  }

  get frameCount(): number {
    return this.#offsets.length - 1;
  }

  get keptPixels(): number {
    return this.#offsets[this.frameCount];
  }

  append(frame: SparseFrame & { readonly peaks?: Peaks }): Promise<void> {
    if (!this.#plan) return this.#planned.then(() => this.append(frame));
    const { bins } = this;
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
    this.#choice?.note(frame.mean);
    if (frame.peaks) this.#peaks.append(frame.peaks);
    this.#offsets.push(this.keptPixels + frame.index.length);
    return this.#queue.room();
  }

  async close(): Promise<void> {
    await this.#planned;
    const lists = [this.#index, this.#intensity, this.#mean, this.#std];
    for (const stack of lists) stack.flush();
    await this.#writeMaps();
    await this.#queue.drain();
    for (const stack of [...lists, ...this.#maps]) stack.finish();
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
    this.#queue.stop();
    release(this.h5);
  }

  /** Puts the maps on their way, rounded where there is a step. */
  async #writeMaps(): Promise<void> {
    const { settings } = this.header;
    const { maps, radial } = this.#made;
    const steps = this.#choice?.steps() ?? {};
    // FabIO takes radii below the first bin's centre for masked: rounding must not lead there.
    await this.#writeMap("radius", `${DATA}/mask`, { unit: settings.unit }, steps.radius, radial[0]);
    if (maps.weights) {
      const step = steps.normalization;
      await this.#writeMap("normalization", `${DATA}/normalization`, {}, step, step ?? 0);
    }
  }

  /** A map in bands of whole rows; `step`: what it is rounded to, where it is, but not below `least`. */
  async #writeMap(
    map: MapName,
    path: string,
    attributes: H5Attributes,
    step: number | undefined,
    least: number,
  ): Promise<void> {
    const told: H5Attributes = step === undefined ? {} : { rounding_step: step, rounding: ROUNDED };
    const stack = this.#image(path, "float32", { ...attributes, ...told });
    const rounding = step === undefined ? undefined : { step, least };
    await this.#inBands((band, rows) => stack.appendPacked(this.#made.maps.pack(map, band, rounding), rows));
  }

  /** Puts bands of whole rows on their way, as there is room for them. */
  async #inBands(put: (band: Band, rows: number) => void): Promise<void> {
    const [rows, width] = this.header.shape;
    const height = this.#bandHeight;
    for (let row = 0; row < rows; row += height) {
      const end = Math.min(row + height, rows);
      put({ start: row * width, end: end * width, length: height * width }, end - row);
      await this.#queue.room();
    }
  }

  get #made(): SparsePlan {
    if (!this.#plan) throw new OutputError("its plan is not there yet", this.path);
    return this.#plan;
  }

  /** Rows of a band. */
  get #bandHeight(): number {
    const [rows, width] = this.header.shape;
    const bands = Math.max(1, Math.round(rows * width / BAND));
    return GROUP * Math.ceil(rows / bands / GROUP);
  }

  /** A dataset for an image, which is finished with the file. */
  #image(path: string, type: PixelType, attributes: H5Attributes = {}): PackedStack {
    const all = { interpretation: "image", ...attributes };
    const stack = new PackedStack(this.h5, this.#queue, path, type, [this.header.shape[1]], this.#bandHeight, all);
    this.#maps.push(stack);
    return stack;
  }
}
