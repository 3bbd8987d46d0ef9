/** Frames rebuilt on the GPU have the bits of those that WebAssembly rebuilds. */
import assert from "node:assert/strict";
import type { PixelType } from "../../io/frame.ts";
import type { DensifierInput, SparseFrame } from "../engine.ts";
import { PIXEL_ARRAYS } from "../pixel_arrays.ts";
import { wasmEngine } from "../wasm.ts";
import { gpuTest, uniform } from "./testing.ts";

const PIXELS = 10_007; // not whole words of small pixels
const SMOOTH = { noise: 0, seed: 0 };

function inputOf(type: PixelType, bins: number, norms: boolean, dummy: number): DensifierInput {
  const next = uniform(bins + 1);
  const first = 0.013;
  const width = 0.0007;
  // Beyond both ends too, on the centres, and masked ones.
  const radius = Float32Array.from(
    { length: PIXELS },
    (_, pixel) =>
      pixel % 97 === 5
        ? NaN
        : pixel % 11 === 0
        ? first + width * (pixel % bins)
        : first + width * (1.1 * bins * next() - 1),
  );
  const normalization = norms ? { normalization: radius.map(() => 0.2 + 2 * next()) } : {};
  const radial = Float64Array.from({ length: bins }, (_, bin) => first + width * bin);
  return { type, radius, radial, dummy, cutoffPick: 2, noisePick: 1, ...normalization };
}

/** A background over `decades` decades, halves in between, and kept pixels in order. */
function frameOf(type: PixelType, bins: number, seed: number, decades: number): SparseFrame {
  const next = uniform(seed);
  const mean = Float32Array.from(
    { length: bins },
    (_, bin) =>
      bin % 5 === 0
        ? Math.floor(40 * next()) + 0.5
        : (seed % 3 === 0 ? 1 - 2 * next() : next()) * 10 ** (decades * next()),
  );
  const index = Uint32Array.from({ length: 500 }, (_, at) => 20 * at + Math.floor(20 * next()));
  const intensity = new PIXEL_ARRAYS[type](index.length).map(() => 100 * next());
  return { index, intensity, mean, std: mean.map(Math.abs) };
}

const TYPES: readonly [PixelType, number][] = [
  ["uint8", 255],
  ["uint16", 65_535],
  ["uint32", 2 ** 32 - 1],
  ["int16", -1],
  ["int32", -2],
  ["float32", NaN],
];

gpuTest("frames without noise are those of WebAssembly, bit for bit", ({ densifier }) => {
  for (const [at, [type, dummy]] of TYPES.entries()) {
    for (const [round, bins] of [1, 2, 40, 1025].entries()) {
      const input = inputOf(type, bins, (at + round) % 2 === 1, dummy);
      const [gpu, wasm] = [densifier(input), wasmEngine.densifier(input)];
      for (const [number, decades] of [1, 2, 4, 11].entries()) {
        const frame = frameOf(type, bins, 10 * number + round + 1, decades);
        const bytes = (pixels: ArrayBufferView) => new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
        const [got, expected] = [gpu, wasm].map((one) => bytes(one.rebuild(frame, number, SMOOTH)).slice());
        assert.deepEqual(got, expected, `${type}, ${bins} bins, frame ${number}`);
        if (number === 0) assert.deepEqual(gpu.encode(), wasm.encode());
        frame.intensity[7]++;
        assert.notDeepEqual(bytes(wasm.rebuild(frame, number, SMOOTH)), got, "the comparison sees one pixel");
      }
      gpu.close();
      wasm.close();
    }
  }
});

gpuTest("frames with noise are those of WebAssembly, bit for bit", ({ densifier }) => {
  for (const [type, dummy] of TYPES) {
    for (const [round, bins] of [1, 40, 1025].entries()) {
      const input = inputOf(type, bins, false, dummy);
      const [gpu, wasm] = [densifier(input), wasmEngine.densifier(input)];
      for (const [number, options] of [{ noise: 1, seed: 2 ** 40 + 3 }, { noise: 0.5, seed: 1 }].entries()) {
        const frame = frameOf(type, bins, 10 * number + round + 1, 2);
        const std = frame.mean.map((value) => Math.sqrt(Math.abs(value)));
        const mean = frame.mean.map(Math.abs);
        const [got, expected] = [gpu, wasm].map((one) => one.rebuild({ ...frame, mean, std }, number, options).slice());
        assert.deepEqual(got, expected, `${type}, ${bins} bins, frame ${number}`);
        assert.deepEqual(gpu.encode(), wasm.encode());
        const other = wasm.rebuild({ ...frame, mean, std }, number, { ...options, seed: 7 });
        assert.notDeepEqual(other.slice(), got, "the comparison sees another seed");
      }
      gpu.close();
      wasm.close();
    }
  }
});

gpuTest("what the stage is not made for, and what does not fit, goes as WebAssembly has it", ({ densifier }) => {
  const input = inputOf("uint16", 40, true, 65_535);
  const [gpu, wasm] = [densifier(input), wasmEngine.densifier(input)];
  const frame = frameOf("uint16", 40, 3, 2);
  const others: SparseFrame[] = [
    { ...frame, index: frame.index.toReversed() },
    { ...frame, index: frame.index.map((_, at) => at >> 1) },
    { ...frame, mean: frame.mean.map((value, bin) => bin === 20 ? NaN : value) },
    { ...frame, mean: frame.mean.map((value, bin) => bin === 20 ? Infinity : value) },
    { ...frame, index: new Uint32Array(0), intensity: new Uint16Array(0) },
  ];
  for (const other of others) {
    assert.deepEqual(gpu.rebuild(other, 0, SMOOTH).slice(), wasm.rebuild(other, 0, SMOOTH).slice());
  }
  const noisy = { noise: 0.7, seed: 5 };
  // With norms it is the core's work.
  assert.deepEqual(gpu.rebuild(frame, 3, noisy).slice(), wasm.rebuild(frame, 3, noisy).slice());
  assert.deepEqual(gpu.encode(), wasm.encode());
  assert.throws(() => gpu.rebuild({ ...frame, index: frame.index.map((i) => i + 500) }, 0, SMOOTH), /outside/);
  assert.throws(() => gpu.rebuild({ ...frame, mean: frame.mean.slice(1) }, 0, SMOOTH), /one value per bin/);
  assert.throws(() => gpu.rebuild({ ...frame, index: frame.index.slice(1) }, 0, SMOOTH), /as many kept values/);
  gpu.close();
  wasm.close();
  const odd = { ...input, normalization: input.normalization!.map((norm, pixel) => pixel === 77 ? Infinity : norm) };
  const [oddGpu, oddWasm] = [densifier(odd), wasmEngine.densifier(odd)];
  assert.deepEqual(oddGpu.rebuild(frame, 0, SMOOTH).slice(), oddWasm.rebuild(frame, 0, SMOOTH).slice());
  oddGpu.close();
  oddWasm.close();
});
