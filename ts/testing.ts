/**
 * What tests share: real data, in the folder that BRAGGSIEVE_DATA names or in ../shared/data beside the repository, and
 * other programs. What is absent is told in one line and its tests are ignored, except that continuous integration
 * (CI=true) has every program: there a missing one fails.
 */
// Files are read and written without an engine.
import "./engine/wasm_packing.ts";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = Deno.env.get("BRAGGSIEVE_DATA") ?? fileURLToPath(new URL("../../shared/data", import.meta.url));

/** The path of a real data file. */
export function dataPath(name: string): string {
  return join(root, name);
}

function absentData(files: readonly string[]): string | undefined {
  const absent = files.filter((file) => {
    try {
      return !Deno.statSync(dataPath(file)).isFile;
    } catch {
      return true;
    }
  });
  return absent.length > 0 ? `no ${absent.join(", ")} in the data folder` : undefined;
}

function testUnless(absence: string | undefined, name: string, body: () => void | Promise<void>): void {
  if (absence !== undefined) console.log(`skipped: ${name}: ${absence}`);
  Deno.test({ name, ignore: absence !== undefined, fn: body });
}

/** A test on real data: when one of the files is absent it says so in one line and is ignored. */
export function dataTest(name: string, files: readonly string[], body: () => void | Promise<void>): void {
  testUnless(absentData(files), name, body);
}

/** Another program that a test needs. */
export interface Client {
  /** Why the program cannot be used and what to do about it; undefined when it can. */
  readonly absence: string | undefined;
}

/** A test on real data with other programs: ignored like `dataTest`; a missing program fails when CI is true. */
export function clientTest(
  name: string,
  clients: readonly Client[],
  files: readonly string[],
  body: () => void | Promise<void>,
): void {
  const noData = absentData(files);
  const noClient = clients.map((client) => client.absence).find((absence) => absence !== undefined);
  if (noData === undefined && noClient !== undefined && Deno.env.get("CI") === "true") {
    Deno.test(name, () => {
      throw new Error(noClient);
    });
  } else {
    testUnless(noData ?? noClient, name, body);
  }
}

/** How the command line ended and what it said. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

const repository = fileURLToPath(new URL("../", import.meta.url));

/** The command line as a process of its own in `cwd`, not started yet; with the two permissions that users give it. */
export function braggsieveProcess(
  words: readonly string[],
  cwd: string,
  flags: readonly string[] = ["--allow-read", "--allow-write"],
  stdin: "null" | "piped" = "null",
): Deno.Command {
  const main = join(repository, "ts/cli/main.ts");
  const fixed = ["run", "--quiet", "--no-prompt", "--config", join(repository, "deno.json")];
  return new Deno.Command(Deno.execPath(), {
    args: [...fixed, ...flags, main, ...words],
    cwd,
    stdin,
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs the command line to its end. */
export async function braggsieve(words: readonly string[], cwd: string, flags?: readonly string[]): Promise<Outcome> {
  const { code, stdout, stderr } = await braggsieveProcess(words, cwd, flags).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: decode(stdout), error: decode(stderr) };
}

/** Runs `use` with a folder of its own and removes it. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
