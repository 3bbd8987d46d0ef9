/**
 * The maps of a plan on their way into a sparse file: looked at and packed where they lie, on the threads of the engine,
 * so that no map of a whole frame goes from one thread to another.
 */

/** The maps that a plan may have: of radii, and of norms where corrections are made. */
export type MapName = "radius" | "normalization";

/** Pixels `start` to `end` of a map, as a chunk of `length` elements, a multiple of eight: zeros stand behind them. */
export interface Band {
  readonly start: number;
  readonly end: number;
  readonly length: number;
}

/** Values become multiples of `step`, a power of two, but not less than `least`; NaN stays NaN. */
export interface Rounding {
  readonly step: number;
  readonly least: number;
}

/** See the module. */
export interface PlanMaps {
  /** of a frame */
  readonly pixels: number;
  /** for each bin the share of the valid pixels between its centre and the next one (large maps are sampled) */
  readonly shares: Float64Array;
  /** the same, each pixel times its norm; absent without corrections */
  readonly weights?: Float64Array | undefined;
  /** A band of a map as one float32 chunk of HDF5 filter 32008 with Zstandard. Rejects when there is no such map. */
  pack(map: MapName, band: Band, rounding?: Rounding): Promise<Uint8Array<ArrayBuffer>>;
}

/** Maps that lie in arrays, and what is known of them. */
export interface MapArrays extends Pick<PlanMaps, "shares" | "weights"> {
  readonly radius: Float32Array;
  readonly normalization?: Float32Array;
}
