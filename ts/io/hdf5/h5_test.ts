/** Files written and read back: every type, filter and structure, real files of other writers, bounded memory. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { InputError, OutputError } from "../../errors.ts";
import { dataPath, dataTest, inFolder } from "../../testing.ts";
import { createH5, openH5 } from "./h5.ts";
import { library } from "./wasm/backend.ts";
import type { H5Array, H5Filter } from "./types.ts";
import { onLibhdf5, titled } from "./h5_testing.ts";

const ARRAYS: H5Array[] = [
  Uint8Array.of(0, 255, 3),
  Uint16Array.of(0, 65535, 3),
  Uint32Array.of(0, 4294967295, 3),
  BigUint64Array.of(0n, 2n ** 64n - 1n, 3n),
  Int8Array.of(-128, 127, 3),
  Int16Array.of(-32768, 32767, 3),
  Int32Array.of(-2147483648, 2147483647, 3),
  BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 3n),
  Float32Array.of(-1.5, Infinity, NaN),
  Float64Array.of(-1e300, 5e-324, NaN),
];

Deno.test(titled("arrays of every type come back bit for bit through every filter"), () =>
  inFolder(async (folder) => {
    const filters: H5Filter[] = ["none", "gzip", "bitshuffle-lz4"];
    const path = join(folder, "arrays.h5");
    const writer = await createH5(path);
    filters.forEach((filter) =>
      ARRAYS.forEach((data, i) => writer.array(`/${filter}/a${i}`, data, [1, 3], { filter }))
    );
    writer.close();
    const reader = await openH5(path);
    for (const filter of filters) {
      ARRAYS.forEach((data, i) => {
        const found = reader.read(`/${filter}/a${i}`);
        assert.deepEqual(found, data);
        assert.deepEqual(reader.dataset(`/${filter}/a${i}`).shape, [1, 3]);
      });
    }
    // The comparison can fail.
    assert.notDeepEqual(reader.read("/gzip/a0"), Uint8Array.of(0, 255, 4));
    reader.close();
  }));

Deno.test(titled("a sub-view is written from its own offset"), () =>
  inFolder(async (folder) => {
    const path = join(folder, "view.h5");
    const writer = await createH5(path);
    writer.array("/a", Uint16Array.of(9, 1, 2, 9).subarray(1, 3), [2]);
    writer.close();
    const reader = await openH5(path);
    assert.deepEqual(reader.read("/a"), Uint16Array.of(1, 2));
    reader.close();
  }));

Deno.test(titled("attributes, scalars and links read back as they were written"), () =>
  inFolder(async (folder) => {
    const path = join(folder, "tree.h5");
    const writer = await createH5(path);
    writer.group("/entry/data", { NX_class: "NXdata", axes: ["frame", "é"], whole: 7, part: 0.5, list: [1, 2] });
    writer.attributes("/entry/data", { whole: 8 });
    writer.scalar("/entry/definition", "NXmx");
    writer.scalar("/entry/distance", 0.25, { attributes: { units: "m" } });
    writer.scalar("/entry/count", 3, { type: "uint32" });
    writer.array("/entry/empty", new Float32Array(0), [0], { filter: "gzip" });
    writer.softLink("/entry/soft", "/entry/count");
    writer.softLink("/entry/dead", "/nowhere");
    writer.externalLink("/entry/absent", "absent.h5", "/x");
    writer.close();
    writer.close();

    const reader = await openH5(path);
    assert.equal(reader.attribute("/entry/data", "NX_class"), "NXdata");
    assert.deepEqual(reader.attribute("/entry/data", "axes"), ["frame", "é"]);
    assert.equal(reader.attribute("/entry/data", "whole"), 8);
    assert.equal(reader.attribute("/entry/data", "part"), 0.5);
    assert.deepEqual(reader.attribute("/entry/data", "list"), [1, 2]);
    assert.equal(reader.attribute("/entry/data", "none"), undefined);
    assert.equal(reader.attribute("/nowhere", "none"), undefined);
    assert.equal(reader.read("/entry/definition"), "NXmx");
    assert.equal(reader.read("/entry/distance"), 0.25);
    assert.equal(reader.attribute("/entry/distance", "units"), "m");
    assert.equal(reader.read("/entry/soft"), 3);
    assert.equal(reader.dataset("/entry/count").type, "uint32");
    assert.equal((reader.read("/entry/empty") as Float32Array).length, 0);
    const kinds = ["/", "/entry", "/entry/count", "/entry/soft", "/entry/dead", "/entry/absent", "/entry/absent/x"];
    assert.deepEqual(kinds.map((p) => reader.kind(p)), [
      "group",
      "group",
      "dataset",
      "dataset",
      "broken-link",
      "broken-link",
      "broken-link",
    ]);
    assert.equal(reader.kind("/entry/count/below"), "missing");
    assert.throws(() => reader.read("/entry/absent"), /absent\.h5.*put absent\.h5 beside this file/);
    assert.throws(() => reader.read("/entry/cuont"), (error: unknown) => {
      return error instanceof InputError && /no such dataset; the file has \/entry\/count/.test(error.message);
    });
    assert.throws(() => reader.read("/entry/count/..", [[0, 1]]), InputError);
    reader.close();
    assert.throws(() => reader.kind("/"), InputError);
    assert.throws(() => writer.group("/late"), OutputError);
  }));

Deno.test(
  titled("hyperslabs: parts of one, two and three dimensions, and nothing outside"),
  () =>
    inFolder(async (folder) => {
      const path = join(folder, "slab.h5");
      const writer = await createH5(path);
      const data = Uint32Array.from({ length: 60 }, (_, i) => i);
      writer.array("/a", data, [3, 4, 5], { filter: "bitshuffle-lz4", chunks: [2, 3, 5] });
      writer.close();
      const reader = await openH5(path);
      assert.deepEqual(reader.read("/a", [[1, 3], [2, 3], [4, 5]]), Uint32Array.of(34, 54));
      assert.deepEqual(reader.view("/a", [[0, 1], [0, 1], [0, 2]]).slice(), Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0));
      assert.equal((reader.read("/a", [[1, 1], [0, 4], [0, 5]]) as Uint32Array).length, 0);
      for (const ranges of [[[0, 4], [0, 4], [0, 5]], [[0, 1]], [[2, 1], [0, 4], [0, 5]]] as [number, number][][]) {
        assert.throws(() => reader.read("/a", ranges), /outside the shape \(3, 4, 5\)/);
      }
      reader.close();
    }),
);

for (const frames of [1, 1023, 1025]) {
  Deno.test(titled(`a stack of ${frames} frames in chunks of one`), () =>
    inFolder(async (folder) => {
      const path = join(folder, "stack.h5");
      const writer = await createH5(path);
      const stack = writer.stack("/entry/data", "uint16", [9, 11], { filter: "bitshuffle-lz4", chunk: [1, 9, 11] });
      const frame = new Uint16Array(99);
      for (let i = 0; i < frames; i++) {
        frame.fill(i);
        stack.append(frame);
      }
      assert.equal(stack.length, frames);
      writer.close();
      const reader = await openH5(path);
      assert.deepEqual(reader.dataset("/entry/data").shape, [frames, 9, 11]);
      for (const i of [0, frames >> 1, frames - 1]) {
        assert.deepEqual(reader.read("/entry/data", [[i, i + 1], [8, 9], [9, 11]]), Uint16Array.of(i, i));
      }
      reader.close();
    }));
}

Deno.test(
  titled("a list of numbers grows by pieces of any size, and is whole after every flush"),
  () =>
    inFolder(async (folder) => {
      const path = join(folder, "list.h5");
      const writer = await createH5(path);
      const list = writer.stack("/list", "uint32", [], { filter: "bitshuffle-lz4", chunk: [100] });
      let next = 0;
      for (const size of [0, 1, 98, 1, 250, 37, 100, 313]) {
        list.append(Uint32Array.from({ length: size }, () => next++));
        if (size % 2 === 1) writer.flush();
      }
      writer.flush();
      writer.flush();
      assert.throws(() => list.append(new Uint8Array(3)), /not whole items/);
      writer.close();
      const reader = await openH5(path);
      assert.deepEqual(reader.read("/list"), Uint32Array.from({ length: next }, (_, i) => i));
      reader.close();
    }),
);

Deno.test(
  titled("2,000 frames are written and read without the library's memory growing"),
  () =>
    inFolder(async (folder) => {
      const path = join(folder, "long.h5");
      // Of libhdf5 only the whole process tells.
      const module = onLibhdf5 ? undefined : (await library()).module;
      const memory = () => module?.HEAPU8.length ?? Deno.memoryUsage().rss;
      const writer = await createH5(path);
      const stack = writer.stack("/d", "uint32", [64, 64], { filter: "bitshuffle-lz4", chunk: [1, 64, 64] });
      const frame = Uint32Array.from({ length: 4096 }, (_, i) => i * i % 17);
      for (let i = 0; i < 200; i++) stack.append(frame);
      const before = memory();
      for (let i = 200; i < 2000; i++) stack.append(frame);
      writer.close();
      const reader = await openH5(path);
      for (let i = 0; i < 2000; i++) reader.view("/d", [[i, i + 1], [0, 64], [0, 64]]);
      reader.close();
      const grown = memory() - before;
      assert.ok(grown <= (onLibhdf5 ? 2 ** 25 : 2 ** 22), `${grown} bytes more for 1,800 frames`);
    }),
);

Deno.test(titled("outputs that cannot be written say why"), () =>
  inFolder(async (folder) => {
    await assert.rejects(createH5(join(folder, "none", "x.h5")), /folder of this file does not exist/);
    await assert.rejects(createH5(folder), /this is a folder/);
    const writer = await createH5(join(folder, "x.h5"));
    assert.throws(() => writer.array("/a", new Uint8Array(3), [2]), OutputError);
    assert.throws(() => writer.attributes("/none", { a: 1 }), OutputError);
    writer.close();
  }));

Deno.test(titled("a replaced file holds nothing of the old one"), () =>
  inFolder(async (folder) => {
    const path = join(folder, "twice.h5");
    for (const name of ["/first", "/second"]) {
      const writer = await createH5(path);
      writer.scalar(name, 1);
      writer.close();
    }
    const reader = await openH5(path);
    assert.deepEqual(reader.children("/"), ["second"]);
    reader.close();
  }));

Deno.test(
  titled("names of any kind, and a temporary name that is used again after a rename"),
  () =>
    inFolder(async (folder) => {
      const [temporary, final] = [join(folder, ".ü %20#.part"), join(folder, "ü #%.h5")];
      for (let i = 0; i < 3; i++) {
        const writer = await createH5(temporary);
        writer.scalar("/i", i);
        writer.close();
        await Deno.rename(temporary, final);
        const reader = await openH5(final);
        assert.equal(reader.read("/i"), i);
        await assert.rejects(createH5(final), /is being read/);
        reader.close();
      }
      await Deno.remove(final);
      await Deno.mkdir(join(final, "below"), { recursive: true });
      await assert.rejects(openH5(final), /not a file/);
      const inside = await createH5(join(final, "below", "x.h5"));
      inside.close();
      await Deno.remove(final, { recursive: true });
      const again = await createH5(final);
      again.close();
      assert.ok(Deno.statSync(final).isFile);
    }),
);

dataTest(titled("pyFAI's sparse file: bitshuffle-LZ4 chunks of libhdf5"), ["thaumatin/pyfai_sparse.h5"], async () => {
  const reader = await openH5(dataPath("thaumatin/pyfai_sparse.h5"));
  const group = "/entry_0000/sparse_frames";
  const sum = (values: unknown) => (values as Uint32Array).reduce((total, value) => total + value, 0);
  // Sums by h5py.
  assert.equal(sum(reader.read(`${group}/index`)), 392857050567);
  assert.equal(sum(reader.read(`${group}/intensity`)), 1525876);
  assert.equal(reader.attribute("/", "default"), "entry_0000");
  assert.deepEqual(reader.attribute(group, "axes"), [".", "radius"]);
  assert.match(String(reader.read("/entry_0000/sparsify/configuration/data")), /cutoff_pick/);
  reader.close();
});
