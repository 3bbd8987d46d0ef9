/**
 * `deno task test`: all TypeScript tests, those of the native engine where it is built, those of HDF5 files on the
 * system's libhdf5 too, and the Rust tests where cargo is found.
 * Arguments are passed on to `deno test`.
 */
import { fileURLToPath } from "node:url";
import { libraryPath } from "../engine/native.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Runs a program in the repository with its output shown; false when it failed, undefined when there is none. */
async function run(program: string, args: string[], folder = root): Promise<boolean | undefined> {
  try {
    const child = new Deno.Command(program, { args, cwd: folder, stdin: "null" }).spawn();
    return (await child.status).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

// The tests read data and write temporary files, read BRAGGSIEVE_*, run the command line, Python and CrystFEL, and serve
// files to themselves.
const permissions = ["--allow-read", "--allow-write", "--allow-env", "--allow-run", "--allow-net=127.0.0.1"];
const typescript = await run(Deno.execPath(), ["test", ...permissions, ...Deno.args]);
// Once more on the native engine where it is built: it alone may load a library.
const native = ["--allow-ffi", "--filter", "/^native/", "ts/engine"];
const library = libraryPath();
const built = library !== undefined && await Deno.stat(library).then(() => true, () => false);
const onNative = built && Deno.args.length === 0
  ? await run(Deno.execPath(), ["test", ...permissions, ...native])
  : true;
// And the tests of HDF5 files once more on the system's libhdf5, which they load where they find it.
const libhdf5 = ["--allow-ffi", "--filter", "/^libhdf5/", "ts/io/hdf5"];
const onLibhdf5 = Deno.args.length === 0 ? await run(Deno.execPath(), ["test", ...permissions, ...libhdf5]) : true;
if (!built) console.log("skipped: the native engine: make it with deno task build:native");
const rust = await run("cargo", ["test", "--quiet", "--workspace"], `${root}core-rs`);
if (rust === undefined) console.log("skipped: the Rust tests: cargo is not installed");
if (typescript === false || onNative === false || onLibhdf5 === false || rust === false) Deno.exit(1);
