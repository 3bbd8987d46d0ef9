/** The command line as users start it: a process with the permissions of the README, timed from start to exit. */
import { fileURLToPath } from "node:url";
import { milliseconds } from "./machine.ts";
import { output, remove } from "./program.ts";

const MAIN = fileURLToPath(new URL("../ts/cli/main.ts", import.meta.url));

/** Variables that name libraries; reading them takes a permission. */
const VARIABLES = ["BRAGGSIEVE_NATIVE", "BRAGGSIEVE_LIBHDF5"];

/** Milliseconds of a command that makes `made`. Throws when another engine computed than was asked for. */
export async function braggsieve(
  engine: "wasm" | "native",
  words: readonly string[],
  made: string,
): Promise<number> {
  await remove(made);
  const native = engine === "native" ? ["--allow-ffi", ...environment()] : [];
  const args = ["run", "--allow-read", "--allow-write", ...native, MAIN, ...words];
  let printed = "";
  const work = async () => {
    printed = await output(Deno.execPath(), [...args, "--engine", engine, "--json", "-o", made]);
  };
  const ms = await milliseconds(work);
  const summary = JSON.parse(printed.slice(printed.indexOf("{"), printed.lastIndexOf("}") + 1)) as { engine: string };
  if (summary.engine !== engine) throw new Error(`${summary.engine} computed, not ${engine}`);
  return ms;
}

function environment(): string[] {
  const set = VARIABLES.filter((name) => Deno.env.get(name) !== undefined);
  return set.length > 0 ? [`--allow-env=${set.join(",")}`] : [];
}

/** Whether a command has an option. */
export async function hasOption(command: string, option: string): Promise<boolean> {
  return (await output(Deno.execPath(), ["run", "--allow-read", MAIN, command, "--help"])).includes(option);
}
