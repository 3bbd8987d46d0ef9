/** The simulated series: small stills of one triclinic crystal, each in an orientation of its own, of varied strength. */
import { formatGeom } from "../../ts/geometry/geom.ts";
import type { Geometry } from "../../ts/geometry/geometry.ts";
import { createDense } from "../../ts/io/dense.ts";
import { SimulatedSource, type SimulationSettings } from "../../ts/io/simulated.ts";
import { completing } from "../../ts/pipeline/to_file.ts";

/**
 * One protein in P1 (the cell of triclinic lysozyme): no two orientations of its lattice look alike, so that frames need
 * no choice between them, and the simulator's intensities, which obey Friedel's law alone, have its symmetry.
 */
const CELL = { cell_a: 27.24, cell_b: 31.87, cell_c: 34.23, cell_alpha: 88.52, cell_beta: 108.53, cell_gamma: 111.89 };

/** The point group that intensities are merged in. */
export const SYMMETRY = "-1";

/** Resolution up to which data are merged, Å: that of the detector's edges. */
export const RESOLUTION = 2.0;

/** Mean photons of a strong reflection at low resolution; frames take turns: crystals are not equally large. */
export const STRENGTHS = [60, 120, 250, 500, 1000] as const;

/** What all frames share; the rest are the simulator's defaults. Reflections go on beyond the merged ones. */
export const SETTINGS: SimulationSettings = {
  ...CELL,
  seed: 7,
  hit_fraction: 1,
  hot_fraction: 0,
  distance: 0.08,
  polarization: 1,
  resolution: 1.6,
  b_factor: 20,
  excitation_width: 1.5e-3,
  air_photons: 15,
  ring_photons: 4,
  flat_photons: 0.5,
};

/** The crystal as CrystFEL's unit cell file. */
export const CELL_FILE = `CrystFEL unit cell file version 1.0

lattice_type = triclinic
centering = P
a = ${CELL.cell_a} A
b = ${CELL.cell_b} A
c = ${CELL.cell_c} A
al = ${CELL.cell_alpha} deg
be = ${CELL.cell_beta} deg
ga = ${CELL.cell_gamma} deg
`;

/** Writes the first `count` frames to exactly `path` as a dense stack. */
export async function writeSeries(path: string, count: number): Promise<void> {
  const sources = STRENGTHS.map((spot_photons) => new SimulatedSource(count, { ...SETTINGS, spot_photons }));
  const [{ info, geometry, mask }] = sources;
  try {
    const { shape, type, detector } = info;
    const facts = { shape, type, geometry, mask, ...(detector ? { detector } : {}) };
    const sink = await createDense(path, { ...facts, sources: ["simulation"], settings: { ...SETTINGS, STRENGTHS } });
    await completing(sink, async () => {
      for (let index = 0; index < count; index++) {
        const { bytes } = await sources[index % sources.length].read(index);
        sink.append(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2));
      }
    });
  } finally {
    sources.forEach((source) => source.close());
  }
}

/** The geometry of the frames. */
export function seriesGeometry(): Geometry {
  const source = new SimulatedSource(1, SETTINGS);
  source.close();
  return source.geometry;
}

/**
 * The geometry as CrystFEL reads it, for frames in the dataset `data`. All variants are given the mask of `series`, the
 * file of the simulated frames.
 */
export function geomText(data: string, series: string): string {
  const layout = { data, mask: "/entry/instrument/detector/pixel_mask" };
  return `mask0_file = ${series}\n${formatGeom(seriesGeometry(), undefined, layout)}`;
}
