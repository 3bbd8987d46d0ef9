/**
 * The native engine against WebAssembly: the same Rust and the same sums, so every number has the same bits. And what
 * happens where the library is missing, stale, of another kind or not permitted.
 */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { inFolder } from "../testing.ts";
import type { PixelArray, PixelType } from "../io/frame.ts";
import { UsageError } from "../errors.ts";
import { createEngine } from "./create.ts";
import { DEFAULT_SETTINGS, type Engine, type Plan, type PlanInput } from "./engine.ts";
import { findNative, libraryPath, nativeEngine } from "./native.ts";
import { openLibrary } from "./native_calls.ts";
import { ABI } from "./native_symbols.ts";
import type { Packing } from "./packing.ts";
import { unpackedMap } from "./map_testing.ts";
import { PIXEL_ARRAYS } from "./pixel_arrays.ts";
import { wasmEngine } from "./wasm.ts";
import { wasmPacking } from "./wasm_packing.ts";

const SHAPE = [500, 700] as const;
const PIXELS = SHAPE[0] * SHAPE[1];
const GEOMETRY = {
  distance: 0.1,
  poni1: 0.02,
  poni2: 0.03,
  rot1: 0.05,
  rot2: -0.1,
  rot3: 0.4,
  wavelength: 1e-10,
  pixel1: 1e-4,
  pixel2: 1e-4,
  orientation: 3 as const,
};

/** The library, or why it cannot be tested; a stale one fails in `wasm`'s stamp test too when sources have changed. */
const found = findNative();
if (!found.engine) console.log(`skipped: the native engine: ${found.reason}`);

/** A test that needs the library. */
function nativeTest(name: string, body: (native: Engine) => void | Promise<void>): void {
  const engine = found.engine;
  Deno.test({ name: `native: ${name}`, ignore: !engine, fn: () => body(engine!) });
}

/** Counts of a falling background, spots, and values that mark bad pixels. */
function frameOf(type: PixelType): PixelArray {
  const frame = new PIXEL_ARRAYS[type](PIXELS);
  for (let p = 0; p < PIXELS; p++) {
    frame[p] = p % 977 === 0 ? -1 : p % 1311 < 2 ? 900 : 20 + (p * 7919) % 11 - (p % SHAPE[1]) / 80;
  }
  return frame;
}

/** Everything that a plan makes of a frame, as copies of the typed arrays. */
function results(plan: Plan, frame: PixelArray): Record<string, unknown> {
  plan.load({ encoding: "raw", bytes: new Uint8Array(frame.buffer as ArrayBuffer) });
  const integrated = structuredClone(plan.integrate());
  const clipped = structuredClone(plan.clip());
  const invalid = plan.invalid();
  const { index, intensity } = plan.pick();
  const picked = [index.slice(), intensity.slice()];
  const peaks = structuredClone(plan.peaks());
  const maps = [plan.radius(), plan.normalization(), plan.radial, plan.validPixels, plan.frame().slice()];
  return { integrated, clipped, invalid, background: plan.background(), picked, peaks, maps };
}

nativeTest("every result has the bits of WebAssembly's, for every pixel type and any number of threads", () => {
  const engines = [undefined, 1, 3].map((threads) => nativeEngine(openLibrary(libraryPath()!), threads));
  let kept = 0;
  for (const type of Object.keys(PIXEL_ARRAYS) as PixelType[]) {
    const frame = frameOf(type);
    const base: PlanInput = {
      geometry: GEOMETRY,
      shape: SHAPE,
      type,
      mask: Uint8Array.from({ length: PIXELS }, (_, p) => p % 13 === 4 ? 1 : 0),
      settings: { ...DEFAULT_SETTINGS, bins: 90, dummy: 29 },
    };
    const corrected = { ...base.settings, solidAngle: true, polarizationFactor: 0.99, unit: "q_nm^-1" as const };
    const inputs: PlanInput[] = [base, { ...base, settings: corrected }, { ...base, dark: new Float32Array(PIXELS) }];
    for (const input of inputs) {
      const wasm = wasmEngine.plan(input);
      const expected = results(wasm, frame);
      wasm.close();
      for (const engine of engines) {
        const plan = engine.plan(input);
        assert.deepEqual(results(plan, frame), expected, type);
        plan.close();
      }
      kept += (expected.picked as Uint32Array[])[0].length;
    }
  }
  assert(kept > 10_000, "pixels are kept");
});

nativeTest("the comparison with WebAssembly sees one count", (native) => {
  const input = { geometry: GEOMETRY, shape: SHAPE, type: "uint16" as const, settings: DEFAULT_SETTINGS };
  const [a, b] = [native.plan(input), wasmEngine.plan(input)];
  const frame = frameOf("uint16");
  const expected = results(b, frame);
  frame[1234] += 1;
  assert.throws(() => assert.deepEqual(results(a, frame), expected));
  a.close();
  b.close();
});

nativeTest("rebuilt frames have the bits of WebAssembly's, with and without noise", (native) => {
  const radius = Float32Array.from({ length: PIXELS }, (_, p) => p % 31 === 3 ? NaN : 1 + (p % 700) / 100);
  const normalization = Float32Array.from({ length: PIXELS }, (_, p) => 1 - (p % 7) / 100);
  for (const type of Object.keys(PIXEL_ARRAYS) as PixelType[]) {
    const common = { type, radius, normalization, radial: Float32Array.of(1, 3, 5, 7), noisePick: 1, dummy: 7 };
    for (const input of [common, { ...common, cutoffPick: 2 }]) {
      const [a, b] = [native.densifier(input), wasmEngine.densifier(input)];
      const intensity = new PIXEL_ARRAYS[type](2).fill(99);
      const [mean, std] = [Float32Array.of(9, 8, 4, 5), Float32Array.of(3, 3, 2, 1)];
      const sparse = { index: Uint32Array.of(4, PIXELS - 1), intensity, mean, std };
      for (const noise of [0, 0.5, 1]) {
        const expected = b.rebuild(sparse, 3, { noise, seed: 5 }).slice();
        assert.deepEqual(a.rebuild(sparse, 3, { noise, seed: 5 }).slice(), expected, `${type} ${noise}`);
      }
      const outside = { ...sparse, index: Uint32Array.of(4, PIXELS) };
      assert.throws(() => a.rebuild(outside, 0, { noise: 0, seed: 0 }), /lies outside the frame/);
      a.close();
      b.close();
    }
  }
});

nativeTest("what does not fit is refused with the core's sentence, and a closed plan does nothing", (native) => {
  const input = { geometry: GEOMETRY, shape: SHAPE, type: "uint16" as const, settings: DEFAULT_SETTINGS };
  assert.throws(() => native.plan({ ...input, mask: new Uint8Array(7) }), /the mask has 7 pixels and the frame 350000/);
  const plan = native.plan(input);
  const bytes = new Uint8Array(99);
  assert.throws(() => plan.load({ encoding: "raw", bytes }), /a frame of 99 bytes where 700000 are expected/);
  assert.throws(() => plan.load({ encoding: "byte-offset", bytes }), /byte-offset decodes to int32/);
  assert.throws(() => plan.load({ encoding: "bitshuffle-lz4", bytes }), Error);
  plan.close();
  plan.close();
  assert.throws(() => plan.clip(), /handle is null/);
  assert.throws(() => plan.frame(), /closed/);
});

nativeTest("a library of other sources or of another version is stale and never used", () => {
  const path = libraryPath()!;
  assert.throws(() => openLibrary(path, { abi: ABI, sources: "0".repeat(64) }), /is stale/);
  assert.throws(() => openLibrary(path, { abi: 99, sources: "" }), new RegExp(`version ${ABI} of the C face, not 99`));
});

const permitted = Deno.permissions.querySync({ name: "ffi" }).state === "granted";

Deno.test({
  name: "native: what is no library, or not there, is told and not used",
  ignore: !permitted,
  fn: () =>
    inFolder(async (folder) => {
      const missing = findNative(`${folder}/none.so`);
      assert(!missing.engine && missing.cause === "missing" && /deno task build:native/.test(missing.reason));
      await Deno.writeTextFile(`${folder}/text.so`, "not a library");
      const text = findNative(`${folder}/text.so`);
      assert(!text.engine && text.cause === "unusable" && /text\.so/.test(text.reason));
    }),
});

Deno.test({
  name: "native: without --allow-ffi, auto is WebAssembly and native is refused with what to do",
  ignore: permitted,
  fn: async () => {
    assert.equal((await createEngine("auto")).name, "wasm");
    await assert.rejects(createEngine("native"), (error: Error) => {
      return error instanceof UsageError && /no engine "native".*--allow-ffi/.test(error.message);
    });
  },
});

nativeTest("auto takes it where it is permitted and there", async () => {
  assert.equal((await createEngine("auto")).name, "native");
});

nativeTest("packs as WebAssembly does", async (native) => {
  const { packing } = native;
  assert(packing);
  for (const type of Object.keys(PIXEL_ARRAYS) as PixelType[]) {
    const frame = frameOf(type);
    const bytes = new Uint8Array(frame.buffer as ArrayBuffer);
    const size = frame.BYTES_PER_ELEMENT;
    const chunk = packing.encodeBitshuffleLz4(bytes, size);
    assert.deepEqual(chunk, wasmPacking.encodeBitshuffleLz4(bytes, size), type);
    const out = new Uint8Array(bytes.length);
    // Compressed by two versions of Zstandard: equal when unpacked.
    const octets = bytes.slice(0, bytes.length - bytes.length % (8 * size));
    const packed = await packing.packBitshuffleZstd(octets, size);
    const room = new Uint8Array(octets.length);
    assert.equal(await packing.unpackChunk("bitshuffle-zstd", packed, size, room), room);
    assert.deepEqual(room, octets, type);
    await assert.rejects(packing.unpackChunk("bitshuffle-zstd", packed.subarray(1), size, room), /damaged/);
    await assert.rejects(packing.packBitshuffleZstd(octets.subarray(1), size), /element/);
    assert.deepEqual(packing.encodeBitshuffleZstd(octets, size), packed, type);
    assert.throws(() => packing.encodeBitshuffleZstd(octets.subarray(1), size), /element/);
    assert.equal(packing.crc32(bytes), wasmPacking.crc32(bytes), type);
    packing.decodeChunk("bitshuffle-lz4", chunk, size, out);
    assert.deepEqual(out, bytes, type);
    assert.throws(() => packing.decodeChunk("bitshuffle-lz4", chunk.subarray(1), size, out), /damaged/);
    assert.throws(() => packing.decodeChunk("morse" as "lz4", chunk, size, out), /morse/);
    const crc = packing.crc32(bytes);
    bytes[0] ^= 1;
    assert.notEqual(packing.crc32(bytes), crc, "the checksum sees one changed bit");
    assert.notDeepEqual(packing.encodeBitshuffleLz4(bytes, size), chunk, "the comparison sees one changed bit");
  }
  const map = frameOf("float32").map((value, p) => p % 91 === 3 ? NaN : value / 7) as Float32Array;
  const norms = map.map((_, p) => 1 + p % 5);
  assert.deepEqual(packing.nanMask(map), wasmPacking.nanMask(map));
  assert.deepEqual([packing.countNan(map), packing.countNan(norms)], [
    wasmPacking.countNan(map),
    wasmPacking.countNan(norms),
  ]);
  assert.notDeepEqual(packing.nanMask(map), wasmPacking.nanMask(norms), "the comparison sees a mask without pixels");
  for (const [array, float] of [[frameOf("uint8"), false], [frameOf("uint16"), false], [map, true]] as const) {
    const bytes = new Uint8Array(array.buffer as ArrayBuffer);
    const size = array.BYTES_PER_ELEMENT;
    assert.deepEqual(packing.nonzeroMask(bytes, size, float), wasmPacking.nonzeroMask(bytes, size, float));
    if (size > 1) {
      assert.throws(() => packing.nonzeroMask(bytes.subarray(1), size, float), /not whole elements/);
    }
    const chunk = packing.encodeBitshuffleLz4(bytes, size);
    const decoded = packing.decodeMask("bitshuffle-lz4", chunk, size, float, PIXELS);
    assert.deepEqual(decoded, wasmPacking.decodeMask("bitshuffle-lz4", chunk, size, float, PIXELS));
    assert.deepEqual(decoded, packing.nonzeroMask(bytes, size, float));
    for (const damaged of [chunk.subarray(1), chunk.subarray(0, 40)]) {
      assert.throws(() => packing.decodeMask("bitshuffle-lz4", damaged, size, float, PIXELS), /damaged/);
    }
  }
  const [mask, other] = [31, 7].map((n) => Uint8Array.from({ length: PIXELS }, (_, p) => p % n));
  assert.deepEqual(packing.unitedMask(mask, other), wasmPacking.unitedMask(mask, other));
  assert.notDeepEqual(packing.unitedMask(mask, other), mask, "the comparison sees bits that were added");
  assert.deepEqual([mask, other].map(packing.countMasked), [mask, other].map(wasmPacking.countMasked));
  const [index, curve] = [Uint32Array.of(3, PIXELS - 1), Float64Array.of(0, 3, 3)];
  assert.deepEqual([PIXELS, PIXELS - 1].map((pixels) => packing.allBelow(index, pixels)), [true, false]);
  assert.deepEqual([curve, curve.map((x) => -x), Float64Array.of(0, 3, NaN)].map(packing.rises), [true, false, false]);
  const long = BigUint64Array.of(7n, 2n ** 32n - 1n);
  assert.deepEqual(packing.narrowed(long), wasmPacking.narrowed(long));
  assert.equal(packing.narrowed(long.fill(2n ** 32n)), undefined);
  const sum = mask.slice();
  packing.addMask(sum, other);
  assert.deepEqual(sum, wasmPacking.unitedMask(mask, other));
  const wasmSum = mask.slice();
  wasmPacking.addMask(wasmSum, other);
  assert.deepEqual(sum, wasmSum);
  for (const unite of [packing.unitedMask, packing.addMask, wasmPacking.addMask]) {
    assert.throws(() => unite(mask, other.subarray(1)), /masks of/);
  }
  assert.deepEqual(packing.encodeMask(mask), wasmPacking.encodeMask(mask));
  for (const type of Object.keys(PIXEL_ARRAYS) as PixelType[]) {
    const pixels = frameOf(type);
    pixels.set([-1, -2, 2 ** 31, 7], 40);
    const raw = new Uint8Array(pixels.buffer as ArrayBuffer);
    const chunk = packing.encodeBitshuffleLz4(raw, pixels.BYTES_PER_ELEMENT);
    const engines: readonly Packing[] = [packing, wasmPacking];
    const wanted = packing.frameMarks({ encoding: "raw", bytes: raw }, type, PIXELS);
    for (const frame of [{ encoding: "raw", bytes: raw }, { encoding: "bitshuffle-lz4", bytes: chunk }] as const) {
      for (const engine of engines) {
        assert.deepEqual(engine.frameMarks(frame, type, PIXELS), wanted, type);
        const kept = mask.slice();
        if (wanted) {
          engine.keepCommonMarks(kept, frame, type);
          assert.deepEqual(kept, mask.map((bits, p) => bits & wanted[p]), type);
        } else assert.throws(() => engine.keepCommonMarks(kept, frame, type), /NaN/);
      }
    }
    const damaged = { encoding: "bitshuffle-lz4", bytes: chunk.subarray(0, 40) } as const;
    for (const engine of wanted ? engines : []) {
      assert.throws(() => engine.frameMarks(damaged, type, PIXELS), /damaged/);
      assert.throws(() => engine.keepCommonMarks(mask.slice(), damaged, type), /damaged/);
    }
  }
});

nativeTest("maps are packed as WebAssembly packs them, rounded or not", async (native) => {
  const input: PlanInput = {
    geometry: GEOMETRY,
    shape: SHAPE,
    type: "uint16",
    mask: Uint8Array.from({ length: PIXELS }, (_, p) => p % 13 === 4 ? 1 : 0),
    settings: { ...DEFAULT_SETTINGS, bins: 90, solidAngle: true },
  };
  const [plan, expected] = [native.plan(input), wasmEngine.plan(input)];
  assert.deepEqual([plan.maps.shares, plan.maps.weights], [expected.maps.shares, expected.maps.weights]);
  for (const map of ["radius", "normalization"] as const) {
    for (const rounding of [undefined, { step: 2 ** -12, least: 0.01 }]) {
      const [got, wanted] = [plan.maps, expected.maps].map((maps) => unpackedMap(maps, map, rounding));
      assert.deepEqual(await got, await wanted);
      assert.equal(rounding === undefined, isDeepStrictEqual(await got, plan[map]()));
    }
  }
  const band = { start: 0, end: 8, length: 8 };
  await assert.rejects(plan.maps.pack("radius", band, { step: 0.3, least: 0 }), /power of two/);
  await assert.rejects(expected.maps.pack("radius", band, { step: 0.3, least: 0 }), /power of two/);
  await assert.rejects(plan.maps.pack("radius", { ...band, end: 9 }), /inside its map/);
  plan.close();
  expected.close();
});
