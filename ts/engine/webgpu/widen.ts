/** Narrow frames of a batch (see narrower.ts) on the GPU, put back into their own type. */
import { PIXEL_ARRAYS } from "../pixel_arrays.ts";
import type { Device, Stage } from "./device.ts";
import type { NarrowFrame } from "./narrower.ts";
import { shader } from "./shaders.ts";
import type { Tables } from "./tables.ts";

/** Workgroups that share a frame's pixels, and its list. */
const WORKGROUPS = { widen: 512, fill_in: 32 } as const;
/** Pixels of a block, to which narrow frames are filled up, and bytes of a pixel in the list: see narrow.rs. */
const [BLOCK, PAIR] = [128, 8];
/** Words of a frame's shape: see widen.wgsl. */
const SHAPE = 4;

/** See the module. */
export class Widener {
  readonly #device: Device;
  readonly #padded: number;
  /** bytes between narrow frames: more than any other way would take */
  readonly #stride: number;
  readonly #narrow: GPUBuffer;
  readonly #shapes: GPUBuffer;
  readonly #facts: GPUBuffer;
  readonly #steps: { stage: Stage; group: GPUBindGroup; workgroups: number }[];
  /** as `shapes` of widen.wgsl */
  readonly #shapesOf: Uint32Array<ArrayBuffer>;

  constructor(device: Device, tables: Tables, size: number, frames: GPUBuffer) {
    const { pixels, frameWords, variant: { type } } = tables;
    this.#device = device;
    this.#padded = Math.ceil(pixels / BLOCK) * BLOCK;
    this.#stride = 2 * this.#padded;
    this.#shapesOf = new Uint32Array(size * SHAPE);
    this.#narrow = device.buffer(size * this.#stride, GPUBufferUsage.STORAGE);
    this.#shapes = device.buffer(this.#shapesOf.byteLength, GPUBufferUsage.STORAGE);
    this.#facts = device.buffer(16, GPUBufferUsage.UNIFORM);
    device.write(this.#facts, 0, new Uint8Array(Uint32Array.of(pixels, frameWords, this.#stride / 4, 0).buffer));
    const constants = `const ELEMENT = ${PIXEL_ARRAYS[type].BYTES_PER_ELEMENT}u;\n`;
    this.#steps = (["widen", "fill_in"] as const).map((entry) => {
      const bindings = ["uniform", "read", "read", "write"] as const;
      const stage = device.stage(`${entry} ${constants}`, entry, bindings, () => shader("widen", constants));
      const group = device.bind(stage, [this.#facts, this.#narrow, this.#shapes, frames]);
      return { stage, group, workgroups: WORKGROUPS[entry] };
    });
  }

  /** Takes a frame for place `at`. */
  load(at: number, { bytes, bits }: NarrowFrame): void {
    this.#device.write(this.#narrow, at * this.#stride, bytes);
    const listStart = this.#padded * bits / 8;
    this.#shapesOf.set([bits, listStart / 4, (bytes.length - listStart) / PAIR], at * SHAPE);
  }

  /** Place `at` holds a frame that came in another way. */
  skip(at: number): void {
    this.#shapesOf[at * SHAPE] = 0;
  }

  /** Encodes the stage over the first `count` frames where any of them is narrow. */
  encode(encoder: GPUCommandEncoder, count: number, timestampWrites?: GPUComputePassTimestampWrites): void {
    const shapes = this.#shapesOf.subarray(0, count * SHAPE);
    if (shapes.every((word, at) => at % SHAPE !== 0 || word === 0)) return;
    this.#device.write(this.#shapes, 0, new Uint8Array(shapes.buffer, 0, shapes.byteLength));
    const pass = encoder.beginComputePass(timestampWrites ? { timestampWrites } : {});
    for (const { stage, group, workgroups } of this.#steps) {
      pass.setPipeline(stage.pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(workgroups, count);
    }
    pass.end();
  }

  close(): void {
    for (const buffer of [this.#narrow, this.#shapes, this.#facts]) buffer.destroy();
  }
}
