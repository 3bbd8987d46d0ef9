/** The GPU's bitshuffle-LZ4 decoder against the core's: the same pixels, and the same sentence for every damage. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { encodeBitshuffleLz4 } from "../wasm/braggsieve.js";
import { messageOf } from "../../errors.ts";
import type { PixelArray, PixelType } from "../../io/frame.ts";
import { DEFAULT_SETTINGS, type PlanInput } from "../engine.ts";
import { PIXEL_ARRAYS } from "../pixel_arrays.ts";
import { decodeByCore, Decoder } from "./decode.ts";
import { Ring } from "./ring.ts";
import { Tables } from "./tables.ts";
import { GEOMETRY, gpuTest, uniform } from "./testing.ts";

/** Mutated chunks; BRAGGSIEVE_MUTATIONS may ask for fewer. */
const MUTATIONS = Number(Deno.env.get("BRAGGSIEVE_MUTATIONS") ?? 100_000);

function input(type: PixelType, shape: readonly [number, number]): PlanInput {
  return { geometry: GEOMETRY, shape, type, settings: { ...DEFAULT_SETTINGS, bins: 4 } };
}

/** Counts that LZ4 finds something in: smooth, sparse, repeating, or nothing at all. */
function pixelsOf(type: PixelType, count: number, seed: number): PixelArray {
  const next = uniform(seed);
  const kind = seed % 4;
  return new PIXEL_ARRAYS[type](count).map((_, i) =>
    kind === 0 ? 9 * next() * next() : kind === 1 ? Number(next() < 0.02) * 200 : kind === 2 ? i % 37 : 255 * next()
  );
}

const bytesOf = (pixels: PixelArray) => new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);

gpuTest("chunks decode to what the core decodes them to, whatever block and rest", ({ plan }) => {
  for (const type of ["uint8", "uint16", "uint32"] as const) {
    for (const shape of [[61, 167], [64, 128], [3, 7], [2, 3], [9, 1111]] as const) {
      const one = plan(input(type, shape));
      for (const [round, block] of [0, 512, 1024, 4096, 8192, 8, 24, 1000].entries()) {
        const pixels = pixelsOf(type, shape[0] * shape[1], round + 1);
        const chunk = encodeBitshuffleLz4(bytesOf(pixels), pixels.BYTES_PER_ELEMENT, block);
        one.load({ encoding: "bitshuffle-lz4", bytes: chunk });
        assert.deepEqual(one.frame(), pixels, `${type} ${shape} in blocks of ${block}`);
      }
      one.close();
    }
  }
});

/** A chunk with one to three bytes changed, cut off, or followed by more. */
function mutated(chunk: Uint8Array, next: () => number): Uint8Array {
  const kind = next();
  if (kind < 0.1) return chunk.slice(0, Math.floor(next() * chunk.length));
  const longer = new Uint8Array(chunk.length + (kind < 0.13 ? 1 + Math.floor(5 * next()) : 0));
  longer.set(chunk);
  for (let i = 0; i < 1 + Math.floor(3 * next()); i++) {
    const at = Math.floor((next() < 0.2 ? Math.min(40, chunk.length) : chunk.length) * next());
    longer[at] = next() < 0.5 ? [0, 255, 15, 240][Math.floor(4 * next())] : Math.floor(256 * next());
  }
  return longer;
}

gpuTest(`${MUTATIONS} mutated chunks give the core's pixels or its sentence`, ({ device }) => {
  const [shape, pixels, batch] = [[23, 113] as const, 23 * 113, 256]; // a short last block and seven elements left over
  const next = uniform(20261125);
  let [broken, whole] = [0, 0];
  for (const type of ["uint16", "uint32", "uint8"] as const) {
    const element = PIXEL_ARRAYS[type].BYTES_PER_ELEMENT;
    const chunks = Array.from(
      { length: 8 },
      (_, i) => encodeBitshuffleLz4(bytesOf(pixelsOf(type, pixels, i)), element, [0, 512, 1024, 1000][i >> 1]),
    );
    const tables = new Tables(device, input(type, shape));
    const frames = device.buffer(batch * tables.frameWords * 4, GPUBufferUsage.STORAGE);
    const decoder = new Decoder(device, tables, batch, frames);
    for (let first = 0; first < MUTATIONS / 3; first += batch) {
      const pushed = Array.from({ length: batch }, (_, i) => mutated(chunks[i % 8], next));
      pushed.forEach((chunk, at) => decoder.load(at, chunk));
      const encoder = device.gpu.createCommandEncoder();
      decoder.encode(encoder, batch);
      device.gpu.queue.submit([encoder.finish()]);
      const damaged = new Uint32Array(device.read(decoder.damaged, 0, batch * 4).buffer);
      const decoded = device.read(frames, 0, batch * tables.frameWords * 4);
      pushed.forEach((chunk, at) => {
        const problem = decoder.problem(at, damaged[at] !== 0);
        let expected: Uint8Array | string;
        try {
          expected = decodeByCore(chunk, element, tables.frameBytes);
        } catch (error) {
          expected = messageOf(error);
        }
        if (typeof expected === "string") {
          broken++;
          return assert.equal(problem, expected, `${type} #${first + at}`);
        }
        whole++;
        const start = at * tables.frameWords * 4;
        const same = Buffer.compare(decoded.subarray(start, start + tables.frameBytes), expected) === 0;
        assert(same && problem === undefined, `${type} #${first + at}: ${problem ?? "other pixels"}`);
      });
    }
    decoder.close();
    frames.destroy();
    tables.close();
  }
  assert(broken > MUTATIONS / 4 && whole > MUTATIONS / 20, `${broken} broken, ${whole} whole`);
});

gpuTest("a damaged chunk among others loses its own frame alone", async ({ device, plan }) => {
  const one = input("uint16", [61, 167]);
  const frames = Array.from({ length: 5 }, (_, i) => pixelsOf("uint16", 61 * 167, i + 1));
  const chunks = frames.map((pixels) => encodeBitshuffleLz4(bytesOf(pixels), 2, 0));
  chunks[2][300] ^= 0x55;
  chunks[2] = chunks[2].slice(0, -40);
  const ring = await Ring.open(device, one, { batch: 3, room: 1 });
  const results = chunks.flatMap((bytes, i) => ring.push(i, { encoding: "bitshuffle-lz4", bytes }, { pick: true }))
    .concat(ring.flush());
  ring.close();
  assert.deepEqual(results.map((one) => "result" in one), [true, true, false, true, true]);
  const expected = plan(one);
  for (const i of [0, 1, 3, 4]) {
    expected.load({ encoding: "raw", bytes: bytesOf(frames[i]) });
    const one = results[i];
    assert("result" in one);
    assert.deepEqual(one.result.picked?.index, expected.pick().index);
  }
  assert.throws(() => expected.load({ encoding: "bitshuffle-lz4", bytes: chunks[2] }), /compressed data are damaged/);
  expected.close();
});
