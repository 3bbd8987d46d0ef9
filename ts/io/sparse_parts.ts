/** Where the bytes of a sparse file are: how many each of its large datasets takes, and how many its values are. */
import type { H5DatasetFacts, H5Reader } from "./hdf5/h5.ts";
import { STORED_BYTES } from "./packed_stack.ts";
import { sparseGroup } from "./sparse_read.ts";

/** A part of a sparse file, of one dataset or two that are alike. */
export interface SparsePart {
  readonly name: "index" | "intensity" | "radius map" | "normalization map" | "background curves" | "pixel mask";
  /** bytes of the values, not packed */
  readonly raw: number;
  /** bytes in the file; absent when neither the library nor the file tells */
  readonly stored?: number;
}

const DATASETS: readonly (readonly [SparsePart["name"], readonly string[]])[] = [
  ["index", ["index"]],
  ["intensity", ["intensity"]],
  ["radius map", ["mask"]],
  ["normalization map", ["normalization"]],
  ["background curves", ["background_avg", "background_std"]],
];

/** The large parts that a file has; [] when it is no sparse file. Throws InputError when it is damaged. */
export function sparseParts(h5: H5Reader): SparsePart[] {
  const group = sparseGroup(h5);
  if (!group) return [];
  const named = DATASETS.map(([name, datasets]) => part(h5, name, datasets.map((one) => `${group.data}/${one}`)));
  const mask = part(h5, "pixel mask", [`${group.entry}/instrument/detector/pixel_mask`]);
  return [...named, mask].filter((one) => one !== undefined);
}

function part(h5: H5Reader, name: SparsePart["name"], paths: readonly string[]): SparsePart | undefined {
  const present = paths.filter((path) => h5.kind(path) === "dataset");
  if (present.length === 0) return undefined;
  let [raw, stored]: [number, number | undefined] = [0, 0];
  for (const path of present) {
    const facts = h5.dataset(path);
    const bytes = facts.shape.reduce((product, n) => product * n, facts.itemSize);
    const taken = storedBytes(h5, path, facts, bytes);
    raw += bytes;
    stored = taken === undefined || stored === undefined ? undefined : stored + taken;
  }
  return { name, raw, ...(stored === undefined ? {} : { stored }) };
}

/** What the library tells, else what the writer noted, else what an unpacked dataset must take. */
function storedBytes(h5: H5Reader, path: string, facts: H5DatasetFacts, raw: number): number | undefined {
  const { storedBytes } = facts as H5DatasetFacts & { readonly storedBytes?: number };
  if (storedBytes !== undefined) return storedBytes;
  const noted = h5.attribute(path, STORED_BYTES);
  if (typeof noted === "number" && Number.isSafeInteger(noted) && noted >= 0) return noted;
  return facts.chunks ? undefined : raw;
}
