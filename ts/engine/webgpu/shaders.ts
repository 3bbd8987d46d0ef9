/** The WGSL of each stage: its file behind those that it builds on. One file per stage, named like its Rust reference. */
import background from "./background.wgsl" with { type: "text" };
import bitshuffle from "./bitshuffle.wgsl" with { type: "text" };
import bitshuffleLz4 from "./bitshuffle_lz4.wgsl" with { type: "text" };
import bounds from "./bounds.wgsl" with { type: "text" };
import clipExact from "./clip_exact.wgsl" with { type: "text" };
import clipFloat from "./clip_float.wgsl" with { type: "text" };
import clipQuick from "./clip_quick.wgsl" with { type: "text" };
import compact from "./compact.wgsl" with { type: "text" };
import correct from "./correct.wgsl" with { type: "text" };
import densePixel from "./dense_pixel.wgsl" with { type: "text" };
import densify from "./densify.wgsl" with { type: "text" };
import densifyNoise from "./densify_noise.wgsl" with { type: "text" };
import float64 from "./float64.wgsl" with { type: "text" };
import grid from "./grid.wgsl" with { type: "text" };
import lz4 from "./lz4.wgsl" with { type: "text" };
import moments from "./moments.wgsl" with { type: "text" };
import pair from "./pair.wgsl" with { type: "text" };
import peaks from "./peaks.wgsl" with { type: "text" };
import pick from "./pick.wgsl" with { type: "text" };
import plan from "./plan.wgsl" with { type: "text" };
import reduce from "./reduce.wgsl" with { type: "text" };
import proof from "./proof.wgsl" with { type: "text" };
import sums from "./sums.wgsl" with { type: "text" };
import widen from "./widen.wgsl" with { type: "text" };
import type { PixelType } from "../../io/frame.ts";

/** Numbers of the pixel types in correct.wgsl. */
const PIXEL_NUMBERS: Record<PixelType, number> = { uint8: 0, uint16: 1, uint32: 2, int16: 3, int32: 4, float32: 5 };

/** What the stages of a plan are compiled for. */
export interface Variant {
  readonly type: PixelType;
  /** sums are exact integers */
  readonly exact: boolean;
  readonly dark: boolean;
  /** how norms are held: all 1, fixed point, f32 */
  readonly norm: "ones" | "fixed" | "float";
}

const MODULES = {
  proof: [float64, pair, proof],
  bitshuffle_lz4: [lz4, bitshuffle, bitshuffleLz4],
  widen: [widen],
  clip_exact: [plan, float64, pair, correct, reduce, sums, clipExact],
  clip_quick: [plan, float64, pair, correct, reduce, sums, clipQuick],
  moments: [plan, float64, pair, reduce, moments],
  clip_float: [plan, float64, correct, clipFloat],
  background: [plan, float64, background],
  bounds: [plan, float64, bounds],
  pick: [plan, float64, correct, grid, pick],
  compact: [plan, float64, compact],
  peaks: [plan, float64, correct, grid, peaks],
  densify: [float64, densePixel, densify],
  densify_noise: [float64, densePixel, densifyNoise],
};

/** The modules that there are. */
export type ModuleName = keyof typeof MODULES;

/** The constants of a variant, as WGSL. */
export function header({ type, exact, dark, norm }: Variant): string {
  const norms = { ones: 0, fixed: 1, float: 2 };
  return `const PIXEL = ${PIXEL_NUMBERS[type]}u;
const EXACT = ${exact};
const DARK = ${dark};
const NORM = ${norms[norm]}u;
/// Signals whose square fits 32 bits.
const NARROW = ${["uint8", "uint16", "int16"].includes(type)};
`;
}

/** Source of a module behind a header. */
export function shader(name: ModuleName, header = ""): string {
  return [header, ...MODULES[name]].join("\n");
}
