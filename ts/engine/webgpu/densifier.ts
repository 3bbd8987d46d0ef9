/**
 * Frames of a sparse file rebuilt on the GPU (densify.wgsl): without noise. Noise, and what the stage is not made for (a
 * background or norms that are no numbers, lists out of order), is left to WebAssembly, whose bits both give.
 */
import type { PixelArray } from "../../io/frame.ts";
import type { Densifier, DensifierInput, DensifyOptions, SparseFrame } from "../engine.ts";
import { encodeBitshuffleLz4 } from "../packing.ts";
import { bytesOfPixels, PIXEL_ARRAYS } from "../pixel_arrays.ts";
import { wasmEngine } from "../wasm.ts";
import type { Device, Stage } from "./device.ts";
import { header, shader } from "./shaders.ts";

/** Bytes of DensifyFacts in densify.wgsl. */
const FACTS = 48;
const THREADS = 256;
/** Most workgroups in a row; more lie in rows above each other. */
const ROW = 32_768;

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
  readonly #core: Densifier;
  readonly #steps: number;
  readonly #stages: Readonly<Record<"smooth" | "restore", { stage: Stage; group: GPUBindGroup }>>;
  readonly #buffers: Readonly<
    Record<"facts" | "radius" | "norms" | "places" | "lines" | "index" | "intensity" | "frame" | "state", GPUBuffer>
  >;
  /** the maps hold what the stage is not made for */
  readonly #odd: boolean;
  #warned = false;
  #frame: PixelArray | undefined;

  /** Throws what the core refuses. */
  constructor(device: Device, input: DensifierInput) {
    this.#device = device;
    this.#input = input;
    this.#core = wasmEngine.densifier(input);
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
    device.write(this.#buffers.facts, 0, this.#facts(grid));
    const constants = header({ type, exact: false, dark: false, norm: normalization ? "float" : "ones" });
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
    run(encoder, bound("find_places"), pixels);
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
    if (options.noise > 0 && !this.#warned) {
      this.#warned = true;
      console.warn("braggsieve: the WebGPU engine draws no noise: frames with noise are rebuilt by WebAssembly");
    }
    return this.#core.rebuild(frame, number, options);
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
    run(encoder, this.#stages.smooth, Math.ceil(radius.length * intensity.BYTES_PER_ELEMENT / 4));
    if (index.length > 0) run(encoder, this.#stages.restore, index.length);
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
    for (const buffer of Object.values(this.#buffers)) buffer.destroy();
  }
}

/** Smallest and largest value of an integer type. */
function rangeOf(bytes: number, type: string): readonly [number, number] {
  const values = 2 ** (8 * bytes);
  return type.startsWith("u") ? [0, values - 1] : [-values / 2, values / 2 - 1];
}

/** Encodes a stage over `items` items, one a thread. */
function run(
  encoder: GPUCommandEncoder,
  { stage, group }: { stage: Stage; group: GPUBindGroup },
  items: number,
): void {
  const groups = Math.ceil(items / THREADS);
  const pass = encoder.beginComputePass();
  pass.setPipeline(stage.pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(Math.min(groups, ROW), Math.ceil(groups / ROW));
  pass.end();
}
