/**
 * `deno task test`: all TypeScript tests, those of the native engine where it is built, those of HDF5 files on the
 * system's libhdf5 too, and the Rust tests where cargo is found. Two programs run side by side; each shows what it printed
 * when it is done. Arguments are passed on to `deno test`, which then is all that runs.
 */
import { fileURLToPath } from "node:url";
import { libraryPath } from "../engine/native.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A program to run; `missing`: what to say when it is not installed. */
interface Step {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder?: string;
  readonly missing?: string;
}

/** Runs a program to its end; false when it failed. */
async function run({ program, args, folder, missing }: Step, print: (text: Uint8Array) => void): Promise<boolean> {
  const output = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, { args: [...args], cwd: folder ?? root, ...output }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) || missing === undefined) throw error;
    print(new TextEncoder().encode(`${missing}\n`));
    return true;
  }
  const copy = async (stream: ReadableStream<Uint8Array>) => {
    for await (const text of stream) print(text);
  };
  const [status] = await Promise.all([child.status, copy(child.stdout), copy(child.stderr)]);
  return status.success;
}

/** Runs all programs, two at a time, whatever fails; false when one failed. */
async function runAll(steps: Step[]): Promise<boolean> {
  let success = true;
  const take = async () => {
    for (let step = steps.shift(); step; step = steps.shift()) {
      const printed: Uint8Array[] = [];
      if (!await run(step, (text) => void printed.push(text))) success = false;
      for (const text of printed) show(text);
    }
  };
  await Promise.all([take(), take()]);
  return success;
}

// The tests read data and write temporary files, read BRAGGSIEVE_*, run the command line, Python and CrystFEL, and serve
// files to themselves. Types are the work of `deno task check`.
const test = [
  "test",
  "--no-check",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-run",
  "--allow-net=127.0.0.1",
];
const deno = (...args: string[]): Step => ({ program: Deno.execPath(), args: [...test, ...args] });
const show = (text: Uint8Array) => void Deno.stdout.writeSync(text);

if (Deno.args.length > 0) {
  Deno.exit(await run(deno(...Deno.args), show) ? 0 : 1);
}

// What takes long comes first, so that both rows end at about the same time: other programs' work, a GPU in software.
const LONG = ["ts/cli", "ts/engine", "ts/interop", "validation"];
// Once more on the native engine where it is built: it alone may load a library.
const library = libraryPath();
const built = library !== undefined && await Deno.stat(library).then(() => true, () => false);
const steps = [
  ...LONG.map((folder) => deno(folder)),
  {
    program: "cargo",
    args: ["test", "--quiet", "--workspace"],
    folder: `${root}core-rs`,
    missing: "skipped: the Rust tests: cargo is not installed",
  },
  deno(`--ignore=${LONG.join(",")}`),
  ...(built
    ? [deno("--allow-ffi", "--filter", "/^native/", "ts/engine"), deno("--allow-ffi", "ts/engine/webgpu/widen_test.ts")]
    : []),
  // The tests of HDF5 files once more on the system's libhdf5, which they load where they find it.
  deno("--allow-ffi", "--filter", "/^libhdf5/", "ts/io/hdf5"),
];
const success = await runAll(steps);
if (!built) console.log("skipped: the native engine: make it with deno task build:native");
if (!success) Deno.exit(1);
