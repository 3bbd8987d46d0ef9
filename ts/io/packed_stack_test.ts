/** Packed datasets: chunks in order, tails padded, sizes told; and h5py reads what we encode. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { fabio } from "../interop/clients.ts";
import { clientTest, inFolder } from "../testing.ts";
import { encodeBitshuffleZstd, shuffled } from "../engine/wasm_zstd.ts";
import type { H5Writer } from "./hdf5/h5.ts";
import { PackedStack } from "./packed_stack.ts";
import { PackingQueue } from "./packing_queue.ts";
import { below } from "./sink_fixtures.ts";

/** A writer that keeps what it is given. */
function recorder() {
  const chunks: Uint8Array[] = [];
  const seen = { chunks, length: -1, attributes: {} };
  const writer = {
    chunkStack: () => ({
      appendChunk: (encoded: Uint8Array) => chunks.push(encoded),
      finish: (length: number) => seen.length = length,
    }),
    attributes: (_: string, attributes: object) => seen.attributes = attributes,
  };
  return { seen, writer: writer as unknown as H5Writer };
}

const bytesOf = (array: Uint32Array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
/** The shuffled bits in a chunk of one block. */
const inner = (chunk: Uint8Array) => new Uint8Array(zstdDecompressSync(chunk.subarray(16)));

Deno.test("lists of any length fill chunks in order, the tail is padded, and the bytes are told", async () => {
  const values = Uint32Array.from(below(1 << 30, 100));
  for (const cuts of [[100], [0, 1, 31, 64, 4], Array(100).fill(1)]) {
    const { seen, writer } = recorder();
    const queue = new PackingQueue();
    const stack = new PackedStack(writer, queue, "/list", "uint32", [], 32);
    let from = 0;
    for (const n of cuts) stack.append(values.subarray(from, from += n));
    await queue.drain();
    assert.equal(seen.chunks.length, 3, "full chunks do not wait for the end");
    stack.flush();
    await queue.drain();
    stack.finish();
    const padded = new Uint32Array(128);
    padded.set(values);
    assert.deepEqual(
      seen.chunks.map(inner),
      [0, 32, 64, 96].map((at) => shuffled(bytesOf(padded.subarray(at, at + 32)), 4).slice()),
    );
    assert.equal(seen.length, 100);
    assert.deepEqual(seen.attributes, { stored_bytes: seen.chunks.reduce((sum, { length }) => sum + length, 0) });
  }
});

Deno.test("an empty list has no chunk", () => {
  const { seen, writer } = recorder();
  new PackedStack(writer, new PackingQueue(), "/list", "uint16", [], 32).finish();
  assert.deepEqual([seen.chunks.length, seen.length], [0, 0]);
});

Deno.test("chunks that are no whole groups of elements are refused", () => {
  for (const length of [0, 31, 36]) assert.throws(() => encodeBitshuffleZstd(new Uint8Array(length), 4), RangeError);
});

/** Writes chunks as they are and prints what h5py reads. */
const READ = `
import h5py, hdf5plugin, json, sys
with h5py.File(sys.argv[1], "w") as file:
    chunks = [open(name, "rb").read() for name in sys.argv[2:]]
    options = hdf5plugin.Bitshuffle(nelems=0, cname="zstd", clevel=1)
    data = file.create_dataset("x", (100,), "<u4", chunks=(64,), maxshape=(None,), **options)
    for i, chunk in enumerate(chunks):
        data.id.write_direct_chunk((64 * i,), chunk)
with h5py.File(sys.argv[1]) as file:
    print(json.dumps([list(file["x"]._filters["32008"]), file["x"][()].tolist()]))
`;

clientTest("h5py with hdf5plugin reads our chunks", [fabio], [], () =>
  inFolder(async (folder) => {
    const values = Uint32Array.from(below(5000, 100, 3));
    const { seen, writer } = recorder();
    const queue = new PackingQueue();
    const stack = new PackedStack(writer, queue, "/list", "uint32", [], 64);
    stack.append(values);
    stack.flush();
    await queue.drain();
    const names = seen.chunks.map((chunk, i) => {
      const name = join(folder, `${i}.bin`);
      Deno.writeFileSync(name, chunk);
      return name;
    });
    const printed = await fabio.run(folder, "-c", READ, join(folder, "x.h5"), ...names);
    const [filter, read] = JSON.parse(printed) as [number[], number[]];
    assert.deepEqual(read, Array.from(values));
    assert.equal(filter[4], 3);
  }));
