/**
 * The rotation of the PONI convention (Kieffer et al. 2020, eq. 1), written out. Rows are the laboratory's axes
 * 1 (up), 2 (across), 3 (along the beam); columns are the detector's axes 1 (slow), 2 (fast) and its normal.
 */

/** A 3-vector. */
export type Vector = readonly [number, number, number];

/** The columns of the rotation: the slow axis, the fast axis and the normal in laboratory axes (1, 2, 3). */
export function rotationColumns(rot1: number, rot2: number, rot3: number): readonly [Vector, Vector, Vector] {
  const [c1, s1, c2, s2] = [Math.cos(rot1), Math.sin(rot1), Math.cos(rot2), Math.sin(rot2)];
  const [c3, s3] = [Math.cos(rot3), Math.sin(rot3)];
  return [
    [c2 * c3, c2 * s3, s2],
    [c3 * s1 * s2 - c1 * s3, c1 * c3 + s1 * s2 * s3, -c2 * s1],
    [-(c1 * c3 * s2 + s1 * s3), -(c1 * s2 * s3 - c3 * s1), c1 * c2],
  ];
}

/** The angles whose `rotationColumns` are these axes; they must be orthonormal and right-handed. */
export function rotationAngles(slow: Vector, fast: Vector): { rot1: number; rot2: number; rot3: number } {
  const normal = cross(slow, fast);
  return {
    rot1: Math.atan2(-fast[2], normal[2]),
    rot2: Math.asin(Math.max(-1, Math.min(1, slow[2]))),
    rot3: Math.atan2(slow[1], slow[0]),
  };
}

/** The cross product. */
export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** The scalar product. */
export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
