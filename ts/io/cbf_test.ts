import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { InputError } from "../errors.ts";
import { dataPath, dataTest } from "../testing.ts";
import { openCbf, parseCbf } from "./cbf.ts";
import { unpack } from "./compressed.ts";
import { packing } from "./signatures.ts";

/** A CBF file of 2 × 3 pixels, all deltas one byte. */
function cbf(changes: Record<string, string | undefined> = {}, packed = Buffer.from([1, 2, 3, 0xff, 0, 1])): Buffer {
  const header = {
    "Content-Type": 'application/octet-stream;\r\n     conversions="x-CBF_BYTE_OFFSET"',
    "X-Binary-Size": String(packed.length),
    "X-Binary-Element-Type": '"signed 32-bit integer"',
    "X-Binary-Number-of-Elements": "6",
    "X-Binary-Size-Fastest-Dimension": "3",
    "X-Binary-Size-Second-Dimension": "2",
    "Content-MD5": createHash("md5").update(packed).digest("base64"),
    ...changes,
  };
  const mime = Object.entries(header).filter(([, value]) => value !== undefined).map(([k, v]) => `${k}: ${v}\r\n`);
  const text = "###CBF: VERSION 1.5\r\n# Detector: Custom 9, S/N 1\r\n# Pixel_size 100e-6 m x 200e-6 m\r\n" +
    "# Silicon sensor, thickness 0.000450 m\r\n# Count_cutoff 1000 counts\r\n# Wavelength 1.5000 A\r\n" +
    "# Detector_distance 0.2 m\r\n# Beam_xy (2.5, 1.0) pixels\r\n_array_data.data\r\n;\r\n--CIF-BINARY-FORMAT-SECTION--\r\n";
  return Buffer.concat([
    Buffer.from(text + mime.join("") + "\r\n"),
    Buffer.from([0x0c, 0x1a, 4, 0xd5]),
    packed,
    Buffer.from("\r\n--CIF-BINARY-FORMAT-SECTION----\r\n;\r\n"),
  ]);
}

Deno.test("a CBF gives its packed section, shape, header geometry and facts", async () => {
  const source = parseCbf(cbf(), "a.cbf");
  assert.deepEqual(source.info.shape, [2, 3]);
  assert.deepEqual(source.info.valid, [0, 2 ** 31 - 1]);
  const frame = await source.read(0);
  assert.equal(frame.encoding, "byte-offset");
  assert.deepEqual([...frame.bytes], [1, 2, 3, 0xff, 0, 1]);
  const geometry = source.info.geometry;
  assert.ok(geometry);
  assert.equal(geometry.pixel1, 200e-6);
  assert.equal(geometry.pixel2, 100e-6);
  assert.equal(geometry.poni1, 200e-6);
  assert.equal(geometry.poni2, 2.5 * 100e-6);
  assert.ok(Math.abs((geometry.wavelength ?? 0) - 1.5e-10) < 1e-20);
  assert.equal(source.info.detector?.saturationValue, 1000);
  assert.equal(source.info.detector?.sensorMaterial, "Si");
  assert.throws(() => source.read(1), /one frame only/);
});

Deno.test("a CBF in a larger buffer is read from its own bytes", async () => {
  const whole = cbf();
  const padded = new Uint8Array(whole.length + 20).fill(7);
  padded.set(whole, 11);
  const frame = await parseCbf(padded.subarray(11, 11 + whole.length), "a.cbf").read(0);
  assert.deepEqual([...frame.bytes], [1, 2, 3, 0xff, 0, 1]);
});

Deno.test("broken and unsupported CBF files are refused by name", () => {
  const whole = cbf();
  const flipped = Buffer.from(whole);
  flipped[whole.indexOf(Buffer.from([0x0c, 0x1a, 4, 0xd5])) + 5] ^= 1;
  const refused: [Uint8Array, RegExp][] = [
    [whole.subarray(0, whole.length - 44), /truncated: \d of 6 bytes/],
    [whole.subarray(0, 100), /no binary section/],
    [flipped, /does not match its Content-MD5/],
    [Buffer.from("hello"), /is not a CBF file/],
    [
      cbf({ "Content-Type": 'application/octet-stream; conversions="x-CBF_PACKED"' }),
      /compression x-CBF_PACKED is not/,
    ],
    [cbf({ "X-Binary-Element-Type": '"signed 32-bit real IEEE"' }), /type "signed 32-bit real IEEE" are not supported/],
    [cbf({ "X-Binary-Number-of-Elements": "7" }), /announces 7 elements for 2 × 3 pixels/],
    [cbf({ "X-Binary-Size": "999999999999" }), /is truncated/],
    [cbf({ "X-Binary-Size": "5", "Content-MD5": undefined }), /5 bytes, too few for 6 pixels/],
    [cbf({ "X-Binary-Size": "-4" }), /"-4" is not a count/],
    [cbf({ "X-Binary-Size": undefined }), /X-Binary-Size\): the line is missing/],
    [
      cbf({ "X-Binary-Size-Fastest-Dimension": "100000", "X-Binary-Size-Second-Dimension": "100000" }),
      /pixels are too many/,
    ],
    [cbf({ "X-Binary-Size-Fastest-Dimension": "0", "X-Binary-Number-of-Elements": "0" }), /holds no pixels/],
  ];
  for (const [bytes, message] of refused) {
    assert.throws(() => parseCbf(bytes, "bad.cbf"), (error) => {
      assert.ok(error instanceof InputError, String(error));
      assert.match(error.message, message);
      assert.match(error.message, /^bad\.cbf/);
      return true;
    });
  }
});

Deno.test("mutated CBF headers never crash", () => {
  const whole = cbf();
  let state = 1;
  const random = (below: number) => (state = (state * 48271) % 2147483647) % below;
  for (let round = 0; round < 5000; round++) {
    const bytes = Buffer.from(whole);
    for (let change = 0; change <= random(3); change++) bytes[random(bytes.length)] = random(256);
    try {
      const source = parseCbf(bytes.subarray(0, random(4) ? bytes.length : random(bytes.length)), "m.cbf");
      assert.ok(source.info.shape[0] * source.info.shape[1] <= bytes.length);
    } catch (error) {
      assert.ok(error instanceof InputError, String(error));
    }
  }
});

Deno.test("gzip is unpacked within its bound; truncation is named", async () => {
  const plain = new Uint8Array(100_000).fill(5);
  const packed = gzipSync(plain);
  assert.equal(packing(packed), "gzip");
  assert.deepEqual(new Uint8Array(await unpack(packed, "a.gz")), plain);
  await assert.rejects(unpack(packed, "a.gz", 1000), /a\.gz \(gzip\): unpacks to more than 1000 bytes/);
  await assert.rejects(unpack(packed.subarray(0, 50), "a.gz"), /a\.gz \(gzip\): cannot be unpacked/);
  assert.equal(await unpack(plain, "a"), plain);
});

const BZ2 = "thaumatin/thau_3_2_0017.cbf.bz2";

dataTest("a real bzip2 CBF opens with the detector's geometry; damaged ones are named", [BZ2], async () => {
  const source = await openCbf(dataPath(BZ2));
  assert.deepEqual(source.info.shape, [2527, 2463]);
  assert.equal(source.info.geometry?.detector, "Pilatus 6M");
  assert.equal(source.info.geometry?.mask?.length, 2527 * 2463);
  const packed = await Deno.readFile(dataPath(BZ2));
  await assert.rejects(unpack(packed.subarray(0, 300_000), "t.bz2"), /t\.bz2 \(bzip2\): cannot be unpacked/);
  await assert.rejects(unpack(packed, "t.bz2", 1_000_000), /more than 1000000 bytes/);
  packed[300_000] ^= 1;
  await assert.rejects(unpack(packed, "t.bz2"), /corrupt/);
});

dataTest("a real gzip CBF opens", ["DLS_I03_smargon_0001.cbf.gz"], async () => {
  const source = await openCbf(dataPath("DLS_I03_smargon_0001.cbf.gz"));
  assert.ok(Math.abs((source.info.geometry?.distance ?? 0) - 0.29147) < 1e-12);
  source.close();
  assert.throws(() => source.read(0), /is closed/);
});
