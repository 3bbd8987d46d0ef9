/**
 * CrystFEL .geom files (crystfel_geometry(5)) of detectors whose panels lie on one plane pixel grid, both ways.
 * CrystFEL's x, y, z are the PONI convention's laboratory axes 2, 1, 3; its corner_x/y count pixels from the beam to
 * the outer corner of a panel's first pixel.
 */
import { InputError, UsageError } from "../errors.ts";
import { MAX_PIXELS } from "./poni.ts";
import type { Geometry } from "./geometry.ts";
import { isDataPath, parseEnergy, parseLength } from "./geom_units.ts";
import { type BadRegion, type GeomPanel, type GeomText, parseGeomText } from "./geom_text.ts";
import { cross, dot, rotationAngles, rotationColumns, type Vector } from "./rotation.ts";

/** A geometry with what else a geometry file tells about the frames. */
export interface LoadedGeometry extends Geometry {
  /** values outside [low, high] are not counts (`flag_lessthan`, `flag_morethan`) */
  readonly valid?: readonly [number, number];
  /** this value is not a count (`flag_equal`) */
  readonly dummy?: number;
  /** what the file asks for and is not done, one sentence each, for the user to read */
  readonly notes?: readonly string[];
}

/** How far a panel's corner may lie from the common grid, pixels: more would blur the rings. */
const GRID_TOLERANCE = 0.5;

/** True when the text looks like a CrystFEL geometry file. */
export function isGeom(text: string): boolean {
  return /^\s*[^;\s][^;=]*\/corner_x\s*=/m.test(text) || /^\s*corner_x\s*=/m.test(text);
}

/** Position of frame pixel (0, 0)'s outer corner if the panel's grid went on to there, in pixels (laboratory 1, 2, 3). */
function origin(panel: GeomPanel, height: number): Vector {
  const at = (axis: 0 | 1 | 2, corner: number) => corner - panel.minFs * panel.fs[axis] - panel.minSs * panel.ss[axis];
  return [at(1, panel.cornerY), at(0, panel.cornerX), at(2, height * panel.res)];
}

const labAxes = (vector: Vector): Vector => [vector[1], vector[0], vector[2]];

/** Height of the panel along the beam, m. */
function height(panel: GeomPanel, globals: ReadonlyMap<string, string>, file: string): number {
  const clen = panel.clen ?? globals.get("clen");
  const remedy = 'write the distance in the file, for instance "clen = 0.12 m", or give a PONI';
  if (clen === undefined) throw new InputError("the camera length is missing", { file, place: "clen", remedy });
  if (isDataPath(clen)) {
    throw new InputError(`the camera length is kept in the frames at ${clen}`, { file, place: "clen", remedy });
  }
  return parseLength(clen, file, `${panel.name}/clen`) + panel.coffset;
}

/** The grid that all panels share: origin and steps in laboratory axes, in pixels of `1 / res` m. */
function commonGrid(text: GeomText, file: string): { corner: Vector; slow: Vector; fast: Vector; res: number } {
  const [first] = text.panels;
  const fail = (panel: GeomPanel, what: string) => {
    throw new InputError(what, {
      file,
      place: `panel ${panel.name}`,
      remedy: "assemble the frames into one image, or give a PONI for them",
    });
  };
  const corner = origin(first, height(first, text.globals, file));
  const [slow, fast] = [labAxes(first.ss), labAxes(first.fs)];
  if (!(first.res > 0)) fail(first, `res = ${first.res} is not a number of pixels per m`);
  const skew = Math.max(Math.abs(dot(slow, slow) - 1), Math.abs(dot(fast, fast) - 1), Math.abs(dot(slow, fast)));
  if (skew > 2e-3) fail(first, "fs and ss are not two unit vectors at a right angle");
  for (const panel of text.panels) {
    if (Math.abs(panel.res / first.res - 1) > 1e-6) fail(panel, `has another res than panel ${first.name}`);
    const axis = panel.properties.get("dim0") ?? "%";
    if (/^\d+$/.test(axis) && text.panels.length > 1) {
      fail(panel, `lies in a stack of panels (dim0 = ${axis}), which is not supported`);
    }
    const other = origin(panel, height(panel, text.globals, file));
    for (const ss of [panel.minSs, panel.maxSs + 1]) {
      for (const fs of [panel.minFs, panel.maxFs + 1]) {
        const off = [0, 1, 2].map((i) => {
          const own = other[i] + ss * labAxes(panel.ss)[i] + fs * labAxes(panel.fs)[i];
          return own - (corner[i] + ss * slow[i] + fs * fast[i]);
        });
        const distance = Math.hypot(...off);
        if (!(distance <= GRID_TOLERANCE)) {
          fail(
            panel,
            `lies ${
              distance.toFixed(2)
            } pixels off the grid of panel ${first.name}: tilted or shifted panels are not supported`,
          );
        }
      }
    }
  }
  return { corner, slow, fast, res: first.res };
}

function boundsOf(panel: GeomPanel, file: string): readonly [number, number, number, number] {
  const bounds = [panel.minSs, panel.maxSs + 1, panel.minFs, panel.maxFs + 1] as const;
  const sensible = bounds.every(Number.isInteger) && bounds[0] >= 0 && bounds[2] >= 0 && bounds[1] > bounds[0] &&
    bounds[3] > bounds[2] && bounds[1] * bounds[3] < MAX_PIXELS;
  if (sensible) return bounds;
  throw new InputError("its limits are not a range of pixels", {
    file,
    place: `panel ${panel.name}`,
    remedy: "check min_fs, max_fs, min_ss and max_ss",
  });
}

/** The rows and columns of a bad region: [first row, row after the last, first column, column after the last]. */
function badBounds(region: BadRegion, text: GeomText, shape: readonly [number, number], file: string) {
  const { limits } = region;
  const panel = region.panel === undefined ? undefined : text.panels.find((one) => one.name === region.panel);
  const whole = panel ? boundsOf(panel, file) : [0, shape[0], 0, shape[1]] as const;
  if (![...limits.keys()].some((key) => /_(x|y)$/.test(key))) {
    return [
      Math.max(whole[0], limits.get("min_ss") ?? 0),
      Math.min(whole[1], (limits.get("max_ss") ?? Infinity) + 1),
      Math.max(whole[2], limits.get("min_fs") ?? 0),
      Math.min(whole[3], (limits.get("max_fs") ?? Infinity) + 1),
    ];
  }
  // Laboratory limits: a rectangle of pixels only when fs and ss run along x and y.
  const [first] = text.panels;
  const { fs, ss } = first;
  if (Math.abs(Math.abs(fs[0]) - 1) > 1e-3 || Math.abs(Math.abs(ss[1]) - 1) > 1e-3) {
    throw new InputError("limits in x and y need panels along x and y", {
      file,
      place: region.name,
      remedy: "give the region in fs and ss",
    });
  }
  const corner = origin(first, 0);
  const range = (name: "x" | "y", start: number, step: number, length: number) => {
    const ends = [limits.get(`min_${name}`) ?? -Infinity, limits.get(`max_${name}`) ?? Infinity];
    const [low, high] = ends.map((end) => (end - start) / Math.sign(step)).sort((a, b) => a - b);
    // A pixel is bad when its centre is.
    return [Math.max(0, Math.ceil(low - 0.5)), Math.min(length, Math.floor(high - 0.5) + 1)];
  };
  return [...range("y", corner[0], ss[1], shape[0]), ...range("x", corner[1], fs[0], shape[1])];
}

function maskOf(text: GeomText, shape: readonly [number, number], file: string): Uint8Array | undefined {
  const mask = new Uint8Array(shape[0] * shape[1]).fill(1);
  const fill = (value: 0 | 1, [top, bottom, left, right]: readonly number[]) => {
    for (let row = top; row < bottom && left < right; row++) {
      mask.fill(value, row * shape[1] + left, row * shape[1] + right);
    }
  };
  for (const panel of text.panels) if (!panel.noIndex) fill(0, boundsOf(panel, file));
  for (const region of text.bad) fill(1, badBounds(region, text, shape, file));
  return mask.includes(1) ? mask : undefined;
}

function wavelengthOf(globals: ReadonlyMap<string, string>, file: string): { wavelength?: number; note?: string } {
  for (const [key, parse] of [["wavelength", parseLength], ["photon_energy", parseEnergy]] as const) {
    const text = globals.get(key);
    if (text === undefined) continue;
    if (isDataPath(text)) return { note: `${file}: ${key} is kept in the frames at ${text}, which is not read` };
    return { wavelength: parse(text, file, key) };
  }
  return {};
}

function flags(text: GeomText, file: string): Pick<LoadedGeometry, "valid" | "dummy" | "notes"> {
  const notes: string[] = [];
  const [first] = text.panels;
  const flag = (name: string): number | undefined => {
    const written = first.properties.get(name);
    if (text.panels.some((panel) => panel.properties.get(name) !== written)) {
      notes.push(`${file}: ${name} differs between panels and is not applied; give a mask for it`);
      return undefined;
    }
    const value = Number(written);
    return written !== undefined && Number.isFinite(value) ? value : undefined;
  };
  const [low, high, dummy] = [flag("flag_lessthan"), flag("flag_morethan"), flag("flag_equal")];
  for (const key of new Set(text.panels.flatMap((panel) => [...panel.properties.keys()]))) {
    if (/^mask\d*(_data|_file)?$/.test(key)) {
      notes.push(
        `${file}: ${key} is not read; give the mask with --mask, a pixel_mask of the frames' file is used anyway`,
      );
    }
  }
  return {
    ...(low === undefined && high === undefined ? {} : { valid: [low ?? -Infinity, high ?? Infinity] as const }),
    ...(dummy === undefined ? {} : { dummy }),
    ...(notes.length > 0 ? { notes } : {}),
  };
}

/**
 * The geometry in the text of a .geom file; `file` names it in errors. Panels must lie on one plane grid within half
 * a pixel (tilted as a whole is fine); what no panel covers and what a bad region covers is masked. A grid that is
 * mirrored against the PONI convention is mirrored back in x, which radii and polarization do not notice.
 * Throws InputError for everything that cannot be mapped, saying what to do instead.
 */
export function parseGeom(text: string, file: string): LoadedGeometry {
  const parsed = parseGeomText(text, file);
  const { corner, slow, fast, res } = commonGrid(parsed, file);
  const mirror = cross(slow, fast)[2] < 0 ? -1 : 1;
  const upright = (v: Vector): Vector => [v[0], mirror * v[1], v[2]];
  const [s, f, c] = [upright(slow), upright(fast), upright(corner)];
  const { rot1, rot2, rot3 } = rotationAngles(s, f);
  const bounds = parsed.panels.map((panel) => boundsOf(panel, file));
  const shape = [Math.max(...bounds.map((b) => b[1])), Math.max(...bounds.map((b) => b[3]))] as const;
  if (shape[0] * shape[1] >= MAX_PIXELS) {
    throw new InputError(`${shape[0]} × ${shape[1]} pixels are too many`, { file, remedy: "check the panels' limits" });
  }
  const { wavelength, note } = wavelengthOf(parsed.globals, file);
  const distance = dot(c, cross(s, f)) / res;
  if (!(distance > 0)) {
    throw new InputError("the detector is not downstream of the sample", {
      file,
      place: "clen",
      remedy: "check clen, coffset, fs and ss",
    });
  }
  const mask = maskOf(parsed, shape, file);
  const further = flags(parsed, file);
  const notes = [...(note ? [note] : []), ...(further.notes ?? [])];
  // Half a turn about the beam changes neither radii nor polarization: keep the smaller angle.
  const turn = Math.abs(rot3) > Math.PI / 2 ? rot3 - Math.sign(rot3) * Math.PI : rot3;
  const tidy = (angle: number) => Math.abs(angle) < 1e-12 ? 0 : angle;
  return {
    distance,
    poni1: -dot(c, s) / res,
    poni2: -dot(c, f) / res,
    rot1: tidy(rot1),
    rot2: tidy(rot2),
    rot3: tidy(turn),
    pixel1: 1 / res,
    pixel2: 1 / res,
    orientation: 3,
    shape,
    ...(wavelength === undefined ? {} : { wavelength }),
    ...(mask ? { mask } : {}),
    ...further,
    ...(notes.length > 0 ? { notes } : {}),
  };
}

/** Where the frames and peaks lie, for the .geom file that goes with an HDF5 file. */
export interface GeomLayout {
  /** dataset of the frames, axes [frame, slow, fast] */
  data?: string;
  /** group of CXI peak lists */
  peakList?: string;
  /** dataset of the mask; nonzero is bad */
  mask?: string;
}

/**
 * The text of a .geom file of one panel for this geometry, tilts included. Its mask is not written. Throws UsageError
 * for pixels that are not square, for orientations other than 3, or when the shape is not known.
 */
export function formatGeom(geometry: Geometry, shape = geometry.shape, layout: GeomLayout = {}): string {
  const { pixel1: pixel, pixel2, poni1, poni2, distance } = geometry;
  if (!shape) throw new UsageError("a .geom file needs the detector's shape");
  if (Math.abs(pixel / pixel2 - 1) > 1e-6) throw new UsageError("CrystFEL knows square pixels only");
  if (geometry.orientation !== 3) {
    throw new UsageError(
      `orientation ${geometry.orientation} cannot be written as .geom; calibrate with orientation 3`,
    );
  }
  const [slow, fast, normal] = rotationColumns(geometry.rot1, geometry.rot2, geometry.rot3);
  const corner = [0, 1, 2].map((i) => -poni1 * slow[i] - poni2 * fast[i] + distance * normal[i]);
  const vector = (v: Vector) =>
    ([[v[1], "x"], [v[0], "y"], [v[2], "z"]] as const).filter(([size]) => size !== 0)
      .map(([size, axis]) => `${size < 0 ? "-" : "+"}${decimal(Math.abs(size))}${axis}`).join(" ");
  return [
    ...(geometry.wavelength === undefined ? [] : [`wavelength = ${decimal(geometry.wavelength * 1e10)} A`]),
    "adu_per_photon = 1",
    `clen = ${decimal(corner[2])} m`,
    `res = ${decimal(1 / pixel)}`,
    ...(layout.data ? [`data = ${layout.data}`, "dim0 = %", "dim1 = ss", "dim2 = fs"] : []),
    ...(layout.mask ? [`mask0_data = ${layout.mask}`, "mask0_goodbits = 0x0", "mask0_badbits = 0xffff"] : []),
    ...(layout.peakList ? [`peak_list = ${layout.peakList}`, "peak_list_type = cxi"] : []),
    "p0/min_fs = 0",
    `p0/max_fs = ${shape[1] - 1}`,
    "p0/min_ss = 0",
    `p0/max_ss = ${shape[0] - 1}`,
    `p0/corner_x = ${decimal(corner[1] / pixel)}`,
    `p0/corner_y = ${decimal(corner[0] / pixel)}`,
    `p0/fs = ${vector(fast)}`,
    `p0/ss = ${vector(slow)}`,
    "",
  ].join("\n");
}

/** A number without exponent, which CrystFEL's direction parser does not know, to 12 significant digits. */
function decimal(value: number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, Math.min(20, 11 - Math.floor(Math.log10(Math.abs(value)))));
  const text = value.toFixed(digits);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
