/**
 * The text header of miniCBF files (DECTRIS "Pilatus CBF header specification" 1.4) and the MIME header of their
 * binary section (imgCIF/CBF format, Bernstein & Hammersley).
 */
import { InputError } from "../errors.ts";
import { findDetector, gapMask } from "../geometry/detectors.ts";
import { geometryFromBeamCentre } from "../geometry/beam.ts";
import type { Geometry } from "../geometry/geometry.ts";
import type { DetectorFacts } from "./frame.ts";

/** What a miniCBF header tells about the experiment; SI units, absent where it tells nothing. */
export interface MiniCbfHeader {
  readonly detector?: string;
  /** [slow, fast], m */
  readonly pixelSize?: readonly [number, number];
  /** m */
  readonly wavelength?: number;
  /** m */
  readonly distance?: number;
  /** [x (fast), y (slow)], pixels */
  readonly beam?: readonly [number, number];
  /** angle of the detector arm, degrees */
  readonly twoTheta?: number;
  readonly facts: DetectorFacts;
}

const NUMBER = "([-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?)";

/** Numbers after a `# Key` line; separators may be blanks, `=`, `:`, commas or brackets. */
function values(text: string, key: string, count: number, between = "[\\s,=:()]*"): number[] | undefined {
  const pattern = Array(count).fill(NUMBER).join(between.replace("*", "+"));
  const match = new RegExp(`^#\\s*${key}[\\s,=:(]*${pattern}`, "mi").exec(text);
  const numbers = match?.slice(1, 1 + count).map(Number);
  return numbers?.every(Number.isFinite) ? numbers : undefined;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

/** Reads the `#` lines of a miniCBF header. What is missing or senseless (zero wavelength) is left out. */
export function parseMiniCbfHeader(text: string): MiniCbfHeader {
  const detector = /^#\s*Detector:?\s*([^\r\n]+)/mi.exec(text)?.[1].trim();
  const pixel = values(text, "Pixel_size", 2, "\\s*m?\\s*x?\\s*");
  const sensor = new RegExp(`^#\\s*(\\w+) sensor,? thickness[\\s=:]*${NUMBER}`, "mi").exec(text);
  const wavelength = positive(values(text, "Wavelength", 1)?.[0]);
  const twoTheta = values(text, "Detector_2theta", 1)?.[0];
  const beam = values(text, "Beam_xy", 2);
  const polarization = values(text, "Polarization", 1)?.[0];
  const material: Record<string, string> = { silicon: "Si", cdte: "CdTe", "cadmium": "CdTe", gaas: "GaAs" };
  const facts: DetectorFacts = {
    ...(detector ? { description: detector } : {}),
    ...(sensor ? { sensorMaterial: material[sensor[1].toLowerCase()] ?? sensor[1] } : {}),
    ...optional("sensorThickness", positive(sensor ? Number(sensor[2]) : undefined)),
    ...optional("saturationValue", positive(values(text, "Count_cutoff", 1)?.[0])),
    ...optional("exposureTime", positive(values(text, "Exposure_time", 1)?.[0])),
    ...optional(
      "polarizationFactor",
      polarization !== undefined && Math.abs(polarization) <= 1 ? polarization : undefined,
    ),
  };
  return {
    facts,
    ...optional("detector", detector?.split(",")[0].trim()),
    // The header's order is x × y; ours is slow, fast.
    ...optional(
      "pixelSize",
      pixel?.every((size) => size > 0 && size < 0.1) ? [pixel[1], pixel[0]] as const : undefined,
    ),
    ...optional("wavelength", wavelength === undefined ? undefined : wavelength * 1e-10),
    ...optional("distance", positive(values(text, "Detector_distance", 1)?.[0])),
    ...optional("beam", beam && (beam[0] !== 0 || beam[1] !== 0) ? [beam[0], beam[1]] as const : undefined),
    ...optional("twoTheta", twoTheta),
  };
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

/**
 * The geometry of a header, when it tells pixel size, distance and beam centre and the detector stands at right
 * angles to the beam. The gaps of a known detector are masked if `shape` is the detector's.
 */
export function geometryOfHeader(header: MiniCbfHeader, shape: readonly [number, number]): Geometry | undefined {
  const { pixelSize, distance, beam, wavelength, detector } = header;
  if (!pixelSize || distance === undefined || !beam || (header.twoTheta ?? 0) !== 0) return undefined;
  const known = detector === undefined ? undefined : findDetector(detector);
  const fits = known && known.shape[0] === shape[0] && known.shape[1] === shape[1];
  return geometryFromBeamCentre({
    distance,
    beamX: beam[0],
    beamY: beam[1],
    pixel1: pixelSize[0],
    pixel2: pixelSize[1],
    shape,
    ...optional("wavelength", wavelength),
    ...optional("detector", fits ? known.name : detector),
    ...optional("mask", fits ? gapMask(known) : undefined),
  });
}

/** The MIME header of a CBF binary section. */
export interface BinaryHeader {
  readonly conversions: string;
  /** bytes of the packed section */
  readonly size: number;
  readonly elementType: string;
  readonly elements: number;
  readonly fast: number;
  readonly slow: number;
  /** frames in the section: more than one is refused */
  readonly third: number;
  readonly md5?: string;
}

/** Reads the MIME header; `file` names it in errors. Throws InputError for lines that are missing or no counts. */
export function parseBinaryHeader(text: string, file: string): BinaryHeader {
  const fields = new Map<string, string>();
  // Folded lines (conversions on a line of its own) belong to the field before.
  for (const line of text.replace(/\r\n/g, "\n").replace(/\n[ \t]+/g, " ").split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const remedy = "the file is corrupt: copy it again";
  const count = (key: string, otherwise?: number): number => {
    const written = fields.get(key.toLowerCase());
    if (written === undefined && otherwise !== undefined) return otherwise;
    const value = Number(written);
    if (written && Number.isSafeInteger(value) && value >= 0) return value;
    throw new InputError(written === undefined ? "the line is missing" : `"${written}" is not a count`, {
      file,
      place: key,
      remedy,
    });
  };
  const fast = count("X-Binary-Size-Fastest-Dimension");
  const slow = count("X-Binary-Size-Second-Dimension");
  return {
    conversions: /conversions="?([\w-]+)"?/i.exec(fields.get("content-type") ?? "")?.[1] ?? "none",
    size: count("X-Binary-Size"),
    elementType: (fields.get("x-binary-element-type") ?? "signed 32-bit integer").replaceAll('"', "").trim(),
    elements: count("X-Binary-Number-of-Elements", fast * slow),
    fast,
    slow,
    third: count("X-Binary-Size-Third-Dimension", 1),
    ...optional("md5", fields.get("content-md5")),
  };
}
