/** Frames as they lie in the file: the same bytes that h5py hands out, on both libraries, and what falls back. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { InputError } from "../../errors.ts";
import { fabio } from "../../interop/clients.ts";
import { clientTest, dataPath, dataTest, inFolder } from "../../testing.ts";
import type { Encoding } from "../frame.ts";
import { openH5 } from "./h5.ts";
import { onLibhdf5, titled } from "./h5_testing.ts";
import { openHdf5 } from "./source.ts";

/** A test in a folder of its own that needs h5py and hdf5plugin. */
function pythonTest(name: string, body: (folder: string) => Promise<void>): void {
  clientTest(titled(name), [fabio], [], () => inFolder(body));
}

const FRAMES = 3;
const SHAPE = [67, 71] as const;

/** Writes one stack per way of packing, and beside each its chunks as h5py hands them out. */
const WRITE = `
import sys, json, h5py, hdf5plugin, numpy as np
frames = (np.arange(3 * 67 * 71) ** 2 % 251 % 17).reshape(3, 67, 71)
ways = {
  "bitshuffle-lz4": hdf5plugin.Bitshuffle(), "bitshuffle-lz4 small": hdf5plugin.Bitshuffle(nelems=64),
  "bitshuffle-zstd": hdf5plugin.Bitshuffle(cname="zstd"), "lz4": hdf5plugin.LZ4(), "zstd": hdf5plugin.Zstd(),
  "gzip": {"compression": "gzip"}, "shuffle-gzip": {"compression": "gzip", "shuffle": True}, "raw": {},
}
odd = {"fletcher": {"compression": "gzip", "fletcher32": True}, "blosc": hdf5plugin.Blosc(), "scale": {"scaleoffset": 0}}
with h5py.File("ways.h5", "w") as f:
  for type in ("u1", "<u2", "<i4"):
    for name, way in ways.items():
      f.create_dataset(f"{type}/{name}", data=frames.astype(type), chunks=(1, 67, 71), **way)
      four = frames.astype(type).reshape(3, 1, 67, 71)
      f.create_dataset(f"four/{type}/{name}", data=four, chunks=(1, 1, 67, 71), **way)
  f.create_dataset("two", data=frames[0].astype("<u2"), chunks=(67, 71), **hdf5plugin.Bitshuffle())
  for name, way in odd.items(): f.create_dataset(f"odd/{name}", data=frames.astype("<i4"), chunks=(1, 67, 71), **way)
  bslz4 = hdf5plugin.Bitshuffle()
  f.create_dataset("odd/big-endian", data=frames.astype(">i4"), chunks=(1, 67, 71), **bslz4)
  f.create_dataset("odd/several", data=frames.astype("<i4"), chunks=(2, 67, 71), **bslz4)
  f.create_dataset("odd/cut", data=frames.astype("<i4"), chunks=(1, 67, 36), **bslz4)
  f.create_dataset("odd/larger", data=frames.astype("<i4"), chunks=(1, 68, 71), maxshape=(3, 68, 71), **bslz4)
  f.create_dataset("odd/contiguous", data=frames.astype("<i4"))
  hole = f.create_dataset("hole", shape=(3, 67, 71), dtype="<i4", chunks=(1, 67, 71), fillvalue=7, **bslz4)
  hole[1] = frames[1]
  for name, way in (("lz4", bslz4), ("gzip", {"compression": "gzip", "shuffle": True})):
    skipped = f.create_dataset("skipped/" + name, shape=(3, 67, 71), dtype="<i4", chunks=(1, 67, 71), **way)
    for i in range(3): skipped.id.write_direct_chunk((i, 0, 0), frames[i].astype("<i4").tobytes(), filter_mask=0x3)
  def dump(path, d):
    if isinstance(d, h5py.Dataset) and d.chunks and path.split("/")[0] not in ("odd", "hole", "skipped"):
      for i in range(d.shape[0] if d.ndim > 2 else 1):
        at = (i,) + (0,) * (d.ndim - 1) if d.ndim > 2 else (0, 0)
        open(path.replace("/", "_") + f"_{i}.chunk", "wb").write(d.id.read_direct_chunk(at)[1])
  f.visititems(dump)`;

/** Those that h5wasm, too, hands out. */
const THROUGH_FILTER = new Set<Encoding>(["bitshuffle-lz4", "bitshuffle-zstd", "lz4", "zstd"]);

function frameOf(index: number): Int32Array {
  const pixels = SHAPE[0] * SHAPE[1];
  return Int32Array.from({ length: pixels }, (_, i) => (index * pixels + i) ** 2 % 251 % 17);
}

pythonTest("chunks are those that h5py hands out, for every filter, element and rank", async (folder) => {
  await fabio.run(folder, "-c", WRITE);
  const reader = await openH5(join(folder, "ways.h5"));
  let compared = 0;
  for (const group of ["u1", "<u2", "<i4", "four/u1", "four/<u2", "four/<i4"]) {
    for (const way of reader.children(`/${group}`)) {
      const encoding = way.split(" ")[0] as Encoding;
      for (let i = 0; i < FRAMES; i++) {
        const chunk = reader.chunk(`/${group}/${way}`, i);
        if (!onLibhdf5 && !THROUGH_FILTER.has(encoding)) {
          assert.equal(chunk, undefined);
          continue;
        }
        const wanted = await Deno.readFile(join(folder, `${group}_${way}_${i}.chunk`.replaceAll("/", "_")));
        assert.equal(chunk?.encoding, encoding);
        assert.deepEqual(chunk.bytes, wanted, `${group}/${way} ${i}`);
        compared++;
      }
    }
  }
  assert.equal(compared, (onLibhdf5 ? 8 : 5) * 6 * FRAMES);
  assert.deepEqual(reader.chunk("/two", 0)?.bytes, await Deno.readFile(join(folder, "two_0.chunk")));
  // The comparison can fail.
  assert.notDeepEqual(reader.chunk("/<u2/zstd", 0)?.bytes, reader.chunk("/<u2/zstd", 1)?.bytes);
  for (const index of [-1, 3, 0.5, NaN]) assert.equal(reader.chunk("/<u2/zstd", index), undefined);
  reader.close();
});

pythonTest(
  "what is no chunk of ours falls back to pixels: other filters, layouts, byte orders, holes",
  async (folder) => {
    await fabio.run(folder, "-c", WRITE);
    const path = join(folder, "ways.h5");
    const reader = await openH5(path);
    const odd = reader.children("/odd").map((name) => `/odd/${name}`).filter((name) => !name.endsWith("larger"));
    for (const dataset of [...odd, "/skipped/lz4", "/skipped/gzip"]) {
      for (let i = 0; i < FRAMES; i++) assert.equal(reader.chunk(dataset, i), undefined, dataset);
      if (dataset.endsWith("blosc")) continue;
      const source = await openHdf5(`${path}::${dataset}`);
      for (const i of [2, 0, 1]) {
        const { encoding, bytes } = await source.read(i);
        assert.equal(encoding, "raw");
        assert.deepEqual(new Int32Array(bytes.slice().buffer), frameOf(i), `${dataset} ${i}`);
      }
      source.close();
    }
    assert.equal(reader.chunk("/odd/larger", 0), undefined);
    assert.deepEqual([0, 1, 2].map((i) => reader.chunk("/hole", i)?.encoding), [
      undefined,
      "bitshuffle-lz4",
      undefined,
    ]);
    reader.close();
    const source = await openHdf5(`${path}::/hole`);
    assert.ok(new Int32Array((await source.read(2)).bytes.slice().buffer).every((value) => value === 7));
    source.close();
  },
);

dataTest(titled("bytes are the caller's own: in the buffer that is handed in when it is large enough"), [
  "thaumatin/thaumatin_bslz4.h5",
], async () => {
  const source = await openHdf5(dataPath("thaumatin/thaumatin_bslz4.h5"));
  const first = await source.read(0);
  const copy = first.bytes.slice();
  const buffer = new Uint8Array(4 * 2 ** 20);
  const second = await source.read(1, buffer);
  assert.equal(second.bytes.buffer, buffer.buffer);
  const third = await source.read(2, new Uint8Array(10));
  assert.notEqual(third.bytes.length, 10);
  assert.deepEqual(first.bytes, copy);
  assert.notDeepEqual(second.bytes, copy);
  // Nothing of it is read again: the next frame is not changed by what the caller does to this one.
  third.bytes.fill(0);
  assert.deepEqual((await source.read(0)).bytes, copy);
  source.close();
});

const VIRTUAL = `
import h5py, hdf5plugin, numpy as np
frames = (np.arange(6 * 67 * 71) ** 2 % 251 % 17).reshape(6, 67, 71).astype("<i4")
for part in range(3):
  with h5py.File(f"part{part}.h5", "w") as f:
    data = frames[2 * part : 2 * part + 2]
    f.create_dataset("e/data", data=data, chunks=(1, 67, 71), **hdf5plugin.Bitshuffle())
    f.create_dataset("lz4", data=data, chunks=(1, 67, 71), **hdf5plugin.Bitshuffle(nelems=128))
    f.create_dataset("gzip", data=data, chunks=(2, 67, 71), compression="gzip")
def virtual(name, place, order=(0, 1, 2), rank=3, count=2, dataset="e/data"):
  shape = (3 * count, 67, 71) if rank == 3 else (3 * count, 1, 67, 71)
  layout = h5py.VirtualLayout(shape=shape, dtype="<i4")
  for part in order:
    source = h5py.VirtualSource(f"part{part}.h5", dataset, shape=(2, 67, 71))
    place(layout, part, source)
  with h5py.File(name, "w") as f: f.create_virtual_dataset("/entry/data/data", layout)
def whole(layout, part, source): layout[2 * part : 2 * part + 2] = source
def four(layout, part, source): layout[2 * part : 2 * part + 2, 0] = source
def one(layout, part, source): layout[part : part + 1] = source[1:]
def mixed(layout, part, source): layout[part::3] = source
virtual("plain.h5", whole)
virtual("turned.h5", whole, order=(2, 0, 1))
virtual("four.h5", four, rank=4)
virtual("gap.h5", whole, order=(0, 2))
virtual("one.h5", one, count=1)
virtual("mixed.h5", mixed)
virtual("lz4.h5", whole, dataset="lz4")
virtual("gzip.h5", whole, dataset="gzip")`;

pythonTest(
  "virtual datasets: chunks of their sources where those are whole and in line, pixels where not",
  async (folder) => {
    await fabio.run(folder, "-c", VIRTUAL);
    const plain = [0, 1, 2, 3, 4, 5];
    const cases: [string, boolean, (number | undefined)[]][] = [
      ["plain", true, plain],
      ["turned", true, plain],
      ["four", true, plain],
      ["lz4", true, plain],
      ["gzip", false, plain],
      ["gap", false, [0, 1, undefined, undefined, 4, 5]],
      ["one", false, [1, 3, 5]],
      ["mixed", false, [0, 2, 4, 1, 3, 5]],
    ];
    for (const [name, packed, frames] of cases) {
      const source = await openHdf5(join(folder, `${name}.h5`));
      assert.equal(source.frameCount, frames.length);
      for (const i of [...frames.keys()].reverse()) {
        const { encoding, bytes } = await source.read(i);
        const wanted = frames[i];
        if (packed && onLibhdf5) {
          assert.equal(encoding, "bitshuffle-lz4", name);
          const file = await openH5(join(folder, `part${i >> 1}.h5`));
          assert.deepEqual(bytes, file.chunk(name === "lz4" ? "/lz4" : "/e/data", i % 2)?.bytes);
          file.close();
        } else {
          assert.equal(encoding, "raw", name);
          const pixels = wanted === undefined ? new Int32Array(SHAPE[0] * SHAPE[1]) : frameOf(wanted);
          assert.deepEqual(new Int32Array(bytes.slice().buffer), pixels, `${name} ${i}`);
        }
        assert.deepEqual(source.link?.(i), {
          file: Deno.realPathSync(join(folder, `${name}.h5`)),
          dataset: "/entry/data/data",
          index: i,
        });
      }
      source.close();
    }
  },
);

const SHORTER = `
import h5py, hdf5plugin
with h5py.File("part1.h5", "a") as f:
  d = f["e/data"][:1]
  del f["e/data"]
  f.create_dataset("e/data", data=d, chunks=(1, 67, 71))`;

if (onLibhdf5) {
  pythonTest("a source of a virtual dataset that has too few frames is an error, not zeros", async (folder) => {
    await fabio.run(folder, "-c", VIRTUAL);
    await fabio.run(folder, "-c", SHORTER);
    const source = await openHdf5(join(folder, "plain.h5"));
    await source.read(0);
    await assert.rejects(
      async () => await source.read(3),
      /part1\.h5 \(e\/data\).*shape \(1, 67, 71\), where 2 int32 frames of 67 x 71/,
    );
    source.close();
  });
}

pythonTest("a file that is truncated while it is read is an error that names the frame", async (folder) => {
  await fabio.run(folder, "-c", WRITE);
  const path = join(folder, "ways.h5");
  const source = await openHdf5(`${path}::/<i4/bitshuffle-lz4`);
  await source.read(0);
  const chunk = await Deno.readFile(join(folder, "<i4_bitshuffle-lz4_2.chunk"));
  const at = Buffer.from(await Deno.readFile(path)).indexOf(chunk);
  assert.ok(at > 0);
  await Deno.truncate(path, at + chunk.length - 1);
  await assert.rejects(
    async () => await source.read(2),
    (error) => error instanceof InputError && /ways\.h5 \(\/<i4\/bitshuffle-lz4, frame 2\)/.test(error.message),
  );
  source.close();
});

if (onLibhdf5) {
  pythonTest("a file of a newer format than the library's is read by h5wasm", async (folder) => {
    const write = `import h5py, hdf5plugin, numpy as np
with h5py.File("new.h5", "w", libver="latest") as f:
  f.create_dataset("d", data=np.ones((2, 67, 71), "u2"), chunks=(1, 67, 71), **hdf5plugin.Bitshuffle())`;
    await fabio.run(folder, "-c", write);
    const source = await openHdf5(join(folder, "new.h5"));
    assert.equal((await source.read(1)).encoding, "bitshuffle-lz4");
    source.close();
  });
}
