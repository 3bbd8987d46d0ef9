/**
 * What an engine can do: one interface for WASM, native and WebGPU, one conformance suite for all of them.
 * The double-precision scalar code of the Rust core is the reference for each.
 */
import type { Geometry } from "../geometry/geometry.ts";
import type { EncodedFrame, PixelArray, PixelType } from "../io/frame.ts";
import type { Packing } from "./packing.ts";
import type { PlanMaps } from "./plan_maps.ts";

/** Radial coordinates, named as pyFAI names them. */
export const UNITS = ["r_m", "r_mm", "q_nm^-1", "q_A^-1", "2th_deg", "2th_rad"] as const;
export type Unit = (typeof UNITS)[number];

/** How the scatter of a ring is estimated (method, section 3). */
export const ERROR_MODELS = ["azimuthal", "poisson", "hybrid"] as const;
export type ErrorModel = (typeof ERROR_MODELS)[number];

/** The numbers that decide results; command line options have the same names. */
export interface PlanSettings {
  /** radial coordinate of the bins */
  readonly unit: Unit;
  /** number of azimuthal bins, 1 to 65,536 */
  readonly bins: number;
  readonly errorModel: ErrorModel;
  /** sigma clipping: n; the larger of it and Chauvenet's is taken, so 0 means Chauvenet */
  readonly cutoffClip: number;
  /** most cycles of clipping */
  readonly cycle: number;
  /** picking: n */
  readonly cutoffPick: number;
  /** added to std in quadrature when picking, counts */
  readonly noise: number;
  /** peak finding: n */
  readonly cutoffPeak: number;
  /** edge of the patch, pixels */
  readonly patchSize: 3 | 5;
  /** fewest pixels above the cut-off in a patch */
  readonly connected: number;
  /** correct for the solid angle */
  readonly solidAngle: boolean;
  /** correct for a beam polarized by this factor, −1 to 1 */
  readonly polarizationFactor?: number;
  /** value that marks a pixel as bad in a frame, within `deltaDummy` */
  readonly dummy?: number;
  readonly deltaDummy?: number;
}

/** The defaults of the command line. */
export const DEFAULT_SETTINGS: PlanSettings = {
  unit: "r_m",
  bins: 800,
  errorModel: "azimuthal",
  cutoffClip: 0,
  cycle: 5,
  cutoffPick: 2,
  noise: 1,
  cutoffPeak: 3,
  patchSize: 5,
  connected: 4,
  solidAngle: false,
};

/** Everything a plan is made from; maps hold one entry per pixel in raster order. */
export interface PlanInput {
  readonly geometry: Geometry;
  /** [slow, fast] */
  readonly shape: readonly [number, number];
  readonly type: PixelType;
  /** values outside [low, high] are not counts */
  readonly valid?: readonly [number, number];
  /** nonzero: masked */
  readonly mask?: Uint8Array;
  /** subtracted from every frame */
  readonly dark?: Float32Array;
  /** divides every frame */
  readonly flat?: Float32Array;
  readonly settings: PlanSettings;
}

/** One value per bin; all 0 in an empty bin. */
export interface Profile {
  /** centre of the bin in the plan's unit */
  readonly radial: Float64Array;
  /** V/Ω, corrected counts */
  readonly mean: Float64Array;
  /** uncertainty of one pixel's value: sqrt(VV/ΩΩ) */
  readonly std: Float64Array;
  /** uncertainty of the mean: sqrt(VV)/Ω */
  readonly sem: Float64Array;
  /** pixels in the bin */
  readonly count: Float64Array;
}

/** Background per bin as files hold it, without gaps. */
export interface Background {
  readonly mean: Float32Array;
  readonly std: Float32Array;
}

/** Kept pixels in raster order; views that stay valid until the plan's next call. */
export interface Picked {
  /** raster index */
  readonly index: Uint32Array;
  /** raw value, in the frame's type */
  readonly intensity: PixelArray;
}

/** Peaks of one frame, in raster order of their largest pixel. */
export interface Peaks {
  readonly count: number;
  /** fast coordinate in pixels; the centre of the first pixel is 0 (CXI's peakXPosRaw) */
  readonly x: Float32Array;
  /** slow coordinate, likewise */
  readonly y: Float32Array;
  /** background-subtracted sum over the patch, corrected counts */
  readonly intensity: Float32Array;
  /** its propagated standard deviation */
  readonly sigma: Float32Array;
  /** pixels above the cut-off in the patch */
  readonly pixels: Float32Array;
}

/** Work on frames of one geometry, mask and settings. Owns all buffers; `close` frees them. */
export interface Plan {
  /** pixels that are not masked */
  readonly validPixels: number;
  /** centre of each bin in the plan's unit */
  readonly radial: Float64Array;
  /**
   * Decodes a frame and permutes it into bin order. `stages`: what will be asked of it; absent: anything. Throws when its
   * bytes are damaged or of another size.
   */
  load(frame: EncodedFrame, stages?: Stages): void;
  /** Azimuthal averages of the loaded frame without clipping. */
  integrate(): Profile;
  /** Azimuthal averages after sigma clipping; later stages use them as background. */
  clip(): Profile;
  /** Unmasked pixels that held no valid value in the last `integrate` or `clip`. */
  invalid(): number;
  /** Background of the last `clip`. */
  background(): Background;
  /** Pixels above `cutoffPick`, after `clip`. */
  pick(): Picked;
  /** Peaks above `cutoffPeak`, after `clip`. */
  peaks(): Peaks;
  /** Radial coordinate per pixel, NaN where masked (a copy). */
  radius(): Float32Array;
  /** Norm per pixel (a copy); absent without corrections. */
  normalization(): Float32Array | undefined;
  /** Both of them, as a file takes them. */
  readonly maps: PlanMaps;
  /** The decoded frame: a view that stays valid until the next call. */
  frame(): PixelArray;
  /** The decoded frame as one HDF5 chunk of filter 32008 with LZ4 (a copy). */
  encode(): Uint8Array;
  close(): void;
}

/** What frames of a sparse file are rebuilt from. */
export interface DensifierInput {
  readonly type: PixelType;
  /** radial coordinate per pixel, NaN where masked */
  readonly radius: Float32Array;
  /** norm per pixel where corrections were used */
  readonly normalization?: Float32Array;
  /** radial coordinate of the bin centres, evenly spaced */
  readonly radial: Float32Array | Float64Array;
  /** n of the picking, where known: noise stays below it */
  readonly cutoffPick?: number;
  /** noise of the picking, counts */
  readonly noisePick?: number;
  /** value of masked pixels */
  readonly dummy: number;
}

/** One frame of a sparse file. */
export interface SparseFrame extends Picked, Background {}

/** How noise is drawn: part of the recorded std (0 to 1) and the seed. */
export interface DensifyOptions {
  readonly noise: number;
  readonly seed: number;
}

/** Rebuilds frames of one sparse file. */
export interface Densifier {
  /** Frame `number` of the file: a view that stays valid until the next call. */
  rebuild(frame: SparseFrame, number: number, options: DensifyOptions): PixelArray;
  /** The frame that was rebuilt last as one HDF5 chunk of filter 32008 with LZ4 (a copy). */
  encode(): Uint8Array;
  close(): void;
}

/** What is wanted of a frame besides its background. */
export interface Stages {
  /** azimuthal averages before and after clipping */
  readonly integrate?: boolean;
  readonly pick?: boolean;
  readonly peaks?: boolean;
  /** the frame as a bitshuffle-LZ4 chunk */
  readonly encode?: boolean;
}

/** What a plan made of one frame: copies, which belong to the caller. */
export interface FrameResult {
  /** unmasked pixels that held no valid value */
  readonly invalid: number;
  readonly background: Background;
  /** before and after clipping */
  readonly profiles?: { readonly raw: Profile; readonly clipped: Profile };
  readonly picked?: Picked;
  readonly peaks?: Peaks;
  /** one HDF5 chunk of filter 32008 with LZ4 */
  readonly chunk?: Uint8Array;
}

/** Plans of one setup that work on frames side by side. What comes of a frame does not depend on which one does it. */
export interface PlanPool {
  /** frames that are worked on at the same time; more may wait */
  readonly jobs: number;
  /** pixels that are not masked */
  readonly validPixels: number;
  /** centre of each bin in the plan's unit */
  readonly radial: Float64Array;
  /** radial coordinate per pixel, NaN where masked; norm per pixel, where corrections are made */
  readonly maps: PlanMaps;
  /**
   * Loads a frame, clips it and does `stages`. The frame's bytes belong to the pool until the promise settles: then they
   * are back in the frame, perhaps in another array. Rejects where they are damaged; then they may be gone.
   */
  process(frame: EncodedFrame, stages: Stages): Promise<FrameResult>;
  /** Frees everything; frames under way are given up. */
  close(): Promise<void>;
}

/** Densifiers of one sparse file that work side by side. */
export interface DensifierPool {
  readonly jobs: number;
  /** Frame `number` of the file as one HDF5 chunk of filter 32008 with LZ4. The lists belong to the pool from now on. */
  rebuild(frame: SparseFrame, number: number, options: DensifyOptions): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A way to compute. */
export interface Engine {
  readonly name: "wasm" | "native" | "webgpu";
  /** packs chunks and maps; absent: what packs already does */
  readonly packing?: Packing;
  /**
   * Starts the threads that a pool of so many jobs will want first, while files are opened; gives what ends those that
   * no pool has taken by then. Absent where there is nothing to start.
   */
  startAhead?(pool: "plans" | "densifiers", jobs: number): () => void;
  /** Throws UsageError-worthy plain errors for settings and maps that do not fit. */
  plan(input: PlanInput): Plan;
  densifier(input: DensifierInput): Densifier;
  /** Rejects like `plan`. */
  planPool(input: PlanInput, jobs: number): Promise<PlanPool>;
  densifierPool(input: DensifierInput, jobs: number): Promise<DensifierPool>;
}
