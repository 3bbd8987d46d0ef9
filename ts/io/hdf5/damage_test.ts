/** Damaged and unsuitable files: an InputError that names the place, never a crash, never wrong sizes. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { InputError } from "../../errors.ts";
import { createH5, openH5 } from "./h5.ts";
import { library } from "./wasm/backend.ts";
import { titled } from "./h5_testing.ts";

const ELEMENTS = 5000;

async function withFile(body: (bytes: Uint8Array, tryIt: (bytes: Uint8Array) => Promise<unknown>) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "braggsieve-damage-" });
  try {
    const path = join(folder, "good.h5");
    const writer = await createH5(path);
    const data = Uint32Array.from({ length: ELEMENTS }, (_, i) => i % 7 === 0 ? i : i % 3);
    writer.array("/entry/data", data, [1, ELEMENTS], { filter: "bitshuffle-lz4" });
    writer.close();
    let files = 0;
    await body(await Deno.readFile(path), async (bytes) => {
      // A new name each time: the library may keep what it knows of a file.
      const damaged = join(folder, `damaged${files++ % 50}.h5`);
      await Deno.writeFile(damaged, bytes);
      const reader = await openH5(damaged);
      try {
        return reader.read("/entry/data");
      } finally {
        reader.close();
      }
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Where the bytes `wanted` begin. */
function find(bytes: Uint8Array, wanted: readonly number[]): number {
  const at = bytes.findIndex((_, i) => wanted.every((byte, k) => bytes[i + k] === byte));
  assert.ok(at >= 0, "the pattern is in the file");
  return at;
}

/** The first bytes of the chunk: 20,000 bytes in blocks of 8192. */
const CHUNK_HEADER = [0, 0, 0, 0, 0, 0, 0x4e, 0x20, 0, 0, 0x20, 0];

Deno.test(titled("truncated files, at every place, are errors"), () =>
  withFile(async (good, tryIt) => {
    assert.ok(await tryIt(good));
    for (let size = 1; size < good.length; size += 61) {
      await assert.rejects(tryIt(good.slice(0, size)), InputError);
    }
    await assert.rejects(tryIt(good.slice(0, good.length - 1)), /is truncated: \d+ of \d+ bytes/);
    await assert.rejects(tryIt(new Uint8Array(0)), /is empty/);
    await assert.rejects(tryIt(new TextEncoder().encode("no HDF5 at all")), /not an HDF5 file/);
  }));

Deno.test(
  titled("a damaged header of a chunk is found, and the place is named"),
  () =>
    withFile(async (good, tryIt) => {
      const chunk = find(good, CHUNK_HEADER);
      for (let byte = 0; byte < CHUNK_HEADER.length; byte++) {
        for (const flip of [1, 2, 0x10, 0x80]) {
          const bad = good.slice();
          bad[chunk + byte]! ^= flip;
          await assert.rejects(tryIt(bad), /damaged\d+\.h5 \(\/entry\/data\).*chunk is damaged/);
        }
      }
    }),
);

Deno.test(
  titled("a chunk that is whole but too short is an error, not a read beyond it"),
  () =>
    withFile(async (good, tryIt) => {
      const chunk = find(good, CHUNK_HEADER);
      // One empty block of 8192 zero bytes: literal 0, then one match of 8186, then five literals.
      const bad = good.slice();
      const block = [0x1f, 0, 1, 0, ...new Array(32).fill(255), 7, 0x50, 0, 0, 0, 0, 0];
      const header = [0, 0, 0, 0, 0, 0, 0x20, 0, 0, 0, 0x20, 0];
      bad.set([...header, 0, 0, 0, block.length, ...block], chunk);
      await assert.rejects(tryIt(bad), InputError);
    }),
);

Deno.test(
  titled("1,000 files with a flipped byte: read, or refused with an InputError"),
  () =>
    withFile(async (good, tryIt) => {
      let refused = 0;
      for (let i = 0; i < 1000; i++) {
        const bad = good.slice();
        bad[(i * 2654435761) % good.length]! ^= 1 << (i % 8);
        try {
          const values = await tryIt(bad);
          assert.ok(typeof values !== "object" || values !== null);
        } catch (error) {
          assert.ok(error instanceof InputError, String(error));
          refused++;
        }
      }
      assert.ok(refused > 100, `${refused} refused`);
    }),
);

Deno.test(titled("an unknown filter is named with what can be read"), async () => {
  const folder = await Deno.makeTempDir({ prefix: "braggsieve-filter-" });
  try {
    const path = join(folder, "filter.h5");
    // The oldest file format, whose headers have no checksum: the filter's number in them can be changed.
    const { module, host } = await library();
    const id = module.open(host.path(path), module.H5F_ACC_TRUNC, false, module.H5F_LIBVER_EARLIEST, 2);
    const metadata = { type: 0, size: 4, signed: false, vlen: false, littleEndian: true, total_size: 8 };
    const shape = { shape: [8n], maxshape: [8n], chunks: [8n] as unknown as number[] };
    const packing = { compression: 32008, compression_opts: [0, 4, 4, 0, 2] };
    const zeros = module._malloc(32);
    module.create_dataset(id, "/d", BigInt(zeros), { ...metadata, ...shape, ...packing });
    module._free(zeros);
    module.close_file(id);

    const good = await Deno.readFile(path);
    const number = find(good, [0x08, 0x7d, 24, 0]);
    const codec = find(good, [4, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0]) + 12;
    const cases: [number, number[], RegExp][] = [
      [number, [0x33, 0x01], /\/d.*filter 307 \(bzip2\).*rewrite it with one of gzip/],
      [number, [0x60, 0xea], /filter 60000/],
      [codec, [0], /bitshuffle without compression/],
    ];
    for (const [at, bytes, words] of cases) {
      const bad = good.slice();
      bad.set(bytes, at);
      await Deno.writeFile(path, bad);
      const reader = await openH5(path);
      assert.throws(() => reader.read("/d"), (error) => error instanceof InputError && words.test(error.message));
      reader.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test(titled("nothing of libhdf5's own error messages reaches the console"), async () => {
  const said: unknown[] = [];
  const { error, log, warn } = console;
  Object.assign(console, { error: said.push.bind(said), log: said.push.bind(said), warn: said.push.bind(said) });
  try {
    await withFile(async (good, tryIt) => {
      const bad = good.slice();
      bad[find(good, CHUNK_HEADER) + 3] = 1;
      await assert.rejects(tryIt(bad), InputError);
      await assert.rejects(tryIt(good.slice(0, 900)), InputError);
    });
  } finally {
    Object.assign(console, { error, log, warn });
  }
  assert.deepEqual(said, []);
});
