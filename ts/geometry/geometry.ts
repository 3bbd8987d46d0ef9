/**
 * One value for the experiment's geometry, whatever file it came from: the PONI convention of pyFAI
 * (Kieffer et al. 2020, J. Synchrotron Rad. 27, 558): axis 1 is slow, axis 2 is fast; lengths in m, angles in rad.
 */
export interface Geometry {
  /** sample to PONI, m */
  readonly distance: number;
  /** point of normal incidence along the slow axis, m */
  readonly poni1: number;
  /** point of normal incidence along the fast axis, m */
  readonly poni2: number;
  /** rotations about axes 1, 2, 3, rad */
  readonly rot1: number;
  readonly rot2: number;
  readonly rot3: number;
  /** m; absent when the file does not tell: then q cannot be computed */
  readonly wavelength?: number;
  /** pixel size along the slow axis, m */
  readonly pixel1: number;
  /** pixel size along the fast axis, m */
  readonly pixel2: number;
  /** EXIF-like, origin seen from behind the camera: 1 top-left, 2 top-right, 3 bottom-right (default), 4 bottom-left */
  readonly orientation: 1 | 2 | 3 | 4;
  /** [slow, fast] in pixels, when the file tells */
  readonly shape?: readonly [number, number];
  readonly detector?: string;
  /** pixels that the geometry itself excludes (gaps of a known detector, bad regions of a .geom); 1 = masked */
  readonly mask?: Uint8Array;
}
