import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import "../engine/wasm_packing.ts";
import { InputError } from "../errors.ts";
import { readImage } from "./image.ts";
import { readField, readMask, uniteMasks } from "./mask.ts";

function npy(descr: string, shape: string, data: Uint8Array, version = 1): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }\n`;
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(header.length);
  else length.writeUInt32LE(header.length);
  return Buffer.concat([Buffer.from([0x93, ...Buffer.from("NUMPY"), version, 0]), length, Buffer.from(header), data]);
}

function edf(fields: string, data: Uint8Array): Uint8Array {
  const text = `{\n${fields}\n`;
  return Buffer.concat([Buffer.from(text.padEnd(510) + "}\n"), data]);
}

const bytesOf = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

async function withFile(bytes: Uint8Array, body: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "image");
  try {
    await Deno.writeFile(path, bytes);
    await body(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("NumPy and EDF images are read in their own type", async () => {
  const floats = Float32Array.of(0, 1.5, -2, NaN, 4, 5);
  const shorts = Int16Array.of(0, -1, 2, 300, 0, 5);
  const images: [Uint8Array, ArrayLike<number>][] = [
    [npy("<f4", "(2, 3)", bytesOf(floats)), floats],
    [npy("<i2", "(2, 3)", bytesOf(shorts), 2), shorts],
    [npy("|b1", "(2, 3)", Uint8Array.of(0, 1, 0, 1, 1, 0)), [0, 1, 0, 1, 1, 0]],
    [
      edf("DataType = SignedShort ;\nDim_1 = 3 ;\nDim_2 = 2 ;\nByteOrder = LowByteFirst ;", bytesOf(shorts)),
      shorts,
    ],
    [edf("DataType = FloatValue ;\nDim_1 = 3 ;\nDim_2 = 2 ;", bytesOf(floats)), floats],
    [
      edf(
        "DataType = UnsignedByte ;\nDim_1 = 3 ;\nDim_2 = 2 ;\nByteOrder = HighByteFirst ;",
        Uint8Array.of(1, 2, 3, 4, 5, 6),
      ),
      [
        1,
        2,
        3,
        4,
        5,
        6,
      ],
    ],
  ];
  for (const [bytes, values] of images) {
    await withFile(bytes, async (path) => {
      const image = await readImage(path);
      assert.deepEqual(image.shape, [2, 3]);
      assert.deepEqual(Array.from(image.data, Number), Array.from(values));
    });
  }
});

Deno.test("a mask is 1 where the image is not zero; fields become float32", () =>
  withFile(npy("<f4", "(2, 3)", bytesOf(Float32Array.of(0, 1.5, -2, NaN, 0, 5))), async (path) => {
    assert.deepEqual([...await readMask(path, [2, 3])], [0, 1, 1, 1, 0, 1]);
    const flat = await readField(path, [2, 3], "flat");
    assert.ok(flat instanceof Float32Array);
    assert.equal(flat[1], 1.5);
  }));

Deno.test("64-bit masks are read too", () =>
  withFile(npy("<i8", "(1, 3)", bytesOf(BigInt64Array.of(0n, 1n, -5n))), async (path) => {
    assert.deepEqual([...await readMask(path, [1, 3])], [0, 1, 1]);
    assert.deepEqual([...await readField(path, [1, 3], "dark")], [0, 1, -5]);
  }));

Deno.test("an image of another shape is refused with both shapes", () =>
  withFile(npy("|u1", "(2, 3)", new Uint8Array(6)), async (path) => {
    await assert.rejects(readMask(path, [3, 2]), /the mask has 2 × 3 pixels, the frames have 3 × 2/);
    await assert.rejects(readField(path, [4, 4], "dark"), /the dark field has 2 × 3 pixels/);
  }));

Deno.test("truncated and unknown images are refused by name", async () => {
  const refused: [Uint8Array, RegExp][] = [
    [npy("<f4", "(2, 3)", new Uint8Array(20)), /holds 20 bytes of pixels, 2 × 3 need 24/],
    [npy("<f4", "(99999999, 99999999)", new Uint8Array(20)), /need/],
    [npy(">f4", "(2, 3)", new Uint8Array(24)), /not an array that can be read/],
    [npy("<c8", "(2, 3)", new Uint8Array(48)), /not an array that can be read/],
    [npy("<f4", "(2, 3, 1)", new Uint8Array(24)), /not an array that can be read/],
    [edf("DataType = FloatValue ;\nDim_1 = 3 ;\nDim_2 = 2 ;\nByteOrder = HighByteFirst ;", new Uint8Array(24)), /EDF/],
    [edf("DataType = FloatValue ;\nDim_1 = 3 ;\nDim_2 = 2 ;", new Uint8Array(23)), /holds 23 bytes/],
    [Buffer.from("{ no end"), /has no end/],
    [Buffer.from("P5 hello"), /is no image that can be read here/],
  ];
  for (const [bytes, message] of refused) {
    await withFile(bytes, async (path) => {
      await assert.rejects(readImage(path), (error) => {
        assert.ok(error instanceof InputError, String(error));
        assert.match(error.message, message);
        assert.ok(error.message.startsWith(path));
        return true;
      });
    });
  }
});

Deno.test("masks are united, and the inputs stay as they are, but for one that is given away", () => {
  const [a, b] = [Uint8Array.of(0, 1, 0), Uint8Array.of(0, 0, 2)];
  assert.deepEqual([...uniteMasks([a, undefined, b]) ?? []].map((value) => value !== 0), [false, true, true]);
  assert.deepEqual([...a], [0, 1, 0]);
  assert.equal(uniteMasks([undefined]), undefined);
  const own = Uint8Array.of(4, 0, 0);
  assert.equal(uniteMasks([a, undefined, b], own), own);
  assert.deepEqual([[...own], [...a]], [[4, 1, 2], [0, 1, 0]]);
});
