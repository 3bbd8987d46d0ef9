/** Real counts on detectors of other sizes: cut around the beam where the size is smaller, repeated where it is larger. */
import type { PlanInput } from "../ts/engine/engine.ts";
import { directBeam, geometryFromBeamCentre } from "../ts/geometry/beam.ts";
import type { PixelArray, PixelType } from "../ts/io/frame.ts";

type Shape = readonly [slow: number, fast: number];
type Arrays = PixelArray;

/** `shape` pixels of an image that repeats without end, from `origin` (which may be negative). */
export function tiled<T extends Arrays>(pixels: T, [slow, fast]: Shape, shape: Shape, origin: Shape): T {
  const out = new (pixels.constructor as new (length: number) => T)(shape[0] * shape[1]);
  const within = (position: number, size: number) => ((position % size) + size) % size;
  for (let y = 0; y < shape[0]; y++) {
    const row = within(origin[0] + y, slow) * fast;
    for (let x = 0; x < shape[1];) {
      const from = within(origin[1] + x, fast);
      const count = Math.min(fast - from, shape[1] - x);
      out.set(pixels.subarray(row + from, row + from + count), y * shape[1] + x);
      x += count;
    }
  }
  return out;
}

/** 16-bit counts: larger ones wrap, which −1 and 2³²−1, the masked, survive as 65535. */
export function to16Bits(pixels: PixelArray): Uint16Array {
  return new Uint16Array(pixels);
}

/** Frames and plan of a detector of `shape` with the beam in its middle. */
export function aroundBeam(
  plan: PlanInput & { readonly mask: Uint8Array },
  frames: readonly PixelArray[],
  shape: Shape,
): { plan: PlanInput & { readonly mask: Uint8Array }; pixels: PixelArray[] } {
  const { geometry } = plan;
  const beam = directBeam(geometry, plan.shape);
  const origin = [Math.round(beam.y - shape[0] / 2), Math.round(beam.x - shape[1] / 2)] as const;
  const { pixel1, pixel2 } = geometry;
  const place = { distance: beam.distance, beamX: beam.x - origin[1], beamY: beam.y - origin[0] };
  return {
    plan: {
      ...plan,
      shape,
      geometry: geometryFromBeamCentre({ ...place, pixel1, pixel2, shape }),
      mask: tiled(plan.mask, plan.shape, shape, origin),
    },
    pixels: frames.map((frame) => tiled(frame, plan.shape, shape, origin)),
  };
}

/** The same plan for 16-bit frames. */
export function for16Bits<T extends PlanInput>(plan: T): T & { type: PixelType } {
  return { ...plan, type: "uint16", valid: [0, 2 ** 16 - 2] };
}
