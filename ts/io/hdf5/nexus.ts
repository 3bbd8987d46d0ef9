/**
 * What a NeXus, CXI or Dectris file says about its detector: mask, geometry and facts for the outputs.
 * Source: NXdetector, NXbeam and NXmx (manual.nexusformat.org); Dectris' file description; the CXI format.
 */
import { nonzeroMask } from "../../engine/maps.ts";
import { decodeMask } from "../../engine/packing.ts";
import { InputError, messageOf } from "../../errors.ts";
import type { Geometry } from "../../geometry/geometry.ts";
import type { DetectorFacts } from "../frame.ts";
import { chunkCodec } from "./codec.ts";
import type { H5Chunk, H5Reader } from "./reader.ts";
import { count, type H5DatasetFacts, isNumber } from "./types.ts";

/** The groups of the instrument that belong to a dataset of frames, as far as the file has them. */
export interface Instrument {
  readonly entry: string;
  readonly detector?: string;
  readonly beams: readonly string[];
}

/** Finds detector and beam of the entry in which `dataset` lies. */
export function findInstrument(file: H5Reader, dataset: string): Instrument {
  // A path may be given without its first slash.
  const parts = dataset.split("/").filter((part) => part !== "");
  const entry = parts.length > 1 ? `/${parts[0]}` : "/entry";
  const groups = (parent: string) =>
    file.children(parent).map((name) => `${parent}/${name}`).filter((path) => file.kind(path) === "group");
  const isClass = (path: string, name: string) => file.attribute(path, "NX_class") === name;
  const instruments = groups(entry).filter((path) =>
    isClass(path, "NXinstrument") || /\/instrument(_\d+)?$/.test(path)
  );
  const inside = [...instruments, `${entry}/sample`].flatMap(groups);
  return {
    entry,
    detector: inside.find((path) => isClass(path, "NXdetector") || /\/detector(_\d+)?$/.test(path)),
    beams: inside.filter((path) => isClass(path, "NXbeam") || isClass(path, "NXmonochromator") || /\/beam$/.test(path)),
  };
}

/**
 * The file's mask: 1 where any bit of the pixel mask is set, one byte per pixel; undefined when the file has none.
 *
 * @throws InputError when it has another shape than the frames
 */
export function readMask(
  file: H5Reader,
  dataset: string,
  instrument: Instrument,
  shape: readonly [number, number],
): Uint8Array | undefined {
  const folder = dataset.slice(0, dataset.lastIndexOf("/"));
  const { detector, entry } = instrument;
  const places = [
    ...(detector ? [`${detector}/pixel_mask`, `${detector}/detectorSpecific/pixel_mask`, `${detector}/mask`] : []),
    `${folder}/pixel_mask`,
    `${folder}/mask`,
    `${entry}/mask`,
  ];
  const place = places.find((path) => file.kind(path) === "dataset");
  if (!place) return undefined;
  const facts = file.dataset(place);
  const leading = facts.shape.slice(0, -2);
  if (count(leading) !== 1 || facts.shape.at(-2) !== shape[0] || facts.shape.at(-1) !== shape[1]) {
    throw new InputError(`the mask has the shape (${facts.shape.join(", ")}), the frames (${shape.join(", ")})`, {
      file: file.path,
      place,
      remedy: "name the dataset that belongs to this mask, or repair the file",
    });
  }
  const chunk = isNumber(facts.type) ? file.chunk(place, 0) : undefined;
  if (chunk && chunkCodec().decodes.has(chunk.encoding)) return chunkMask(chunk, facts, { file: file.path, place });
  const values = file.read(place);
  return typeof values === "object" && !Array.isArray(values) ? nonzeroMask(values) : undefined;
}

/** The mask in an image that is one chunk, without the library's filters and copies. Throws InputError. */
function chunkMask(
  { encoding, bytes }: H5Chunk,
  { type, shape, itemSize }: H5DatasetFacts,
  where: { file: string; place: string },
): Uint8Array {
  try {
    return decodeMask(encoding, bytes, itemSize, type === "float32" || type === "float64", count(shape));
  } catch (error) {
    const remedy = "copy the file again or leave this part out";
    throw new InputError(`the mask cannot be read: ${messageOf(error)}`, { ...where, remedy });
  }
}

/** Lengths in m, by the `units` that files use. */
const LENGTHS: Record<string, number> = {
  m: 1,
  meter: 1,
  metre: 1,
  cm: 1e-2,
  mm: 1e-3,
  um: 1e-6,
  "µm": 1e-6,
  micron: 1e-6,
  nm: 1e-9,
  pm: 1e-12,
  a: 1e-10,
  "å": 1e-10,
  angstrom: 1e-10,
};

/** Planck's constant times the speed of light, in J·m, and one eV in J: exact by the SI of 2019. */
const HC = 6.62607015e-34 * 299792458;
const EV = 1.602176634e-19;

/**
 * The geometry, when distance, beam centre and pixel sizes are all there; the wavelength may be absent. Rotations of the
 * detector, which NXmx gives as a chain of transformations, are taken as none.
 */
export function readGeometry(
  file: H5Reader,
  instrument: Instrument,
  shape: readonly [number, number],
): Geometry | undefined {
  const { detector } = instrument;
  if (!detector) return undefined;
  const distance = length(file, detector, ["detector_distance", "distance"], "m");
  const pixel1 = length(file, detector, ["y_pixel_size"], "m");
  const pixel2 = length(file, detector, ["x_pixel_size"], "m");
  if (!distance || !pixel1 || !pixel2) return undefined;
  const poni1 = centre(file, detector, "beam_center_y", pixel1);
  const poni2 = centre(file, detector, "beam_center_x", pixel2);
  if (poni1 === undefined || poni2 === undefined) return undefined;
  const wavelength = instrument.beams.map((beam) => wavelengthOf(file, beam)).find((value) => value !== undefined);
  return { distance, poni1, poni2, rot1: 0, rot2: 0, rot3: 0, wavelength, pixel1, pixel2, orientation: 3, shape };
}

/** Facts for the outputs; fields that the file does not have are absent. */
export function readDetector(file: H5Reader, instrument: Instrument): DetectorFacts | undefined {
  const { detector } = instrument;
  if (!detector) return undefined;
  const specific = `${detector}/detectorSpecific`;
  const facts: Record<string, string | number | undefined> = {
    description: text(file, `${detector}/description`),
    sensorMaterial: text(file, `${detector}/sensor_material`),
    sensorThickness: length(file, detector, ["sensor_thickness"], "m"),
    saturationValue: number(file, `${detector}/saturation_value`) ??
      number(file, `${specific}/countrate_correction_count_cutoff`),
    exposureTime: number(file, `${detector}/count_time`),
  };
  const present = Object.entries(facts).filter(([, value]) => value !== undefined);
  return present.length > 0 ? Object.fromEntries(present) : undefined;
}

function wavelengthOf(file: H5Reader, beam: string): number | undefined {
  const wavelength = length(file, beam, ["incident_wavelength", "wavelength"], "angstrom");
  if (wavelength) return wavelength;
  const energy = number(file, `${beam}/incident_energy`) ?? number(file, `${beam}/energy`);
  const units = file.attribute(`${beam}/incident_energy`, "units") ?? file.attribute(`${beam}/energy`, "units");
  if (!energy || energy <= 0) return undefined;
  const joules = energy * (units === "J" ? 1 : units === "keV" ? 1e3 * EV : EV);
  return HC / joules;
}

/** A beam centre in m: given in pixels unless its units are a length. */
function centre(file: H5Reader, detector: string, name: string, pixel: number): number | undefined {
  const value = number(file, `${detector}/${name}`);
  const scale = LENGTHS[unitsOf(file, `${detector}/${name}`)];
  return value === undefined ? undefined : value * (scale ?? pixel);
}

/** The first of the named lengths, in m; `units` is what numbers without units mean. */
function length(file: H5Reader, group: string, names: readonly string[], units: string): number | undefined {
  for (const name of names) {
    const value = number(file, `${group}/${name}`);
    const scale = LENGTHS[unitsOf(file, `${group}/${name}`) || units];
    if (value !== undefined && scale !== undefined) return value * scale;
  }
  return undefined;
}

function unitsOf(file: H5Reader, path: string): string {
  const units = file.attribute(path, "units");
  const name = typeof units === "string" ? units.trim().toLowerCase() : "";
  return name in LENGTHS ? name : name.replace(/s$/, "");
}

/** A finite number: a scalar, or the first of a list (one value per frame). */
function number(file: H5Reader, path: string): number | undefined {
  if (file.kind(path) !== "dataset") return undefined;
  const { shape, type } = file.dataset(path);
  if (shape.length > 1 || count(shape) === 0 || type === "string") return undefined;
  const value = file.read(path, shape.length === 1 ? [[0, 1]] : undefined);
  const first = Number(typeof value === "object" ? value[0] : value);
  return Number.isFinite(first) ? first : undefined;
}

function text(file: H5Reader, path: string): string | undefined {
  if (file.kind(path) !== "dataset" || file.dataset(path).type !== "string") return undefined;
  const value = file.read(path);
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" && first !== "" ? first : undefined;
}
