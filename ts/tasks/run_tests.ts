/**
 * `deno task test`: all TypeScript tests, those of the native engine where it is built, those of HDF5 files on the
 * system's libhdf5 too, and the Rust tests where cargo is found. Two rows of programs run side by side: one shows what it
 * prints, the other's output follows when both are done.
 * Arguments are passed on to `deno test`, which then is all that runs.
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

/** Runs programs one after the other, all of them whatever fails; false when one failed. */
async function row(steps: readonly Step[], print: (text: Uint8Array) => void): Promise<boolean> {
  let success = true;
  for (const { program, args, folder, missing } of steps) {
    const output = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
    let child: Deno.ChildProcess;
    try {
      child = new Deno.Command(program, { args: [...args], cwd: folder ?? root, ...output }).spawn();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound) || missing === undefined) throw error;
      print(new TextEncoder().encode(`${missing}\n`));
      continue;
    }
    const copy = async (stream: ReadableStream<Uint8Array>) => {
      for await (const text of stream) print(text);
    };
    const [status] = await Promise.all([child.status, copy(child.stdout), copy(child.stderr)]);
    success &&= status.success;
  }
  return success;
}

// The tests read data and write temporary files, read BRAGGSIEVE_*, run the command line, Python and CrystFEL, and serve
// files to themselves.
const test = ["test", "--allow-read", "--allow-write", "--allow-env", "--allow-run", "--allow-net=127.0.0.1"];
const deno = (...args: string[]): Step => ({ program: Deno.execPath(), args: [...test, ...args] });
const show = (text: Uint8Array) => void Deno.stdout.writeSync(text);

if (Deno.args.length > 0) {
  Deno.exit(await row([deno(...Deno.args)], show) ? 0 : 1);
}

// Other programs' work and a GPU in software take as long as all the rest.
const LONG = ["ts/engine/webgpu", "ts/interop"];
const rest = [deno(`--ignore=${LONG.join(",")}`)];
// Once more on the native engine where it is built: it alone may load a library.
const library = libraryPath();
const built = library !== undefined && await Deno.stat(library).then(() => true, () => false);
if (built) rest.push(deno("--allow-ffi", "--filter", "/^native/", "ts/engine"));
// And the tests of HDF5 files once more on the system's libhdf5, which they load where they find it.
rest.push(deno("--allow-ffi", "--filter", "/^libhdf5/", "ts/io/hdf5"));

const later: Uint8Array[] = [];
const rust: Step = {
  program: "cargo",
  args: ["test", "--quiet", "--workspace"],
  folder: `${root}core-rs`,
  missing: "skipped: the Rust tests: cargo is not installed",
};
const results = await Promise.all([
  row(rest, show),
  row([deno(...LONG), rust], (text) => void later.push(text)),
]);
for (const text of later) show(text);
if (!built) console.log("skipped: the native engine: make it with deno task build:native");
if (results.includes(false)) Deno.exit(1);
