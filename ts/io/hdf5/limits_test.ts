/** Large files: offsets beyond 4 GB, very many chunks, very many data files. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fabio } from "../../interop/clients.ts";
import { clientTest, inFolder } from "../../testing.ts";
import { chunkCodec } from "./codec.ts";
import { createH5, openH5 } from "./h5.ts";
import { onLibhdf5, titled } from "./h5_testing.ts";
import { openHdf5 } from "./source.ts";

const SHAPE = [8, 8] as const;

function encoded(frame: Uint16Array<ArrayBuffer>): Uint8Array {
  return chunkCodec().encodeChunk("bitshuffle-lz4", new Uint8Array(frame.buffer), 2).slice();
}

/** A hole of 5 GiB, of which the disk holds a few bytes, and a stack behind it. */
const HOLE = `
import h5py, hdf5plugin, numpy as np
with h5py.File("large.h5", "w") as f:
  hole = f.create_dataset("hole", shape=(5 * 2**30,), dtype="u1")
  hole[-1] = 1
  data = np.arange(3 * 64, dtype="u2").reshape(3, 8, 8)
  f.create_dataset("stack", data=data, chunks=(1, 8, 8), **hdf5plugin.Bitshuffle())
  f.create_dataset("plain", data=data)`;

clientTest(titled("data beyond 4 GB are read"), [fabio], [], () =>
  inFolder(async (folder) => {
    await fabio.run(folder, "-c", HOLE);
    const path = join(folder, "large.h5");
    assert.ok((await Deno.stat(path)).size > 5 * 2 ** 30);
    const reader = await openH5(path);
    assert.deepEqual(reader.read("/hole", [[5 * 2 ** 30 - 2, 5 * 2 ** 30]]), Uint8Array.of(0, 1));
    for (const dataset of ["/stack", "/plain"]) {
      const last = reader.read(dataset, [[2, 3], [0, 8], [0, 8]]);
      assert.deepEqual(last, Uint16Array.from({ length: 64 }, (_, i) => 128 + i));
    }
    const chunk = reader.chunk("/stack", 1);
    assert.equal(chunk?.encoding, "bitshuffle-lz4");
    const pixels = new Uint8Array(128);
    chunkCodec().decodeChunk("bitshuffle-lz4", chunk.bytes, 2, pixels);
    assert.equal(new Uint16Array(pixels.buffer)[0], 64);
    reader.close();
  }));

const COUNT = `
import sys, h5py, hdf5plugin, numpy as np
with h5py.File(sys.argv[1]) as f:
  d = f["/entry/data/data"]
  here = np.arange(0, d.shape[0], 997)
  same = all((d[i] == i % 65521).all() for i in here)
  print(d.shape[0], d.id.get_num_chunks(), bool(same), int(d[-1, 7, 7]))`;

/** h5wasm opens the dataset anew for every chunk: it is not for so many. */
const MANY = onLibhdf5 ? 100_000 : 5_000;
for (const frames of [1, 1023, 1025, MANY]) {
  clientTest(
    titled(`a stack of ${frames} chunks: h5py reads it, and memory does not grow with it`),
    [fabio],
    [],
    () =>
      inFolder(async (folder) => {
        const path = join(folder, "many.h5");
        const writer = await createH5(path);
        const options = { encoding: "bitshuffle-lz4", chunk: [1, ...SHAPE] } as const;
        const stack = writer.chunkStack("/entry/data/data", "uint16", SHAPE, options);
        // What an index of chunks takes in memory is limited, and reached by then.
        const full = frames / 2;
        let before = 0;
        for (let i = 0; i < frames; i++) {
          if (i === Math.floor(full)) before = Deno.memoryUsage().rss;
          stack.appendChunk(encoded(new Uint16Array(64).fill(i % 65521)));
        }
        writer.close();
        const source = await openHdf5(path);
        const buffer = new Uint8Array(1024);
        for (let i = 0; i < frames; i++) {
          const { bytes } = await source.read(i, buffer);
          if (i % 997 === 0) assert.deepEqual(bytes, encoded(new Uint16Array(64).fill(i % 65521)));
        }
        source.close();
        const grown = Deno.memoryUsage().rss - before;
        // A frame kept would be 128 bytes and more.
        assert.ok(grown < 2 ** 25, `${grown} bytes more for ${frames} frames`);
        const last = (frames - 1) % 65521;
        assert.equal(await fabio.run(folder, "-c", COUNT, path), `${frames} ${frames} True ${last}\n`);
      }),
  );
}

Deno.test(
  titled("a master of 1,000 data files: all are read, few are open at a time"),
  () =>
    inFolder(async (folder) => {
      const files = 1000;
      const master = join(folder, "x_master.h5");
      const writer = await createH5(master);
      for (let i = 1; i <= files; i++) {
        const name = `x_data_${String(i).padStart(6, "0")}.h5`;
        const data = await createH5(join(folder, name));
        const options = { encoding: "bitshuffle-lz4", chunk: [1, ...SHAPE] } as const;
        const stack = data.chunkStack("/entry/data/data", "uint16", SHAPE, options);
        for (let k = 0; k < 2; k++) stack.appendChunk(encoded(new Uint16Array(64).fill(2 * (i - 1) + k)));
        data.close();
        writer.externalLink(`/entry/data/data_${String(i).padStart(6, "0")}`, name, "/entry/data/data");
      }
      writer.close();
      const source = await openHdf5(master);
      assert.equal(source.frameCount, 2 * files);
      // The counting counts: the master is open.
      if (Deno.build.os === "linux") assert.equal(openIn(folder), 1);
      let most = 0;
      for (let i = 0; i < source.frameCount; i++) {
        const { encoding, bytes } = await source.read(i);
        assert.equal(encoding, "bitshuffle-lz4");
        if (i % 100 < 3) assert.deepEqual(bytes, encoded(new Uint16Array(64).fill(i)));
        if (Deno.build.os === "linux" && i % 250 === 0) most = Math.max(most, openIn(folder));
      }
      assert.ok(most <= 3, `${most} files are open`);
      source.close();
      if (Deno.build.os === "linux") assert.equal(openIn(folder), 0);
    }),
);

/** How many files of a folder this process has open, by another program: /proc is closed to this one. */
function openIn(folder: string): number {
  const { stdout } = new Deno.Command("ls", { args: ["-l", `/proc/${Deno.pid}/fd`] }).outputSync();
  return new TextDecoder().decode(stdout).split(`${Deno.realPathSync(folder)}/`).length - 1;
}
