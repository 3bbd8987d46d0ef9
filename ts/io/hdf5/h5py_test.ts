/** h5py with hdf5plugin reads what we write: an independent libhdf5 and the published bitshuffle filter. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { createH5, openH5 } from "./h5.ts";
import { titled } from "./h5_testing.ts";
import { openHdf5 } from "./source.ts";
import { fabio } from "../../interop/clients.ts";
import { clientTest, inFolder } from "../../testing.ts";

/** A test in a folder of its own that needs h5py and hdf5plugin. */
function pythonTest(name: string, body: (folder: string) => Promise<void>): void {
  clientTest(name, [fabio], [], () => inFolder(body));
}

const READ = `
import sys, json, h5py, hdf5plugin, numpy as np
f = h5py.File(sys.argv[1], "r")
d = f["/entry/data/data"]
print(json.dumps({
  "shape": d.shape, "chunks": d.chunks, "type": d.dtype.str,
  "filter": [d.id.get_create_plist().get_filter(0)[0], list(d.id.get_create_plist().get_filter(0)[2])],
  "equal": bool((d[()] == (np.arange(d.size, dtype="u8") ** 2 % 65521 % 97).astype("u4").reshape(d.shape)).all()),
  "list": [int(f["/list"].shape[0]), int(f["/list"][()].sum())],
  "class": f["/entry/data"].attrs["NX_class"], "axes": list(f["/entry/data"].attrs["axes"]),
  "text": f["/entry/text"][()].decode(), "gzip": f["/gzip"][()].tolist(),
}))`;

pythonTest(titled("h5py reads our stacks, lists, attributes and text"), async (folder) => {
  const path = join(folder, "ours.h5");
  const writer = await createH5(path);
  writer.group("/entry/data", { NX_class: "NXdata", axes: [".", "y"] });
  const stack = writer.stack("/entry/data/data", "uint32", [101, 103], {
    filter: "bitshuffle-lz4",
    chunk: [1, 101, 103],
  });
  const size = 101 * 103;
  for (let i = 0; i < 30; i++) {
    stack.append(Uint32Array.from({ length: size }, (_, k) => (i * size + k) ** 2 % 65521 % 97));
  }
  const list = writer.stack("/list", "uint32", [], { filter: "bitshuffle-lz4" });
  for (let i = 0; i < 100; i++) list.append(new Uint32Array(1000 + i).fill(i));
  writer.scalar("/entry/text", "Å and µm");
  writer.array("/gzip", Int16Array.of(-1, 2), [2], { filter: "gzip" });
  writer.close();
  const text = await fabio.run(folder, "-c", READ, path);
  assert.deepEqual(JSON.parse(text), {
    shape: [30, 101, 103],
    chunks: [1, 101, 103],
    type: "<u4",
    filter: [32008, [0, 4, 4, 0, 2]],
    equal: true,
    list: [104950, 5278350],
    class: "NXdata",
    axes: [".", "y"],
    text: "Å and µm",
    gzip: [-1, 2],
  });
});

const WRITE = `
import sys, h5py, hdf5plugin, numpy as np
with h5py.File(sys.argv[1], "w", libver=(sys.argv[2], sys.argv[2]) if sys.argv[2] != "earliest" else "earliest") as f:
  for name, block in (("default", 0), ("large", 16384), ("small", 8)):
    for type in ("u1", "<u2", ">i4", "<f8"):
      data = (np.arange(3 * 67 * 71) % 113).astype(type).reshape(3, 67, 71)
      f.create_dataset(name + "/" + type, data=data, chunks=(1, 67, 71), **hdf5plugin.Bitshuffle(nelems=block))
  f["flag"] = True
  f["fixed"] = np.bytes_("fixed text")
  f["words"] = ["one", "two"]`;

pythonTest(
  titled("we read h5py's bitshuffle in every block size and either byte order, old format and new"),
  async (folder) => {
    for (const version of ["earliest", "v110"]) {
      const path = join(folder, `${version}.h5`);
      await fabio.run(folder, "-c", WRITE, path, version);
      const reader = await openH5(path);
      for (const group of ["default", "large", "small"]) {
        for (const name of reader.children(`/${group}`)) {
          const values = reader.read(`/${group}/${name}`) as Float64Array;
          assert.equal(values.length, 3 * 67 * 71);
          assert.ok(values.every((value, i) => value === i % 113), `${group}/${name}`);
        }
      }
      assert.equal(reader.read("/flag"), 1);
      assert.equal(reader.read("/fixed"), "fixed text");
      assert.deepEqual(reader.read("/words"), ["one", "two"]);
      reader.close();
    }
  },
);

const VIRTUAL = `
import sys, os, h5py, numpy as np
os.chdir(sys.argv[1])
layout = h5py.VirtualLayout(shape=(4, 1, 5, 6), dtype="u2")
for part in range(2):
  with h5py.File(f"part{part}.h5", "w") as f: f["data"] = np.full((2, 5, 6), part + 1, "u2")
  layout[2 * part : 2 * part + 2, 0] = h5py.VirtualSource(f"part{part}.h5", "data", shape=(2, 5, 6))
with h5py.File("virtual.h5", "w") as f: f.create_virtual_dataset("/entry/data/data", layout)`;

pythonTest(titled("virtual datasets are read, and an absent data file is an error, not zeros"), async (folder) => {
  await fabio.run(folder, "-c", VIRTUAL, folder);
  const path = join(folder, "virtual.h5");
  const source = await openHdf5(path);
  assert.deepEqual([source.frameCount, source.info.shape], [4, [5, 6]]);
  for (let i = 0; i < 4; i++) {
    const pixels = new Uint16Array((await source.read(i)).bytes.slice().buffer);
    assert.deepEqual([...pixels], new Array(30).fill(i < 2 ? 1 : 2));
  }
  source.close();
  await Deno.remove(join(folder, "part1.h5"));
  await assert.rejects(openHdf5(path), /data file part1\.h5 is missing; put part1\.h5 beside/);
});
