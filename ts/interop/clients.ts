/** The programs that the interop tests run: this project's command line as users run it, and its real clients. */
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Client } from "../testing.ts";

const MAIN = fileURLToPath(new URL("../cli/main.ts", import.meta.url));
const CONFIGURATION = fileURLToPath(new URL("../../deno.json", import.meta.url));
const CRYSTFEL = Deno.env.get("CRYSTFEL") ?? "/opt/crystfel";
const PYTHON = Deno.env.get("BRAGGSIEVE_PYTHON") ?? "python3";

/** How a program was called. */
export interface Call {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** Runs a program to its end and gives what it printed; throws with its last lines when it fails. */
export async function run(program: string, words: readonly string[], call: Call = {}): Promise<string> {
  const child = new Deno.Command(program, {
    args: [...words],
    stdin: call.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    ...(call.cwd === undefined ? {} : { cwd: call.cwd }),
    ...(call.env === undefined ? {} : { env: { ...call.env } }),
  }).spawn();
  if (call.stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(call.stdin));
    await writer.close();
  }
  const { code, stdout, stderr } = await child.output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (code !== 0) throw new Error(`${[program, ...words].join(" ")}: exit ${code}: ${`${out}\n${error}`.slice(-2000)}`);
  return out;
}

/** Runs `braggsieve` in `folder` with the two permissions that it needs, and gives what it printed. */
export function braggsieve(folder: string, ...words: string[]): Promise<string> {
  const flags = ["--quiet", "--no-prompt", "--config", CONFIGURATION, "--allow-read", "--allow-write"];
  return run(Deno.execPath(), ["run", ...flags, MAIN, ...words], { cwd: folder });
}

/** Whether a program runs with these words and ends well. */
function runs(program: string, words: readonly string[]): boolean {
  try {
    return new Deno.Command(program, { args: [...words], stdin: "null", stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
}

/** A Python with FabIO, h5py and hdf5plugin: the one that BRAGGSIEVE_PYTHON names, or python3. */
export const fabio: Client & {
  /** Runs `python …` in `folder` and gives what it printed. */
  run(folder: string, ...words: string[]): Promise<string>;
} = {
  absence: runs(PYTHON, ["-c", "import fabio, h5py, hdf5plugin"])
    ? undefined
    : `${PYTHON} has no fabio, h5py and hdf5plugin: pip install -r ts/interop/requirements.txt into a virtual ` +
      `environment and name its python with BRAGGSIEVE_PYTHON`,
  run: (folder, ...words) => run(PYTHON, words, { cwd: folder }),
};

/** CrystFEL in the folder that CRYSTFEL names, or in /opt/crystfel. */
export const crystfel: Client & {
  /** Runs one of its programs in `folder` and gives what it printed. */
  run(folder: string, program: string, ...words: string[]): Promise<string>;
} = {
  absence: runs(join(CRYSTFEL, "bin", "indexamajig"), ["--version"])
    ? undefined
    : `no CrystFEL in ${CRYSTFEL}: install it and name its folder with CRYSTFEL`,
  run: async (folder, program, ...words) => {
    const env = { HDF5_PLUGIN_PATH: await pluginPath() };
    return await run(join(CRYSTFEL, "bin", program), words, { cwd: folder, env });
  },
};

/** Where libhdf5 finds the bitshuffle filter: hdf5plugin's folder, before those that are set already. */
async function pluginPath(): Promise<string> {
  const own = (await run(PYTHON, ["-c", "import hdf5plugin; print(hdf5plugin.PLUGIN_PATH)"])).trim();
  const set = Deno.env.get("HDF5_PLUGIN_PATH");
  return set === undefined ? own : `${own}${delimiter}${set}`;
}

/** A folder for the results that the tests of one file share; call it once, at the top: it goes after the last test. */
export function sharedFolder(): string {
  const folder = Deno.makeTempDirSync({ prefix: "braggsieve-interop-" });
  Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));
  return folder;
}

/** Makes something when it is first asked for, once. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}
