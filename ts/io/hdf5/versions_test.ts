/** The tests of HDF5 files once more, on another version of libhdf5: the one that h5py brings along. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { fabio } from "../../interop/clients.ts";
import { clientTest, inFolder } from "../../testing.ts";

const FIND = `
import glob, os, h5py
here = os.path.dirname(h5py.__file__)
print((glob.glob(here + ".libs/libhdf5-*") + glob.glob(here + "/.dylibs/libhdf5.[0-9]*") + [""])[0])`;

clientTest("all tests of HDF5 files pass on the libhdf5 of h5py", [fabio], [], () =>
  inFolder(async (folder) => {
    const library = (await fabio.run(folder, "-c", FIND)).trim();
    if (library === "") return console.log("skipped: h5py brings no libhdf5");
    const permissions = ["--allow-read", "--allow-write", "--allow-env", "--allow-run", "--allow-ffi"];
    const folderOfTests = fileURLToPath(new URL(".", import.meta.url));
    const tests = new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-check", ...permissions, "--filter", "/^libhdf5/", folderOfTests],
      env: { BRAGGSIEVE_LIBHDF5: library },
    });
    const { code, stdout } = await tests.output();
    const said = new TextDecoder().decode(stdout);
    assert.equal(code, 0, said.slice(-4000));
    assert.match(said, /[1-9]\d* passed/);
  }));
