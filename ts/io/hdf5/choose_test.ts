/** Which library is used, by permissions and names, in programs of their own; and that h5wasm is loaded only when used. */
import assert from "node:assert/strict";
import { join } from "node:path";
import settings from "../../../deno.json" with { type: "json" };
import { inFolder } from "../../testing.ts";
import { createH5 } from "./h5.ts";
import { onLibhdf5, titled } from "./h5_testing.ts";

const H5 = new URL("./h5.ts", import.meta.url).href;
const PACKING = new URL("../../engine/wasm_packing.ts", import.meta.url).href;
const MAIN = `
import { h5LibraryName, openH5 } from "${H5}";
const reader = await openH5(Deno.args[0]);
console.log(h5LibraryName(), reader.read("/n"));`;

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs a program with these flags; `h5wasm` is what it finds under this name. */
async function program(
  folder: string,
  text: string,
  flags: readonly string[],
  { env = {}, h5wasm = settings.imports.h5wasm }: { env?: Record<string, string>; h5wasm?: string } = {},
): Promise<Ended> {
  const configuration = join(folder, "deno.json");
  await Deno.writeTextFile(configuration, JSON.stringify({ imports: { h5wasm } }));
  await Deno.writeTextFile(join(folder, "main.ts"), text);
  const path = join(folder, "n.h5");
  const writer = await createH5(path);
  writer.scalar("/n", 7);
  writer.close();
  const all = ["run", "--quiet", "--no-prompt", "--no-lock", "--config", configuration, "--allow-read", ...flags];
  const command = new Deno.Command(Deno.execPath(), { args: [...all, join(folder, "main.ts"), path], env });
  const { code, stdout, stderr } = await command.output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  return { code, out: out!, error: error! };
}

/** In place of h5wasm: tells that it was loaded. */
const NONE = "data:text/javascript,throw new Error('h5wasm was loaded');export default 0";

if (!onLibhdf5) {
  Deno.test("without --allow-ffi h5wasm is used, and nothing is said, whatever is named", () =>
    inFolder(async (folder) => {
      for (const name of ["", "/none.so"]) {
        assert.deepEqual(await program(folder, MAIN, ["--allow-env"], { env: { BRAGGSIEVE_LIBHDF5: name } }), {
          code: 0,
          out: "h5wasm 7",
          error: "",
        });
      }
      // The replacement is found when it is asked for.
      assert.match((await program(folder, MAIN, [], { h5wasm: NONE })).error, /h5wasm was loaded/);
    }));
} else {
  Deno.test(titled("it is used without loading h5wasm"), () =>
    inFolder(async (folder) => {
      const { code, out, error } = await program(folder, MAIN, ["--allow-ffi"], { h5wasm: NONE });
      assert.match(out, /^libhdf5 \d+\.\d+\.\d+ \(.+\) 7$/);
      assert.deepEqual([code, error], [0, ""]);
    }));

  Deno.test(
    titled("a name that cannot be used is told in a sentence, and h5wasm takes its place"),
    () =>
      inFolder(async (folder) => {
        const none = join(folder, "none.so");
        const text = join(folder, "main.ts");
        for (const [name, reason] of [[none, /No such file|not found/], [text, /invalid|not a/i]] as const) {
          const env = { BRAGGSIEVE_LIBHDF5: name };
          const { code, out, error } = await program(folder, MAIN, ["--allow-ffi", "--allow-env"], { env });
          assert.deepEqual([code, out], [0, "h5wasm 7"]);
          assert.match(error, /^BRAGGSIEVE_LIBHDF5 names .+, which cannot be used: .+; h5wasm is used in its place$/);
          assert.match(error, reason);
        }
        // Without the permission to read the variable, it is as if it were not set.
        const { out } = await program(folder, MAIN, ["--allow-ffi"], { env: { BRAGGSIEVE_LIBHDF5: none } });
        assert.match(out, /^libhdf5/);
      }),
  );

  Deno.test(titled("a library that cannot hand out chunks is refused"), () =>
    inFolder(async (folder) => {
      const [source, library] = [join(folder, "old.c"), join(folder, "old.so")];
      await Deno.writeTextFile(
        source,
        `int H5open(void) { return 0; }
        int H5dont_atexit(void) { return 0; }
        int H5get_libversion(unsigned *a, unsigned *b, unsigned *c) { *a = 1; *b = 10; *c = 2; return 0; }`,
      );
      try {
        await new Deno.Command("cc", { args: ["-shared", "-fPIC", "-o", library, source] }).output();
      } catch {
        return console.log("skipped: there is no C compiler");
      }
      const env = { BRAGGSIEVE_LIBHDF5: library };
      const { out, error } = await program(folder, MAIN, ["--allow-ffi", "--allow-env"], { env });
      assert.equal(out, "h5wasm 7");
      assert.match(error, /it is version 1\.10\.2, which cannot hand out chunks: 1\.10\.3 can; h5wasm is used/);
    }));

  Deno.test(
    titled("a worker uses h5wasm: the library has one state for the whole process"),
    () =>
      inFolder(async (folder) => {
        const worker = `
        import { h5LibraryName, openH5 } from "${H5}";
        const read = async (path) => { const reader = await openH5(path); return [h5LibraryName(), reader.read("/n")]; };
        if (self.WorkerGlobalScope) self.onmessage = async ({ data }) => self.postMessage(await read(data));
        else {
          const worker = new Worker(import.meta.url, { type: "module" });
          worker.onmessage = async ({ data }) => {
            worker.terminate();
            console.log(...data, ...await read(Deno.args[0]));
          };
          worker.postMessage(Deno.args[0]);
        }`;
        const { out, error } = await program(folder, worker, ["--allow-ffi", "--no-check"]);
        assert.match(out, /^h5wasm 7 libhdf5 .* 7$/, error);
      }),
  );

  Deno.test(titled("a program that ends with files open ends as it wants to"), () =>
    inFolder(async (folder) => {
      const text = `
        import "${PACKING}";
        import { createH5 } from "${H5}";
        const writer = await createH5(Deno.args[0] + ".part");
        const stack = writer.stack("/d", "uint32", [8, 8], { filter: "bitshuffle-lz4", chunk: [4, 8, 8] });
        stack.append(new Uint32Array(64 * 7).fill(3));
        writer.flush();
        stack.append(new Uint32Array(64 * 2).fill(3));
        Deno.exit(3);`;
      const { code, error } = await program(folder, text, ["--allow-ffi", "--allow-write"]);
      assert.deepEqual([code, error], [3, ""]);
    }));
}
