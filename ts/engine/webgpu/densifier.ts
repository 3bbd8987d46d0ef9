/**
 * Frames of a sparse file rebuilt on the GPU: without noise (densify.wgsl), and counts with noise (densify_noise.wgsl).
 * What the stages are not made for (norms or float pixels with noise, a background or norms that are no numbers, lists out
 * of order) is left to WebAssembly, whose bits all give.
 */
import type { PixelArray } from "../../io/frame.ts";
import type { Densifier, DensifierInput, DensifyOptions, SparseFrame } from "../engine.ts";
import { encodeBitshuffleLz4 } from "../packing.ts";
import { bytesOfPixels, PIXEL_ARRAYS } from "../pixel_arrays.ts";
import { DensifierOnWasm } from "../wasm_densifier.ts";
import type { Device, Stage } from "./device.ts";
import { DensifierNoise } from "./densifier_noise.ts";
import { dispatch } from "./dispatch.ts";
import { header, shader } from "./shaders.ts";

/** Bytes of DensifyFacts in densify.wgsl. */
const FACTS = 48;

/** How radii become places: core-rs/core/src/densify/places.rs (PlaceScale) and background.rs (RadialGrid). */
function gridOf({ radial }: DensifierInput): { bits: number; first: number; perWidth: number; last: number } {
  const bins = radial.length;
  const width = bins > 1 ? (radial[bins - 1] - radial[0]) / (bins - 1) : 1;
  const binBits = 32 - Math.clz32(bins - 1);
  return { bits: 32 - Math.max(1, Math.min(31, binBits)), first: radial[0], perWidth: 1 / width, last: bins - 1 };
}

/** See the module. */
export class GpuDensifier implements Densifier {
  readonly #device: Device;
  readonly #input: DensifierInput;
  readonly #core: DensifierOnWasm;
  readonly #steps: number;
  readonly #stages: Readonly<Record<"smooth" | "restore", { stage: Stage; group: GPUBindGroup }>>;
  readonly #buffers: Readonly<
    Record<"facts" | "radius" | "norms" | "places" | "lines" | "index" | "intensity" | "frame" | "state", GPUBuffer>
  >;
  /** the maps hold what the stage is not made for */
  readonly #odd: boolean;
  readonly #constants: string;
  /** pixels, bins, bits of a place below the bin, dummy */
  readonly #head: Uint32Array;
  /** made for the first frame with noise */
  #noise: DensifierNoise | undefined;
  #frame: PixelArray | undefined;

  /** Throws what the core refuses. */
  constructor(device: Device, input: DensifierInput) {
    this.#device = device;
    this.#input = input;
    this.#core = new DensifierOnWasm(input);
    const { type, radius, normalization, radial } = input;
    const pixels = radius.length;
    const bytes = PIXEL_ARRAYS[type].BYTES_PER_ELEMENT;
    const grid = gridOf(input);
    this.#steps = 2 ** grid.bits;
    const storage = (size: number) => device.buffer(size, GPUBufferUsage.STORAGE);
    this.#buffers = {
      facts: device.buffer(FACTS, GPUBufferUsage.UNIFORM),
      radius: device.upload(radius),
      norms: device.upload(normalization ?? new Float32Array(4)),
      places: storage(pixels * 4),
      lines: storage(radial.length * 16),
      index: storage(pixels * 4),
      intensity: storage(pixels * bytes),
      frame: storage(pixels * bytes),
      state: storage(8),
    };
    const facts = this.#facts(grid);
    this.#head = new Uint32Array(facts.buffer, 0, 4);
    device.write(this.#buffers.facts, 0, facts);
    const constants = header({ type, exact: false, dark: false, norm: normalization ? "float" : "ones" });
    this.#constants = constants;
    const bound = (entry: string) => {
      const written = ["places", "frame", "state"];
      const bindings = Object.keys(this.#buffers).map((name) =>
        name === "facts" ? "uniform" : written.includes(name) ? "write" : "read"
      );
      const stage = device.stage(`densify ${entry} ${constants}`, entry, bindings, () => shader("densify", constants));
      return { stage, group: device.bind(stage, Object.values(this.#buffers)) };
    };
    this.#stages = { smooth: bound("fill_smooth"), restore: bound("restore") };
    const encoder = device.gpu.createCommandEncoder();
    dispatch(encoder, bound("find_places"), pixels);
    device.gpu.queue.submit([encoder.finish()]);
    this.#odd = this.#isOdd();
    device.check();
  }

  #facts({ bits, first, perWidth, last }: ReturnType<typeof gridOf>): Uint8Array {
    const { type, radius, radial, dummy } = this.#input;
    const [low, high] = type === "float32"
      ? [-Infinity, Infinity]
      : rangeOf(PIXEL_ARRAYS[type].BYTES_PER_ELEMENT, type);
    // As Rust converts: numbers beyond the type become its last one, no number 0.
    const value = type === "float32" ? dummy : Math.max(low, Math.min(high, Math.trunc(dummy) || 0));
    const word = new Uint32Array(1);
    new PIXEL_ARRAYS[type](word.buffer)[0] = value;
    const bytes = new Uint8Array(FACTS);
    new Uint32Array(bytes.buffer, 0, 4).set([radius.length, radial.length, bits, word[0]]);
    new Float64Array(bytes.buffer, 16, 4).set([first, perWidth, last, this.#steps]);
    return bytes;
  }

  /** Whether a stage has met what it is not made for. */
  #isOdd(): boolean {
    return new Uint32Array(this.#device.read(this.#buffers.state, 4, 4).buffer)[0] !== 0;
  }

  rebuild(frame: SparseFrame, number: number, options: DensifyOptions): PixelArray {
    this.#frame = options.noise > 0 ? undefined : this.#smooth(frame);
    if (this.#frame) return this.#frame;
    const { type, normalization } = this.#input;
    const lookedUp = options.noise > 0 && !this.#odd && !normalization && type !== "float32";
    return lookedUp ? this.#noisy(frame, number, options) : this.#core.rebuild(frame, number, options);
  }

  /** The frame with noise. The core finishes it, and encodes it. */
  #noisy(frame: SparseFrame, number: number, options: DensifyOptions): PixelArray {
    const lookup = this.#core.lookup(frame, number, options);
    const { places, frame: filled } = this.#buffers;
    this.#noise ??= new DensifierNoise(this.#device, this.#constants, this.#head, places, filled);
    const open = this.#noise.fill(lookup, BigInt(options.seed), number);
    const bytes = this.#input.radius.length * PIXEL_ARRAYS[this.#input.type].BYTES_PER_ELEMENT;
    const { buffer } = this.#device.read(filled, 0, Math.ceil(bytes / 4) * 4);
    this.#device.check();
    return this.#core.finish(new Uint8Array(buffer, 0, bytes), open, frame, number, options);
  }

  /** The frame without noise; undefined where the core must see to it. */
  #smooth({ index, intensity, mean, std }: SparseFrame): PixelArray | undefined {
    const { type, radius, radial } = this.#input;
    const { buffers, device } = { buffers: this.#buffers, device: this.#device };
    const bins = radial.length;
    if (this.#odd || mean.length !== bins || std.length !== bins || !mean.every(Number.isFinite)) return undefined;
    if (index.length !== intensity.length || index.length > radius.length) return undefined;
    device.write(buffers.lines, 0, new Uint8Array(this.#lines(mean).buffer));
    device.write(buffers.index, 0, bytesOfPixels(index));
    device.write(buffers.intensity, 0, bytesOfPixels(intensity));
    device.write(buffers.state, 0, new Uint8Array(Uint32Array.of(index.length, 0).buffer));
    const encoder = device.gpu.createCommandEncoder();
    dispatch(encoder, this.#stages.smooth, Math.ceil(radius.length * intensity.BYTES_PER_ELEMENT / 4));
    if (index.length > 0) dispatch(encoder, this.#stages.restore, index.length);
    device.gpu.queue.submit([encoder.finish()]);
    if (this.#isOdd()) return undefined;
    const bytes = Math.ceil(radius.length * intensity.BYTES_PER_ELEMENT / 4) * 4;
    const { buffer } = device.read(buffers.frame, 0, bytes);
    device.check();
    return new PIXEL_ARRAYS[type](buffer, 0, radius.length);
  }

  /** Value on each bin's centre and its change with a step: core-rs/core/src/densify/smooth.rs (`update_lines`). */
  #lines(mean: Float32Array): Float64Array {
    const lines = new Float64Array(2 * mean.length);
    mean.forEach((value, bin) => lines.set([value, ((mean[bin + 1] ?? value) - value) * (1 / this.#steps)], 2 * bin));
    return lines;
  }

  encode(): Uint8Array {
    if (!this.#frame) return this.#core.encode();
    return encodeBitshuffleLz4(bytesOfPixels(this.#frame), this.#frame.BYTES_PER_ELEMENT);
  }

  close(): void {
    this.#core.close();
    this.#noise?.close();
    for (const buffer of Object.values(this.#buffers)) buffer.destroy();
  }
}

/** Smallest and largest value of an integer type. */
function rangeOf(bytes: number, type: string): readonly [number, number] {
  const values = 2 ** (8 * bytes);
  return type.startsWith("u") ? [0, values - 1] : [-values / 2, values / 2 - 1];
}
