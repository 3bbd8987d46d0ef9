/**
 * The binary: `deno compile` embeds the command line with everything it needs. The runtime that it would download for
 * the target is replaced by Deno itself (DENORT_BIN), so the embedding step runs anywhere; the result is inspected,
 * not started.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";
import configuration from "../../deno.json" with { type: "json" };
import { FILTER_BITSHUFFLE } from "../io/hdf5/filter_bitshuffle.generated.ts";
import { inFolder } from "../testing.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("deno task compile embeds the engine, the HDF5 filter and the HDF5 library", async () => {
  await inFolder(async (folder) => {
    const [deno, ...args] = configuration.tasks.compile.command.split(" ");
    assert.equal(deno, "deno");
    args[args.indexOf("--output") + 1] = `${folder}/braggsieve`;
    const command = new Deno.Command(Deno.execPath(), {
      args,
      cwd: root,
      env: { DENORT_BIN: Deno.execPath(), NO_COLOR: "1" },
    });
    const { success, stderr } = await command.output();
    assert(success, new TextDecoder().decode(stderr));
    const binary = Buffer.from(await Deno.readFile(`${folder}/braggsieve`));
    const engine = Buffer.from(await Deno.readFile(`${root}ts/engine/wasm/braggsieve_bg.wasm`));
    assert(binary.includes(engine), "the engine's .wasm");
    assert(binary.includes(FILTER_BITSHUFFLE.slice(0, 4096)), "the HDF5 filter");
    assert(binary.includes("H5Z_FILTER_FLETCHER32"), "the HDF5 library");
    assert(!binary.includes(Buffer.from(engine).reverse()), "a search that finds anything would find this too");
  });
});

Deno.test("nothing of the program's own is read at run time: it works with its data folder alone readable", async () => {
  await inFolder(async (folder) => {
    const run = (...args: string[]) =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-prompt", `--allow-read=${folder}`, `--allow-write=${folder}`, "ts/cli/main.ts", ...args],
        cwd: root,
      }).output();
    for (
      const args of [
        ["simulate", "-n", "3", "-o", `${folder}/s.h5`],
        ["sparsify", "-o", `${folder}/sparse.h5`, `${folder}/s.h5`],
        ["densify", "-o", `${folder}/dense.h5`, `${folder}/sparse.h5`],
        ["peaks", "-o", `${folder}/p.cxi`, `${folder}/s.h5`],
        ["info", `${folder}/sparse.h5`],
      ]
    ) {
      const { success, stderr } = await run(...args);
      assert(success, `${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
    }
  });
});
