/** Where the frames are in an HDF5 file: NeXus defaults, Dectris masters, CXI, or the only candidate. */
import { InputError } from "../../errors.ts";
import type { H5Reader } from "./reader.ts";
import { type H5DatasetFacts, isNumber } from "./types.ts";

/** Datasets that hold the frames of one stack, in order. */
export interface FoundFrames {
  /** what the stack is called in messages: a dataset, or the group of its parts */
  readonly path: string;
  /** one dataset, or the parts of a Dectris master */
  readonly datasets: readonly string[];
}

/** Groups and datasets that hold frames by convention, in order of preference. */
const USUAL_PLACES = ["/entry/data", "/entry_1/data_1", "/entry/instrument/detector"];
/** Names that are never frames although they have their shape. */
const NOT_FRAMES = /mask|flat|dark|pedestal|gain|background|radius|normali[sz]ation/i;

/**
 * Finds the frames of `file`, at `path` when the user named one (a dataset, or a group that holds them).
 *
 * @throws InputError that names the candidates when there is no answer or more than one
 */
export function findFrames(file: H5Reader, path?: string): FoundFrames {
  if (path) {
    const kind = file.kind(path);
    if (kind !== "group") {
      // Missing names and dead links get the reader's own error.
      file.dataset(path);
      return { path, datasets: [path] };
    }
    const found = inGroup(file, path);
    if (found) return found;
    throw new InputError("this group holds no frames", { file: file.path, place: path, remedy: candidates(file) });
  }
  const chosen = defaultGroup(file);
  if (file.attribute(chosen.at(1) ?? "", "pyFAI_sparse_frames") !== undefined) {
    throw new InputError("this file holds sparse frames", {
      file: file.path,
      remedy: "rebuild dense frames first: braggsieve densify",
    });
  }
  for (const place of [...chosen.reverse(), ...USUAL_PLACES]) {
    const found = file.kind(place) === "group" ? inGroup(file, place) : undefined;
    if (found) return found;
  }
  return onlyCandidate(file);
}

/** The groups on the way of the `default` attributes, root first. */
function defaultGroup(file: H5Reader): string[] {
  const way = ["/"];
  for (let depth = 0; depth < 8; depth++) {
    const here = way.at(-1)!;
    const next = file.attribute(here, "default");
    if (typeof next !== "string" || next === "" || next === ".") break;
    const path = next.startsWith("/") ? next : `${here === "/" ? "" : here}/${next}`;
    if (file.kind(path) !== "group") break;
    way.push(path);
  }
  return way;
}

/** The frames of a group: its signal, `data`, or the numbered parts of a Dectris master. */
function inGroup(file: H5Reader, group: string): FoundFrames | undefined {
  const base = group === "/" ? "" : group;
  const signal = file.attribute(group, "signal");
  for (const name of [typeof signal === "string" ? signal : "", "data"]) {
    const path = `${base}/${name}`;
    if (name && file.kind(path) === "dataset" && looksLikeFrames(file.dataset(path))) return { path, datasets: [path] };
  }
  const parts = file.children(group).filter((name) => /^data_\d+$/.test(name));
  if (parts.length === 0) return undefined;
  const number = (name: string) => Number(name.slice("data_".length));
  parts.sort((a, b) => number(a) - number(b));
  const datasets = parts.map((name) => `${base}/${name}`);
  // A part whose file is absent gets the reader's own error: frames must not vanish silently.
  const [first] = datasets.map((path) => file.dataset(path));
  return first && looksLikeFrames(first) ? { path: base, datasets } : undefined;
}

function onlyCandidate(file: H5Reader): FoundFrames {
  const all = file.datasets().filter((path) => looksLikeFrames(file.dataset(path)));
  const named = all.filter((path) => !NOT_FRAMES.test(path.split("/").at(-1)!));
  const stacks = named.filter((path) => file.dataset(path).shape.length > 2);
  for (const some of [stacks, named]) {
    if (some.length === 1) return { path: some[0]!, datasets: some };
  }
  const what = named.length === 0 ? "no frames were found in it" : "it is not clear which dataset holds the frames";
  throw new InputError(what, { file: file.path, remedy: candidates(file) });
}

/** What the user could have meant. */
function candidates(file: H5Reader): string {
  const paths = file.datasets().filter((path) => file.dataset(path).shape.length >= 2).slice(0, 6);
  if (paths.length === 0) return "it has no dataset of two or three dimensions";
  return `name one as ${file.path}::${paths[0]}` + (paths.length > 1 ? ` (or ${paths.slice(1).join(", ")})` : "");
}

/** Numbers in two or three dimensions, or in four with a second axis of one channel. */
function looksLikeFrames(facts: H5DatasetFacts): boolean {
  const { shape } = facts;
  const rank = shape.length === 2 || shape.length === 3 || (shape.length === 4 && shape[1] === 1);
  return rank && isNumber(facts.type) && Math.min(...shape.slice(-2)) > 1;
}
