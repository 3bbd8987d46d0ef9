/**
 * What a frame is, before and after decoding, and where frames come from.
 * Nothing here touches a pixel: decoding is the engine's work.
 */
import type { Geometry } from "../geometry/geometry.ts";

/** Pixel types that frames may have (little-endian). */
export type PixelType = "uint8" | "uint16" | "uint32" | "int16" | "int32" | "float32";

/** A typed array of one of the pixel types. */
export type PixelArray = Uint8Array | Uint16Array | Uint32Array | Int16Array | Int32Array | Float32Array;

/** How the bytes of a frame are packed. A plan decodes all of them into its frame buffer. */
export type Encoding =
  /** row-major pixels, little-endian */
  | "raw"
  /** CBF byte-offset (x-CBF_BYTE_OFFSET), decodes to int32 */
  | "byte-offset"
  /** one HDF5 chunk of filter 32008 with LZ4: 12-byte header, then blocks */
  | "bitshuffle-lz4"
  /** one HDF5 chunk of filter 32008 with Zstandard: the same header, then blocks */
  | "bitshuffle-zstd"
  /** one HDF5 chunk of filter 32004: a header of 12 bytes too, blocks not shuffled */
  | "lz4"
  /** one HDF5 chunk of filter 32015: Zstandard frames */
  | "zstd"
  /** one HDF5 chunk of filter 1 (deflate): a zlib stream */
  | "gzip"
  /** one HDF5 chunk of filter 2 (bytes of elements shuffled), then 1: a zlib stream */
  | "shuffle-gzip";

/** One frame as its source holds it. `bytes` belong to the caller: no source changes or reads them afterwards. */
export interface EncodedFrame {
  readonly encoding: Encoding;
  /** A pool may hand them to another thread: afterwards they are here again, or gone. */
  bytes: Uint8Array;
}

/** What every frame of a source has in common. */
export interface FrameInfo {
  /** [slow, fast] in pixels */
  readonly shape: readonly [number, number];
  readonly type: PixelType;
  /** Values outside [low, high] are not counts: masked in every frame where they occur. Absent: none but NaN. */
  readonly valid?: readonly [number, number];
  /** From the file itself, when it says so. */
  readonly geometry?: Geometry;
  /** 1 = masked; one byte per pixel; from the file itself (pixel_mask). */
  readonly mask?: Uint8Array;
  /** Further facts for the outputs, when the file has them. */
  readonly detector?: DetectorFacts;
}

/** Facts about sensor and exposure that travel from input to output. SI units. */
export interface DetectorFacts {
  readonly description?: string;
  readonly sensorMaterial?: string;
  /** m */
  readonly sensorThickness?: number;
  /** counts; above it a pixel is saturated */
  readonly saturationValue?: number;
  /** s */
  readonly exposureTime?: number;
  readonly polarizationFactor?: number;
}

/** Where a frame lies, when an HDF5 output may link to it in place of copying. */
export interface FrameLink {
  /** absolute path of the HDF5 file */
  readonly file: string;
  /** path of the 3-D dataset in it */
  readonly dataset: string;
  /** index of the frame in that dataset */
  readonly index: number;
}

/** A stack of frames: a file, one dataset of a file, a simulation, or arrays in memory. */
export interface FrameSource {
  /** as the user named it */
  readonly name: string;
  readonly frameCount: number;
  readonly info: FrameInfo;
  /**
   * Frame `index` (0-based). `buffer`, when it is large enough, may be used for the bytes: a buffer of an earlier frame
   * spares the system from making a new one. Throws InputError naming file and frame when it cannot be read.
   */
  read(index: number, buffer?: Uint8Array<ArrayBuffer>): Promise<EncodedFrame> | EncodedFrame;
  /** Where frame `index` lies in an HDF5 file; absent when frames do not lie in one. */
  link?(index: number): FrameLink;
  /** A short name of frame `index` for messages, for instance `scan.h5::/entry/data/data #12`. */
  label(index: number): string;
  close(): void;
}
