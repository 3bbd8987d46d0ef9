/**
 * PONI files of pyFAI, versions 1, 2, 2.1 and 3, both ways. `key: value` lines, keys in any case, the last one wins,
 * `#` starts a comment (Kieffer et al. 2020, J. Synchrotron Rad. 27, 558; pyFAI's documentation of the format).
 */
import { InputError } from "../errors.ts";
import { findDetector, gapMask } from "./detectors.ts";
import type { Geometry } from "./geometry.ts";

type Place = { file: string; place?: string; remedy?: string };

function lines(text: string): Map<string, string> {
  const entries = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (line.trimStart().startsWith("#") || colon < 0) continue;
    entries.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return entries;
}

function absent(value: string | undefined): value is undefined {
  return value === undefined || value === "" || /^none$/i.test(value);
}

function numeric(value: string, key: string, file: string): number {
  const number = Number(value);
  if (!Number.isFinite(number)) {
    throw new InputError(`"${value}" is not a number`, { file, place: key, remedy: "correct the line" });
  }
  return number;
}

function required(entries: Map<string, string>, key: string, file: string): number {
  const value = entries.get(key);
  if (absent(value)) {
    throw new InputError("the line is missing", { file, place: key, remedy: "a PONI file needs it; calibrate again" });
  }
  return numeric(value, key, file);
}

function positive(value: number, unit: string, largest: number, place: Place): number {
  if (value > 0 && value < largest) return value;
  throw new InputError(`${value} cannot be a length in ${unit}`, place);
}

function detectorConfig(entries: Map<string, string>, file: string): Record<string, unknown> {
  const text = entries.get("detector_config");
  if (absent(text)) return {};
  const place = { file, place: "Detector_config", remedy: 'write it as {"pixel1": 7.5e-05, "pixel2": 7.5e-05}' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InputError("is not valid JSON", place, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InputError("is not a JSON object", place);
  }
  return value as Record<string, unknown>;
}

function orientationOf(value: unknown, file: string): Geometry["orientation"] {
  if (value === undefined || value === null || value === 0) return 3;
  if (value === 1 || value === 2 || value === 3 || value === 4) return value;
  throw new InputError(`orientation ${JSON.stringify(value)} is not supported`, {
    file,
    place: "Detector_config",
    remedy: "only 1 to 4 are (5 to 8 swap the axes): store the frames transposed and calibrate again",
  });
}

/** The larger shapes that a geometry text may claim are refused: its mask would be allocated from it. */
export const MAX_PIXELS = 2 ** 28;

function shapeOf(value: unknown, file: string): readonly [number, number] | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.length === 2) {
    const [slow, fast] = value.map(Number);
    if (Number.isInteger(slow) && Number.isInteger(fast) && slow > 0 && fast > 0 && slow * fast < MAX_PIXELS) {
      return [slow, fast];
    }
  }
  throw new InputError(`max_shape ${JSON.stringify(value)} is not a detector's shape`, {
    file,
    place: "Detector_config",
    remedy: "write it as [rows, columns]",
  });
}

/** True when the text looks like a PONI file. */
export function isPoni(text: string): boolean {
  return /^\s*poni[12]\s*:/im.test(text);
}

/**
 * The geometry in the text of a PONI file; `file` names it in errors. A known detector gives its shape and masks its
 * gaps. Throws InputError for missing or senseless lines, an unknown detector without pixel size, orientations 5–8,
 * versions after 3, and a parallax correction, which is not done here.
 */
export function parsePoni(text: string, file: string): Geometry {
  const entries = lines(text);
  const version = absent(entries.get("poni_version")) ? 1 : required(entries, "poni_version", file);
  if (version > 3) {
    throw new InputError(`version ${version} is too new`, {
      file,
      place: "poni_version",
      remedy: "versions 1 to 3 are read",
    });
  }
  if (/^(true|1)$/i.test(entries.get("parallax") ?? "")) {
    throw new InputError("the parallax correction is not supported", {
      file,
      place: "Parallax",
      remedy: "set it to False",
    });
  }
  const config = detectorConfig(entries, file);
  const name = absent(entries.get("detector")) ? undefined : entries.get("detector");
  const known = name === undefined ? undefined : findDetector(name);
  const pixel = (axis: 1 | 2): number => {
    const given = config[`pixel${axis}`] ?? entries.get(`pixelsize${axis}`);
    const value = given === undefined || given === null ? known?.pixel : numeric(String(given), `pixel${axis}`, file);
    if (value === undefined) {
      throw new InputError(`the pixel size of detector ${name ?? "(none named)"} is not known`, {
        file,
        place: "Detector",
        remedy: 'add the line Detector_config: {"pixel1": …, "pixel2": …} in m',
      });
    }
    return positive(value, "m", 0.1, { file, place: `pixel${axis}`, remedy: "give the pixel size in m" });
  };
  const pixel1 = pixel(1);
  const pixel2 = pixel(2);
  // Another pixel size than the model's means binned or resampled frames: then its shape and gaps do not apply.
  const asMade = known && Math.abs(pixel1 / known.pixel - 1) < 1e-3 && Math.abs(pixel2 / known.pixel - 1) < 1e-3;
  const shape = shapeOf(config.max_shape ?? config.shape, file) ?? (asMade ? known.shape : undefined);
  const gaps = asMade && shape && shape[0] === known.shape[0] && shape[1] === known.shape[1];
  const wavelength = entries.get("wavelength");
  const geometry: Geometry = {
    distance: positive(required(entries, "distance", file), "m", 1e4, {
      file,
      place: "Distance",
      remedy: "give the distance in m",
    }),
    poni1: required(entries, "poni1", file),
    poni2: required(entries, "poni2", file),
    rot1: required(entries, "rot1", file),
    rot2: required(entries, "rot2", file),
    rot3: required(entries, "rot3", file),
    pixel1,
    pixel2,
    orientation: orientationOf(config.orientation, file),
    ...(absent(wavelength) ? {} : {
      wavelength: positive(numeric(wavelength, "Wavelength", file), "m for a wavelength", 1e-6, {
        file,
        place: "Wavelength",
        remedy: "give it in m, 1 Å is 1e-10",
      }),
    }),
    ...(shape ? { shape } : {}),
    ...(name ? { detector: name } : {}),
  };
  const mask = gaps ? gapMask(known) : undefined;
  return mask ? { ...geometry, mask } : geometry;
}

/** The text of a PONI file (version 2.1) of this geometry. Its mask is not written: PONI files hold none. */
export function formatPoni(geometry: Geometry): string {
  const known = geometry.detector === undefined ? undefined : findDetector(geometry.detector);
  const config: Record<string, unknown> = { pixel1: geometry.pixel1, pixel2: geometry.pixel2 };
  if (geometry.shape) config.max_shape = geometry.shape;
  config.orientation = geometry.orientation;
  // pyFAI's own detectors refuse a max_shape, and an unknown name makes it fail.
  if (known) delete config.max_shape;
  return [
    "# PONI file, lengths in m, angles in rad; 1 is the slow axis, 2 the fast one",
    "poni_version: 2.1",
    `Detector: ${known ? known.name.replaceAll(" ", "") : "Detector"}`,
    `Detector_config: ${JSON.stringify(config)}`,
    `Distance: ${geometry.distance}`,
    `Poni1: ${geometry.poni1}`,
    `Poni2: ${geometry.poni2}`,
    `Rot1: ${geometry.rot1}`,
    `Rot2: ${geometry.rot2}`,
    `Rot3: ${geometry.rot3}`,
    ...(geometry.wavelength === undefined ? [] : [`Wavelength: ${geometry.wavelength}`]),
    "",
  ].join("\n");
}
