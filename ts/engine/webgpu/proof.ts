/**
 * The start-up proof: doubles in integers on this device against the doubles of JavaScript, bit for bit. A driver that
 * miscompiles a shift, a carry or a loop is found here and not in somebody's data.
 */
import { UsageError } from "../../errors.ts";
import type { Device } from "./device.ts";
import { shader } from "./shaders.ts";

/** Answers per pair of operands: see proof.wgsl. */
const ANSWERS = 8;
/** The names of the answers, for the message. */
const NAMES = ["sum", "product", "error of the product", "quotient", "square root", "f32", "floor and ceil", "order"];

/** Operands that meet every branch: ties, carries, cancellation, far apart, zeros, powers of two, ends of i32 and f32. */
export function operands(count: number, seed: number): Float64Array {
  const special = [0, 1, 0.5, 1.5, 2 ** 31, 2 ** 31 - 1, 2 ** 32, 2 ** 53, 2 ** 53 - 1, 1 + 2 ** -24, 2 ** -149, 1 / 3];
  let state = seed;
  const next = () => (state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9 >>> 0) / 2 ** 32;
  const one = () => {
    const sign = next() < 0.5 ? -1 : 1;
    const x = next() + next() * 2 ** -32;
    switch (Math.floor(next() * 4)) {
      case 0:
        return sign * x * 2 ** Math.floor((next() - 0.5) * 120);
      case 1:
        return sign * Math.floor(x * 2 ** Math.floor(next() * 60));
      case 2:
        return sign * (1 + 2 ** -52 * Math.floor(next() * 8)) * 2 ** Math.floor((next() - 0.5) * 8);
      default:
        return sign * special[Math.floor(next() * special.length)];
    }
  };
  const pairs = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    pairs[2 * i] = one();
    pairs[2 * i + 1] = next() < 0.2 ? -pairs[2 * i] * (1 + 2 ** -52 * Math.floor(next() * 4)) : one();
  }
  return pairs;
}

/** What the device makes of the operands. */
export function answers(device: Device, pairs: Float64Array): Float64Array {
  const count = pairs.length / 2;
  const stage = device.stage("proof", "proof", ["read", "write"], () => shader("proof"));
  const input = device.upload(pairs);
  const output = device.buffer(count * ANSWERS * 8, GPUBufferUsage.STORAGE);
  const encoder = device.gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(stage.pipeline);
  pass.setBindGroup(0, device.bind(stage, [input, output]));
  pass.dispatchWorkgroups(Math.ceil(count / 64));
  pass.end();
  device.gpu.queue.submit([encoder.finish()]);
  const found = new Float64Array(device.read(output, 0, count * ANSWERS * 8).buffer);
  input.destroy();
  output.destroy();
  return found;
}

/** x·y minus its rounded product, exactly (Dekker 1971, with Veltkamp's splitting). */
function productError(x: number, y: number): number {
  const split = (v: number) => {
    const t = 134_217_729 * v;
    const high = t - (t - v);
    return [high, v - high];
  };
  const [[a, b], [c, d]] = [split(x), split(y)];
  return ((a * c - x * y) + a * d + b * c) + b * d;
}

/** The name of the first operation that differs and its operands; undefined when all agree. */
export function firstDifference(pairs: Float64Array, found: Float64Array): string | undefined {
  const integers = new Int32Array(found.buffer);
  const saturated = (x: number) => Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, x));
  for (let i = 0; i < pairs.length / 2; i++) {
    const [x, y, at] = [pairs[2 * i], pairs[2 * i + 1], ANSWERS * i];
    const same = [
      found[at] === x + y,
      found[at + 1] === x * y,
      found[at + 2] === productError(x, y),
      y === 0 || found[at + 3] === x / y,
      found[at + 4] === Math.sqrt(Math.abs(x)),
      found[at + 5] === Math.fround(x),
      integers[2 * at + 12] === saturated(Math.floor(x)) && integers[2 * at + 13] === saturated(Math.ceil(x)) + 0,
      integers[2 * at + 14] === Number(x < y),
    ];
    const wrong = same.indexOf(false);
    if (wrong >= 0) return `${NAMES[wrong]} of ${x} and ${y}`;
  }
}

/** Throws UsageError where the device does not compute as the core does. */
export function prove(device: Device): void {
  const pairs = operands(4096, 20261125);
  const wrong = firstDifference(pairs, answers(device, pairs));
  device.check();
  if (wrong !== undefined) {
    const { vendor, description } = device.info;
    device.close();
    throw new UsageError(
      `the GPU (${description || vendor}) computes the ${wrong} wrongly; take another engine or another driver`,
    );
  }
}
