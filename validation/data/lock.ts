/** datasets.lock: which data sets there are, where they come from, and what their files must be. */
import { Ajv } from "ajv";
import { InputError, messageOf } from "../../ts/errors.ts";
import schema from "./datasets.schema.json" with { type: "json" };

/** One file of a set, below the data folder. */
export interface DataFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** absent: the file was made for this project and cannot be downloaded */
  readonly url?: string;
}

/** One data set. */
export interface DataSet {
  readonly name: string;
  readonly title: string;
  /** address at a fixed commit, DOI, or how it was made */
  readonly origin: string;
  /** null where the origin states none */
  readonly licence: string | null;
  readonly citation: string | null;
  readonly geometry: string | null;
  readonly usedFor: readonly string[];
  readonly files: readonly DataFile[];
}

const FILE = new URL("../../datasets.lock", import.meta.url);

const check = new Ajv({ allErrors: true }).compile<{ version: 1; sets: DataSet[] }>(schema);

/** The sets that a lock file lists. Throws InputError where it is not as the schema says. */
export function parseLock(text: string, file = "datasets.lock"): readonly DataSet[] {
  let lock: unknown;
  try {
    lock = JSON.parse(text);
  } catch (error) {
    throw new InputError(`is not JSON: ${messageOf(error)}`, { file });
  }
  if (!check(lock)) {
    const [{ instancePath, message }] = check.errors!;
    throw new InputError(message ?? "is not as the schema says", { file, place: instancePath || "/" });
  }
  const paths = lock.sets.flatMap(({ files }) => files.map(({ path }) => path));
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice !== undefined) throw new InputError("lists a file twice", { file, place: twice });
  return lock.sets;
}

/** The sets of this repository's datasets.lock. */
export async function readLock(): Promise<readonly DataSet[]> {
  return parseLock(await Deno.readTextFile(FILE));
}
