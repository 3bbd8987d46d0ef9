/** What a stage's benchmark is: one file a stage of the core, by its name. */
import type { Densifier, Plan, SparseFrame } from "../../ts/engine/engine.ts";
import type { EncodedFrame } from "../../ts/io/frame.ts";
import type { ChunkCoder } from "../decoders.ts";

/** One frame in every form that a stage takes. */
export interface FrameForms {
  readonly raw: EncodedFrame;
  /** HDF5 chunk of filter 32008 */
  readonly chunk: Uint8Array;
  readonly sparse: SparseFrame;
}

/** What stages work with on one engine. The plan has passed the stages before. */
export interface Work {
  readonly plan: Plan;
  readonly coder: ChunkCoder;
  readonly densifier: Densifier;
}

/** Mean sizes of the frames, in bytes where nothing else is said. */
export interface Sizes {
  /** number of pixels, masked ones too */
  readonly pixels: number;
  readonly frame: number;
  /** pixels that are not masked: the frame in bin order */
  readonly valid: number;
  readonly chunk: number;
  /** number of bins */
  readonly bins: number;
  /** indices and values of the kept pixels */
  readonly kept: number;
}

/** One stage. */
export interface Stage {
  /** as the core names it */
  readonly name: string;
  /** of what a frame passes: its analysis, or its rebuilding from a sparse file */
  readonly way: "analysis" | "rebuild";
  /** in words: what is read once and written once */
  readonly moves: string;
  /** the same in bytes */
  readonly bytes: (sizes: Sizes) => number;
  readonly run: (work: Work, frame: FrameForms, seed: number) => unknown;
}

/** Bytes of a profile: five f64 columns. */
export const PROFILE_BYTES = 40;
/** Bytes of the background of a bin: mean and std as f32. */
export const BACKGROUND_BYTES = 8;
