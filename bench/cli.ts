/** The command line as users start it: a process with the permissions of its task, timed from start to exit. */
import { fileURLToPath } from "node:url";
import configuration from "../deno.json" with { type: "json" };
import { milliseconds } from "./machine.ts";
import { output, remove } from "./program.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const { braggsieve: plain, "braggsieve:native": withFfi } = configuration.tasks;

/** The ways to run it that are measured, named as their columns: engine, task, and the HDF5 library that is used. */
const PROGRAMS = {
  wasm: { engine: "wasm", task: plain, hdf5: "h5wasm" },
  wasmLibhdf5: { engine: "wasm", task: withFfi, hdf5: "libhdf5" },
  native: { engine: "native", task: withFfi, hdf5: undefined },
} as const;
export type Program = keyof typeof PROGRAMS;

/** Arguments and environment of a task, which is `NAME=value … deno … script.ts`. */
function partsOf({ command }: { readonly command: string }): { args: string[]; env: Record<string, string> } {
  const words = command.split(" ");
  const program = words.indexOf("deno");
  const env = Object.fromEntries(words.slice(0, program).map((word) => word.split(/=(.*)/s).slice(0, 2)));
  return { args: [...words.slice(program + 1, -1), ROOT + words.at(-1)], env };
}

/** Variables that name libraries; reading them takes a permission. */
const VARIABLES = ["BRAGGSIEVE_NATIVE", "BRAGGSIEVE_LIBHDF5"];

/** Milliseconds of a command that makes `made`. Throws when another engine or HDF5 library was used than was meant. */
export async function braggsieve(program: Program, words: readonly string[], made: string): Promise<number> {
  await remove(made);
  const { engine, task, hdf5 } = PROGRAMS[program];
  const { args: [run, ...permissions], env } = partsOf(task);
  const args = [run, ...environment(task), ...permissions, ...words, "--engine", engine, "--json", "-o", made];
  let printed = "";
  const work = async () => {
    printed = await output(Deno.execPath(), args, { env });
  };
  const ms = await milliseconds(work);
  const record = printed.slice(printed.indexOf("{"), printed.lastIndexOf("}") + 1);
  const summary = JSON.parse(record) as { engine: string; hdf5?: string };
  if (summary.engine !== engine) throw new Error(`${summary.engine} computed, not ${engine}`);
  if (hdf5 && !summary.hdf5?.startsWith(hdf5)) throw new Error(`files were read with ${summary.hdf5}, not ${hdf5}`);
  return ms;
}

/** The permission to read the variables that are set. */
function environment(task: typeof plain | typeof withFfi): string[] {
  const set = task === withFfi ? VARIABLES.filter((name) => Deno.env.get(name) !== undefined) : [];
  return set.length > 0 ? [`--allow-env=${set.join(",")}`] : [];
}

/** Whether a command has an option. */
export async function hasOption(command: string, option: string): Promise<boolean> {
  const { args, env } = partsOf(plain);
  return (await output(Deno.execPath(), [...args, command, "--help"], { env })).includes(option);
}
