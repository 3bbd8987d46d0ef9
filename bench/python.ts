/**
 * The Python that the peers run in: what BRAGGSIEVE_PYTHON names, or the environment that `deno task bench:peers` makes
 * in the folder of BRAGGSIEVE_WORK, or else in bench/.venv.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf, OutputError } from "../ts/errors.ts";
import { output } from "./program.ts";

const REQUIREMENTS = fileURLToPath(new URL("requirements.txt", import.meta.url));

/** Where an environment lies. */
function environmentFolder(): string {
  const work = Deno.env.get("BRAGGSIEVE_WORK");
  return work === undefined ? fileURLToPath(new URL(".venv", import.meta.url)) : join(work, "peers");
}

/** An environment: its Python, and a copy of the requirements that it has been given, which is written last. */
function parts(folder: string): { python: string; stamp: string } {
  return { python: join(folder, "bin", "python"), stamp: join(folder, "requirements.txt") };
}

/** Whether an environment has all of `requirements`. */
export function isComplete(folder: string, requirements: string = Deno.readTextFileSync(REQUIREMENTS)): boolean {
  try {
    return Deno.readTextFileSync(parts(folder).stamp) === requirements;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The Python that has bench/requirements.txt. Throws, saying what to do, when there is none. */
export function python(): string {
  const named = Deno.env.get("BRAGGSIEVE_PYTHON");
  if (named) return named;
  const folder = environmentFolder();
  if (!isComplete(folder)) {
    throw new Error("there is no Python with bench/requirements.txt: make it with: deno task bench:peers");
  }
  return parts(folder).python;
}

/**
 * Makes the environment, or completes one that was cut short or is of other requirements; does nothing when it is
 * complete or BRAGGSIEVE_PYTHON names one. Returns its Python.
 */
export async function makeEnvironment(): Promise<string> {
  const folder = environmentFolder();
  if (!Deno.env.get("BRAGGSIEVE_PYTHON") && !isComplete(folder)) {
    const { python, stamp } = parts(folder);
    console.log(`installing bench/requirements.txt into ${folder}`);
    try {
      await output("python3", ["-m", "venv", folder]);
      await output(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS]);
    } catch (error) {
      throw new OutputError(messageOf(error), folder, "the same command again goes on from there", { cause: error });
    }
    await Deno.copyFile(REQUIREMENTS, stamp);
  }
  return python();
}

/** What the Python printed, as `output` of program.ts. Rejects like that, and where there is no Python. */
export async function pythonOutput(args: readonly string[], options?: Parameters<typeof output>[2]): Promise<string> {
  return await output(python(), args, options);
}
