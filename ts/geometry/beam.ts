/** Direct beam and PONI: from beam centre and distance to a Geometry, and back. Axis 1 is slow (y), 2 is fast (x). */
import { UsageError } from "../errors.ts";
import type { Geometry } from "./geometry.ts";

/** A detector at right angles to the beam, as image headers describe it. */
export interface BeamCentre {
  /** sample to detector, m */
  distance: number;
  /** direct beam along the fast axis, pixels from the outer edge of the first pixel (its centre is at 0.5) */
  beamX: number;
  /** direct beam along the slow axis, pixels */
  beamY: number;
  /** pixel size along the slow axis, m */
  pixel1: number;
  /** pixel size along the fast axis, m */
  pixel2: number;
  /** m */
  wavelength?: number;
  /** [slow, fast] in pixels */
  shape?: readonly [number, number];
  detector?: string;
  mask?: Uint8Array;
}

/** The untilted geometry (orientation 3) with this direct beam. */
export function geometryFromBeamCentre(beam: BeamCentre): Geometry {
  const { distance, beamX, beamY, ...rest } = beam;
  return {
    ...rest,
    distance,
    poni1: beamY * beam.pixel1,
    poni2: beamX * beam.pixel2,
    rot1: 0,
    rot2: 0,
    rot3: 0,
    orientation: 3,
  };
}

/** Where the direct beam meets the detector: `distance` along the beam in m, `x` (fast) and `y` (slow) in stored pixels. */
export interface DirectBeam {
  readonly distance: number;
  readonly x: number;
  readonly y: number;
}

/**
 * The direct beam of a geometry, rotations included: the ray along axis 3 cut with the detector's plane (the inverse
 * of pyFAI's rotation `R3·R2·R1`). `shape` is needed for orientations other than 3, which count from another corner.
 * Throws UsageError when it is missing, or when the beam never meets the plane.
 */
export function directBeam(geometry: Geometry, shape = geometry.shape): DirectBeam {
  const { rot1, rot2, distance: length } = geometry;
  const along = Math.cos(rot1) * Math.cos(rot2);
  if (along < 1e-9) {
    throw new UsageError("the direct beam does not meet this detector: it is turned by 90° or more");
  }
  let y = (geometry.poni1 + length * Math.sin(rot2) / along) / geometry.pixel1;
  let x = (geometry.poni2 - length * Math.tan(rot1)) / geometry.pixel2;
  if (geometry.orientation !== 3) {
    if (!shape) throw new UsageError(`orientation ${geometry.orientation} needs the detector's shape`);
    if (geometry.orientation <= 2) y = shape[0] - y;
    if (geometry.orientation === 1 || geometry.orientation === 4) x = shape[1] - x;
  }
  return { distance: length / along, x, y };
}
