/** No output may be one of the inputs, or another output: replacing it would lose the user's data. */
import { resolve } from "node:path";
import { UsageError } from "../errors.ts";
import { filePart } from "../io/open.ts";
import type { RunOptions } from "./experiment.ts";

/** The file's true path; what does not exist is resolved by name. */
function truePath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return resolve(path);
  }
}

/** Every file that a run reads. */
export function inputsOf({ files, geometry, mask, dark, flat }: RunOptions): string[] {
  const named = typeof geometry === "string" ? geometry : undefined;
  return [...files, named, mask, dark, flat].filter((file) => file !== undefined);
}

/** Throws UsageError when an output has no name, is one of the inputs, or is named twice; links are followed. */
export function checkApart(inputs: readonly string[], outputs: readonly (string | undefined)[]): void {
  const taken = new Map(inputs.map((input) => [truePath(filePart(input)), "an input and an output"]));
  for (const output of outputs) {
    if (output === undefined) continue;
    if (output === "") throw new UsageError("the name of an output is empty: give one");
    const place = truePath(output);
    const role = taken.get(place);
    if (role) throw new UsageError(`${output} is ${role}: name another output`);
    taken.set(place, "the name of two outputs");
  }
}
