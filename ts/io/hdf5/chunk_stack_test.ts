/** Stacks of encoded chunks: what h5py reads of them, where their bytes lie, and their ends. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { OutputError } from "../../errors.ts";
import { fabio } from "../../interop/clients.ts";
import { clientTest, inFolder } from "../../testing.ts";
import { ZSTD_LEVEL } from "../../engine/chunk_zstd.ts";
import { chunkCodec, useChunkCodec } from "./codec.ts";
import { createH5, openH5 } from "./h5.ts";
import { onLibhdf5, titled } from "./h5_testing.ts";
import { openHdf5 } from "./source.ts";

const SHAPE = [31, 37] as const;
const PIXELS = SHAPE[0] * SHAPE[1];

function frameOf(index: number): Uint16Array<ArrayBuffer> {
  return Uint16Array.from({ length: PIXELS }, (_, i) => (index * PIXELS + i) ** 2 % 251 % 17);
}

/** The bytes of frames, one after the other, with zeros up to `items` frames. */
function framesFrom(first: number, count: number, items: number): Uint8Array<ArrayBuffer> {
  const frames = new Uint16Array(items * PIXELS);
  for (let i = 0; i < count; i++) frames.set(frameOf(first + i), i * PIXELS);
  return new Uint8Array(frames.buffer);
}

/** A chunk of filter 32008 with Zstandard in one block, made bit by bit. */
function bitshuffleZstd(bytes: Uint8Array, itemSize: number): Uint8Array {
  const elements = Math.floor(bytes.length / itemSize / 8) * 8;
  const shuffled = new Uint8Array(elements * itemSize);
  for (let bit = 0; bit < 8 * itemSize; bit++) {
    for (let e = 0; e < elements; e++) {
      const value = bytes[e * itemSize + (bit >> 3)]! >> (bit & 7) & 1;
      shuffled[(bit * elements + e) >> 3]! |= value << (e & 7);
    }
  }
  const packed = zstdCompressSync(shuffled);
  const rest = bytes.subarray(elements * itemSize);
  const chunk = new Uint8Array(16 + packed.length + rest.length);
  const view = new DataView(chunk.buffer);
  view.setBigUint64(0, BigInt(bytes.length));
  view.setUint32(8, shuffled.length);
  view.setUint32(12, packed.length);
  chunk.set(packed, 16);
  chunk.set(rest, 16 + packed.length);
  return chunk;
}

const ENCODERS = {
  none: (bytes: Uint8Array) => bytes,
  "bitshuffle-lz4": (bytes: Uint8Array) => chunkCodec().encodeChunk("bitshuffle-lz4", bytes, 2).slice(),
  "bitshuffle-zstd": (bytes: Uint8Array) => bitshuffleZstd(bytes, 2),
};

const READ = `
import sys, json, h5py, hdf5plugin, numpy as np
found = {}
with h5py.File(sys.argv[1]) as f:
  for name, d in f.items():
    wanted = ((np.arange(d.size, dtype="u8") ** 2) % 251 % 17).astype("u2").reshape(d.shape)
    plist = d.id.get_create_plist()
    found[name] = [d.shape, d.chunks, bool((d[()] == wanted).all()),
                   [list(plist.get_filter(i)[2]) for i in range(plist.get_nfilters())]]
print(json.dumps(found))`;

clientTest(
  titled("h5py reads stacks of encoded chunks, whole and cut short"),
  [fabio],
  [],
  () =>
    inFolder(async (folder) => {
      const path = join(folder, "chunks.h5");
      const writer = await createH5(path);
      const wanted: Record<string, unknown> = {};
      const filters = {
        none: [],
        "bitshuffle-lz4": [[0, 4, 2, 0, 2]],
        "bitshuffle-zstd": [[0, 4, 2, 0, 3, ZSTD_LEVEL]],
      };
      for (const encoding of ["none", "bitshuffle-lz4", "bitshuffle-zstd"] as const) {
        for (const [items, frames] of [[1, 5], [4, 12], [4, 9], [4, 3], [1, 0]] as const) {
          const name = `${encoding} ${items} ${frames}`;
          const stack = writer.chunkStack(`/${name}`, "uint16", SHAPE, { encoding, chunk: [items, ...SHAPE] });
          for (let first = 0; first < frames; first += items) {
            const bytes = ENCODERS[encoding](framesFrom(first, Math.min(items, frames - first), items));
            const place = stack.appendChunk(bytes);
            if (!onLibhdf5) assert.equal(place, undefined);
            else {
              // They are there already, before anything is flushed.
              assert.equal(place?.length, bytes.length);
              using file = await Deno.open(path);
              await file.seek(place.offset, Deno.SeekMode.Start);
              const there = new Uint8Array(place.length);
              await file.read(there);
              assert.deepEqual(there, new Uint8Array(bytes));
            }
            if (first === 4) writer.flush();
          }
          stack.finish(frames);
          assert.equal(stack.length, frames);
          assert.throws(() => stack.appendChunk(new Uint8Array(9)), RangeError);
          wanted[name] = [[frames, ...SHAPE], [items, ...SHAPE], true, filters[encoding]];
        }
      }
      writer.close();
      assert.deepEqual(JSON.parse(await fabio.run(folder, "-c", READ, path)), wanted);
    }),
);

const FABIO = `
import sys, fabio, hdf5plugin, numpy as np
for name in ("lz4", "zstd"):
  image = fabio.open(sys.argv[1] + "::/" + name)
  for i in range(image.nframes):
    wanted = ((np.arange(i * 1147, (i + 1) * 1147, dtype="u8") ** 2) % 251 % 17).astype("u2").reshape(31, 37)
    assert (image.get_frame(i).data == wanted).all(), (name, i)
  print(name, image.nframes)`;

clientTest(titled("FabIO opens stacks of encoded chunks"), [fabio], [], () =>
  inFolder(async (folder) => {
    const path = join(folder, "frames.h5");
    const writer = await createH5(path);
    for (const codec of ["lz4", "zstd"] as const) {
      const encoding = `bitshuffle-${codec}` as const;
      const stack = writer.chunkStack(`/${codec}`, "uint16", SHAPE, { encoding, chunk: [1, ...SHAPE] });
      for (let i = 0; i < 3; i++) stack.appendChunk(ENCODERS[encoding](framesFrom(i, 1, 1)));
    }
    writer.close();
    assert.equal(await fabio.run(folder, "-c", FABIO, path), "lz4 3\nzstd 3\n");
  }));

Deno.test(titled("what is written as chunks is read back as the same chunks"), () =>
  inFolder(async (folder) => {
    const path = join(folder, "same.h5");
    const writer = await createH5(path);
    const options = { encoding: "bitshuffle-lz4", chunk: [1, ...SHAPE], attributes: { units: "counts" } } as const;
    const stack = writer.chunkStack("/entry/data/data", "uint16", SHAPE, options);
    const chunks = [0, 1, 2].map((i) => ENCODERS["bitshuffle-lz4"](framesFrom(i, 1, 1)));
    for (const chunk of chunks) stack.appendChunk(chunk);
    assert.equal(stack.length, 3);
    writer.close();
    const source = await openHdf5(path);
    for (const i of [2, 0, 1]) assert.deepEqual((await source.read(i)).bytes, chunks[i]);
    source.close();
    const reader = await openH5(path);
    assert.equal(reader.attribute("/entry/data/data", "units"), "counts");
    assert.deepEqual(reader.read("/entry/data/data", [[1, 2], [0, 31], [0, 37]]), frameOf(1));
    reader.close();
  }));

Deno.test(titled("wrong ends, chunks and closed files are refused"), () =>
  inFolder(async (folder) => {
    const writer = await createH5(join(folder, "x.h5"));
    for (const chunk of [[0, ...SHAPE], [1.5, ...SHAPE], [1, 31], [1, 31, 36], []]) {
      const make = () => writer.chunkStack("/bad", "uint16", SHAPE, { encoding: "none", chunk });
      assert.throws(make, /is not one of whole items/);
    }
    const stack = writer.chunkStack("/d", "uint16", SHAPE, { encoding: "bitshuffle-lz4", chunk: [4, ...SHAPE] });
    assert.throws(() => stack.finish(1), RangeError);
    assert.throws(() => stack.appendChunk(new Uint8Array(0)), RangeError);
    for (let i = 0; i < 2; i++) stack.appendChunk(ENCODERS["bitshuffle-lz4"](framesFrom(4 * i, 4, 4)));
    for (const length of [0, 4, 9, 5.5, NaN]) assert.throws(() => stack.finish(length), RangeError);
    stack.finish(5);
    assert.throws(() => stack.finish(5), RangeError);
    writer.close();
    assert.throws(
      () => writer.chunkStack("/e", "uint16", SHAPE, { encoding: "none", chunk: [1, ...SHAPE] }),
      OutputError,
    );
    const reader = await openH5(join(folder, "x.h5"));
    assert.deepEqual(reader.dataset("/d").shape, [5, ...SHAPE]);
    reader.close();
  }));

clientTest(
  titled("arrays and lists are compressed with the encoder that is handed in"),
  [fabio],
  [],
  () =>
    inFolder(async (folder) => {
      const before = chunkCodec();
      const path = join(folder, "zstd.h5");
      try {
        useChunkCodec({ ...before, encodeChunk: (_, bytes, itemSize) => bitshuffleZstd(bytes, itemSize) });
        const writer = await createH5(path);
        const data = Uint16Array.from({ length: 5 * 7 * 11 }, (_, i) => i ** 2 % 251 % 17);
        writer.array("/map", data, [5, 7, 11], { filter: "bitshuffle-zstd" });
        writer.array("/parts", data, [5, 7, 11], { filter: "bitshuffle-zstd", chunks: [2, 7, 4] });
        const list = writer.stack("/list", "uint16", [], { filter: "bitshuffle-zstd", chunk: [100] });
        list.append(data.subarray(0, 130));
        writer.flush();
        list.append(data.subarray(130));
        writer.close();
      } finally {
        useChunkCodec(before);
      }
      const options = [[0, 4, 2, 0, 3, ZSTD_LEVEL]];
      assert.deepEqual(JSON.parse(await fabio.run(folder, "-c", READ, path)), {
        map: [[5, 7, 11], [5, 7, 11], true, options],
        parts: [[5, 7, 11], [2, 7, 4], true, options],
        list: [[385], [100], true, options],
      });
    }),
);

const PLACES = `
import sys, json, h5py
with h5py.File(sys.argv[1]) as f:
  print(json.dumps({name: [[d.id.get_chunk_info(i).byte_offset, d.id.get_chunk_info(i).size] for i in range(d.id.get_num_chunks())]
                    for name, d in f.items() if d.chunks}))`;

if (onLibhdf5) {
  clientTest(
    titled("chunks of every size lie where it is said, with others written in between"),
    [fabio],
    [],
    () =>
      inFolder(async (folder) => {
        const path = join(folder, "places.h5");
        const writer = await createH5(path);
        const options = { encoding: "bitshuffle-lz4", chunk: [1, ...SHAPE] } as const;
        const names = ["a", "b", "c"];
        const stacks = names.map((name) => writer.chunkStack(`/${name}`, "uint16", SHAPE, options));
        const said: Record<string, number[][]> = { a: [], b: [], c: [] };
        for (let i = 0; i < 600; i++) {
          const k = i * 7 % 5 % 3;
          // From a few bytes to more than libhdf5 gathers in a block of small data.
          const noise = i * 97 % PIXELS;
          const frame = Uint16Array.from({ length: PIXELS }, (_, p) =>
            p < noise ? ((i + p) ** 2 * 40503 >>> 3) & 0xffff : 0);
          const place = stacks[k]!.appendChunk(ENCODERS["bitshuffle-lz4"](new Uint8Array(frame.buffer)));
          said[names[k]!]!.push([place!.offset, place!.length]);
          if (i % 50 === 0) {
            writer.scalar(`/text${i}`, "x".repeat(i));
          }
          if (i % 170 === 0) {
            writer.flush();
          }
        }
        writer.close();
        assert.deepEqual(JSON.parse(await fabio.run(folder, "-c", PLACES, path)), said);
      }),
  );
}
