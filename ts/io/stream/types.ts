/** What a CrystFEL stream says (stream format 2.3, as indexamajig 0.10 to 0.12 writes it), in its own units. */

/** What stands before the first frame. */
export interface StreamHead {
  /** of the format, for instance "2.3" */
  readonly version: string;
  /** the program's name and version; "" when the stream does not tell */
  readonly generatedBy: string;
  /** the command line that made the stream; "" when it does not tell */
  readonly command: string;
  /** text of the geometry file; "" without one */
  readonly geometry: string;
  /** text of the target unit cell; "" without one */
  readonly cell: string;
}

/** Peaks of one frame. All arrays have `count` elements. */
export interface StreamPeaks {
  readonly count: number;
  /** fast and slow coordinate in its panel's array, pixels; centres of pixels lie at halves */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** 1/d in nm⁻¹ */
  readonly resolution: Float64Array;
  readonly intensity: Float64Array;
  readonly panel: readonly string[];
}

/** Reflections that were predicted and integrated for one crystal. All arrays have `count` elements. */
export interface StreamReflections {
  readonly count: number;
  readonly h: Int32Array;
  readonly k: Int32Array;
  readonly l: Int32Array;
  readonly intensity: Float64Array;
  readonly sigma: Float64Array;
  /** largest value, and mean background, around the place */
  readonly peak: Float64Array;
  readonly background: Float64Array;
  /** predicted place, as of peaks */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly panel: readonly string[];
}

/** One lattice in a frame. */
export interface StreamCrystal {
  /** a, b, c in nm, α, β, γ in degrees */
  readonly cell: readonly [number, number, number, number, number, number];
  /** reciprocal axes in the laboratory, nm⁻¹ */
  readonly astar: readonly [number, number, number];
  readonly bstar: readonly [number, number, number];
  readonly cstar: readonly [number, number, number];
  readonly latticeType?: string;
  readonly centering?: string;
  readonly uniqueAxis?: string;
  /** nm⁻¹ */
  readonly profileRadius?: number;
  /** how far the crystal diffracts, nm⁻¹ */
  readonly resolutionLimit?: number;
  readonly reflections: StreamReflections;
}

/** One frame, in the order in which it was finished. */
export interface StreamFrame {
  /** the image file, as indexamajig was given it */
  readonly file: string;
  /** the place in the file, for instance "//12"; absent when the file holds one frame */
  readonly event?: string;
  /** the last number of the event: the frame's index in a stack */
  readonly index?: number;
  /** from 1, in the order in which frames were read */
  readonly serial?: number;
  readonly hit: boolean;
  /** the indexer that found a lattice; absent when none did */
  readonly indexedBy?: string;
  /** eV */
  readonly photonEnergy?: number;
  /** m */
  readonly cameraLength?: number;
  /** peaks that were found, also where they are not listed */
  readonly peakCount: number;
  /** absent when the stream was written without them */
  readonly peaks?: StreamPeaks;
  readonly crystals: readonly StreamCrystal[];
}
