/**
 * The text of a CrystFEL geometry file as values: panels with their properties, bad regions and global lines
 * (format: crystfel_geometry(5)). What they mean together is `geom.ts`'s work.
 */
import { InputError } from "../errors.ts";
import type { Vector } from "./rotation.ts";

/** One panel, lengths in pixels; `fs` and `ss` are its pixel steps in CrystFEL's laboratory axes x, y, z. */
export interface GeomPanel {
  readonly name: string;
  readonly minFs: number;
  readonly maxFs: number;
  readonly minSs: number;
  readonly maxSs: number;
  readonly cornerX: number;
  readonly cornerY: number;
  /** m */
  readonly coffset: number;
  /** camera length as written, with its unit */
  readonly clen: string | undefined;
  /** pixels per m */
  readonly res: number;
  readonly fs: Vector;
  readonly ss: Vector;
  readonly noIndex: boolean;
  /** all properties as written */
  readonly properties: ReadonlyMap<string, string>;
}

/** A region to mask, limits inclusive, in frame pixels (fs, ss) or in laboratory pixels (x, y). */
export interface BadRegion {
  readonly name: string;
  readonly panel?: string;
  readonly limits: ReadonlyMap<string, number>;
}

/** All of a geometry file. */
export interface GeomText {
  readonly panels: readonly GeomPanel[];
  readonly bad: readonly BadRegion[];
  /** lines that belong to no panel */
  readonly globals: ReadonlyMap<string, string>;
}

const GLOBAL =
  /^(photon_energy|photon_energy_bandwidth|wavelength|peak_list|peak_info_location|peak_list_type|detector_shift_x|detector_shift_y|rigid_group|group)/;

function invalid(what: string, file: string, place: string): InputError {
  return new InputError(what, { file, place, remedy: "see crystfel_geometry(5)" });
}

/** A vector like "+0.9999x -0.0012y" or "x". */
function parseVector(text: string, file: string, place: string): Vector {
  const vector: [number, number, number] = [0, 0, 0];
  const compact = text.replace(/\s+/g, "");
  const terms = /([+-]?)(\d*\.?\d*(?:[eE][+-]?\d+)?)([xyz])/gy;
  let end = 0;
  for (let match = terms.exec(compact); match; match = terms.exec(compact)) {
    const size = match[2] === "" ? 1 : Number(match[2]);
    vector["xyz".indexOf(match[3])] += match[1] === "-" ? -size : size;
    end = terms.lastIndex;
  }
  if (end === 0 || end !== compact.length || !vector.every(Number.isFinite)) {
    throw invalid(`"${text}" is not a direction such as "x" or "+0.99x -0.01y"`, file, place);
  }
  return vector;
}

function number(properties: ReadonlyMap<string, string>, key: string, panel: string, file: string, otherwise?: number) {
  const text = properties.get(key);
  if (text === undefined) {
    if (otherwise !== undefined) return otherwise;
    throw invalid(`"${key}" is missing`, file, `panel ${panel}`);
  }
  const value = Number(text.split(/\s+/)[0]);
  if (text === "" || !Number.isFinite(value)) throw invalid(`"${text}" is not a number`, file, `${panel}/${key}`);
  return value;
}

function panelOf(name: string, properties: ReadonlyMap<string, string>, file: string): GeomPanel {
  const value = (key: string, otherwise?: number) => number(properties, key, name, file, otherwise);
  return {
    name,
    minFs: value("min_fs"),
    maxFs: value("max_fs"),
    minSs: value("min_ss"),
    maxSs: value("max_ss"),
    cornerX: value("corner_x"),
    cornerY: value("corner_y"),
    coffset: value("coffset", 0),
    clen: properties.get("clen"),
    res: value("res"),
    fs: parseVector(properties.get("fs") ?? "x", file, `${name}/fs`),
    ss: parseVector(properties.get("ss") ?? "y", file, `${name}/ss`),
    noIndex: /^(1|yes|true)$/i.test(properties.get("no_index") ?? ""),
    properties,
  };
}

function badRegion(name: string, properties: ReadonlyMap<string, string>, file: string): BadRegion {
  const limits = new Map<string, number>();
  for (const key of properties.keys()) {
    if (/^(min|max)_(fs|ss|x|y)$/.test(key)) limits.set(key, number(properties, key, name, file));
  }
  const panel = properties.get("panel");
  return panel === undefined ? { name, limits } : { name, panel, limits };
}

/** Parses the text of a .geom file; `file` names it in errors. Throws InputError for lines that mean nothing. */
export function parseGeomText(text: string, file: string): GeomText {
  const globals = new Map<string, string>();
  // CrystFEL: a line without a panel is the default of the panels that are first named after it.
  const defaults = new Map<string, string>();
  const named = new Map<string, Map<string, string>>();
  text.split(/\r?\n/).forEach((whole, index) => {
    const line = whole.replace(/;.*$/, "").trim();
    if (line === "") return;
    const equals = line.indexOf("=");
    if (equals < 0) throw invalid(`"${line.slice(0, 40)}" is not a "name = value" line`, file, `line ${index + 1}`);
    const key = line.slice(0, equals).trim();
    const value = line.slice(equals + 1).trim();
    const slash = key.indexOf("/");
    if (slash < 0) {
      (GLOBAL.test(key) ? globals : defaults).set(key, value);
      return;
    }
    const name = key.slice(0, slash);
    if (!named.has(name)) named.set(name, name.startsWith("bad") ? new Map() : new Map(defaults));
    named.get(name)?.set(key.slice(slash + 1).trim(), value);
  });
  const bad: BadRegion[] = [];
  const panels: GeomPanel[] = [];
  for (const [name, properties] of named) {
    if (name.startsWith("bad")) bad.push(badRegion(name, properties, file));
    else panels.push(panelOf(name, properties, file));
  }
  if (panels.length === 0) throw invalid("it describes no panel", file, "whole file");
  // Some files hold clen and flags after the panels, for all of them.
  for (const [key, value] of defaults) if (!globals.has(key)) globals.set(key, value);
  return { panels, bad, globals };
}
