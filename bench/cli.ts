/** The command line as users start it: a process with the permissions of its task, timed from start to exit. */
import { fileURLToPath } from "node:url";
import configuration from "../deno.json" with { type: "json" };
import { milliseconds } from "./machine.ts";
import { output, remove } from "./program.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const { braggsieve: wasm, "braggsieve:native": native } = configuration.tasks;

/** Arguments and environment of a task, which is `NAME=value … deno … script.ts`. */
function partsOf({ command }: { readonly command: string }): { args: string[]; env: Record<string, string> } {
  const words = command.split(" ");
  const program = words.indexOf("deno");
  const env = Object.fromEntries(words.slice(0, program).map((word) => word.split(/=(.*)/s).slice(0, 2)));
  return { args: [...words.slice(program + 1, -1), ROOT + words.at(-1)], env };
}

/** Variables that name libraries; reading them takes a permission. */
const VARIABLES = ["BRAGGSIEVE_NATIVE", "BRAGGSIEVE_LIBHDF5"];

/** Milliseconds of a command that makes `made`. Throws when another engine computed than was asked for. */
export async function braggsieve(
  engine: "wasm" | "native",
  words: readonly string[],
  made: string,
): Promise<number> {
  await remove(made);
  const { args: [run, ...task], env } = partsOf(engine === "native" ? native : wasm);
  const args = [run, ...environment(engine), ...task, ...words, "--engine", engine, "--json", "-o", made];
  let printed = "";
  const work = async () => {
    printed = await output(Deno.execPath(), args, { env });
  };
  const ms = await milliseconds(work);
  const summary = JSON.parse(printed.slice(printed.indexOf("{"), printed.lastIndexOf("}") + 1)) as { engine: string };
  if (summary.engine !== engine) throw new Error(`${summary.engine} computed, not ${engine}`);
  return ms;
}

/** The permission to read the variables that are set. */
function environment(engine: "wasm" | "native"): string[] {
  const set = engine === "native" ? VARIABLES.filter((name) => Deno.env.get(name) !== undefined) : [];
  return set.length > 0 ? [`--allow-env=${set.join(",")}`] : [];
}

/** Whether a command has an option. */
export async function hasOption(command: string, option: string): Promise<boolean> {
  const { args, env } = partsOf(wasm);
  return (await output(Deno.execPath(), [...args, command, "--help"], { env })).includes(option);
}
