/**
 * The true intensity of every reflection, from the simulator's own truth.
 *
 * The truth of a frame lists the expected photons p of each reflection that the crystal's orientation excites:
 * p = I · exp(−ε²/2w²) · P, with the distance ε from the Ewald sphere, the width w of reflections and the polarization
 * P. Simulated with the widths w and √2·w, the same orientation gives I·P = p(√2·w)²/p(w). I is a reflection's own: the
 * same in all frames of one seed, whatever the detector; so a coarse one without gaps sees all of them soon.
 */
import { SimulatedSource } from "../../ts/io/simulated.ts";
import { NUMBERS_PER_SPOT } from "../../ts/io/truth.ts";
import { SETTINGS } from "./series.ts";
import type { Reflection } from "./hkl.ts";

/** 100 × 100 pixels of 1 mm: wide enough for reflections far from the sphere to be on it. */
const COARSE = {
  ...SETTINGS,
  ...{ width: 100, height: 100, pixel_size: 1e-3, distance: 0.05, beam_x: 50, beam_y: 50 },
  ...{ gap_x: 0, gap_y: 0, beamstop_radius: 0, dead_fraction: 0, hot_fraction: 0 },
  ...{ mosaicity: 0, polarization: 0, spot_width: 0.2, spot_photons: 1e7 },
};
/** The largest width that the simulator takes is 0.02/Å. */
const [NARROW, WIDE] = [0.02 / Math.SQRT2, 0.02];
/** Each sees about a quarter of all reflections. */
const FRAMES = 60;
/** The same intensity from two frames, up to rounding. */
const TOLERANCE = 1e-6;

const [X, Y, PHOTONS, H, K, L] = [0, 1, 2, 3, 4, 5];

/** Polarization factor of an unpolarized beam towards a place on the coarse detector, pixels from its first centre. */
function polarization(x: number, y: number): number {
  const { pixel_size: pixel, beam_x: beamX, beam_y: beamY, distance } = COARSE;
  const square = ((x + 0.5 - beamX) * pixel) ** 2 + ((y + 0.5 - beamY) * pixel) ** 2;
  return 0.5 * (1 + distance ** 2 / (square + distance ** 2));
}

/** Name of a reflection and its Friedel mate: of the two, the one whose first index other than 0 is positive. */
function friedel(h: number, k: number, l: number): string {
  const sign = h < 0 || (h === 0 && (k < 0 || (k === 0 && l < 0))) ? -1 : 1;
  // + 0 makes 0 of −0.
  return [h, k, l].map((index) => sign * index + 0).join(" ");
}

/** Spots by their indices. */
function spotsOf(source: SimulatedSource, index: number): Map<string, Float64Array> {
  const { spots } = source.truth(index);
  const rows = Array.from(
    { length: spots.length / NUMBERS_PER_SPOT },
    (_, i) => spots.slice(i * NUMBERS_PER_SPOT, (i + 1) * NUMBERS_PER_SPOT),
  );
  return new Map(rows.map((row) => [`${row[H]} ${row[K]} ${row[L]}`, row]));
}

/**
 * Intensity of each reflection up to the simulated resolution, Friedel mates as one, relative to a strong reflection at
 * low resolution (Debye-Waller factor included). Throws when two frames do not tell the same.
 */
export function trueIntensities(): Reflection[] {
  const [narrow, wide] = [NARROW, WIDE].map((width) =>
    new SimulatedSource(FRAMES, { ...COARSE, excitation_width: width })
  );
  const found = new Map<string, Reflection>();
  try {
    for (let index = 0; index < FRAMES; index++) {
      const wider = spotsOf(wide, index);
      for (const [name, spot] of spotsOf(narrow, index)) {
        const photons = wider.get(name)?.[PHOTONS];
        if (photons === undefined) continue;
        const part = polarization(spot[X], spot[Y]) * COARSE.spot_photons;
        const intensity = photons ** 2 / spot[PHOTONS] / part;
        const key = friedel(spot[H], spot[K], spot[L]);
        const known = found.get(key)?.intensity;
        if (known === undefined) {
          const [h, k, l] = key.split(" ").map(Number);
          found.set(key, { h, k, l, intensity });
        } else if (Math.abs(intensity / known - 1) > TOLERANCE) {
          throw new Error(`the true intensity of ${key} is ${known} in one frame and ${intensity} in frame ${index}`);
        }
      }
    }
  } finally {
    narrow.close();
    wide.close();
  }
  return [...found.values()];
}
