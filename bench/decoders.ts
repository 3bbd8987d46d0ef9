/**
 * Chunks of HDF5 filter 32008 to pixels and back, alone, on an engine: what bench/decode.ts measures.
 *
 * Into the frame buffer of a plan, where every stage and every caller reads the pixels without a copy. The plan's mask
 * leaves one row of pixels: what it does to a frame is decoding it, and moving the pixels of that row. `Packing` decodes
 * to an array of the caller's, which takes as long on the native engine and two copies more on WebAssembly.
 */
import { DEFAULT_SETTINGS, type Engine } from "../ts/engine/engine.ts";
import { bytesOfPixels } from "../ts/engine/pixel_arrays.ts";
import { geometryFromBeamCentre } from "../ts/geometry/beam.ts";
import type { PixelArray, PixelType } from "../ts/io/frame.ts";

/** How it is done, for the figures. */
export const DECODER_NOTE = "ours decode into the frame buffer of a plan, where the pixels are read as a view";

/** Packs and unpacks frames of one shape and type. */
export interface ChunkCoder {
  decode(chunk: Uint8Array): void;
  /** The pixels that were decoded last; a view. */
  pixels(): PixelArray;
  encode(pixels: PixelArray): Uint8Array;
  close(): void;
}

export function chunkCoder(engine: Engine, type: PixelType, shape: readonly [number, number]): ChunkCoder {
  const geometry = geometryFromBeamCentre({
    ...{ distance: 0.1, beamX: shape[1] / 2, beamY: shape[0] / 2, pixel1: 1e-4, pixel2: 1e-4, shape },
  });
  const mask = new Uint8Array(shape[0] * shape[1]).fill(1, shape[1]);
  const plan = engine.plan({ geometry, shape, type, mask, settings: { ...DEFAULT_SETTINGS, bins: 10 } });
  return {
    decode: (bytes) => plan.load({ encoding: "bitshuffle-lz4", bytes }),
    pixels: () => plan.frame(),
    encode: (pixels) => {
      plan.load({ encoding: "raw", bytes: bytesOfPixels(pixels) });
      return plan.encode();
    },
    close: () => plan.close(),
  };
}

/** Frames as chunks of filter 32008. */
export function encodeAll(
  engine: Engine,
  type: PixelType,
  shape: readonly [number, number],
  frames: readonly PixelArray[],
): Uint8Array[] {
  const coder = chunkCoder(engine, type, shape);
  const chunks = frames.map((frame) => coder.encode(frame).slice());
  coder.close();
  return chunks;
}
