/** The GPU's part of frames with noise (densify_noise.wgsl): counts by lookup. */
import type { Device, Stage } from "./device.ts";
import { dispatch } from "./dispatch.ts";
import { shader } from "./shaders.ts";

/** Bytes of NoiseFacts. */
const FACTS = 32;
/** Pixels a thread. */
const RUN = 4;

/** See the module. */
export class DensifierNoise {
  readonly #device: Device;
  readonly #head: Uint32Array;
  readonly #stage: Stage;
  readonly #places: GPUBuffer;
  readonly #frame: GPUBuffer;
  readonly #facts: GPUBuffer;
  readonly #open: GPUBuffer;
  /** grows with the largest lookup */
  #lookup: GPUBuffer;
  #group: GPUBindGroup;

  /**
   * `constants`: of the shader; `head`: pixels, bins, bits of a place below the bin, dummy; `places`: of the pixels;
   * `frame`: where they go.
   */
  constructor(device: Device, constants: string, head: Uint32Array, places: GPUBuffer, frame: GPUBuffer) {
    this.#device = device;
    this.#head = head;
    this.#places = places;
    this.#frame = frame;
    this.#facts = device.buffer(FACTS, GPUBufferUsage.UNIFORM);
    this.#open = device.buffer(this.#openBytes, GPUBufferUsage.STORAGE);
    this.#lookup = device.buffer(16, GPUBufferUsage.STORAGE);
    const bindings = ["uniform", "read", "read", "write", "write"] as const;
    const code = () => shader("densify_noise", constants);
    this.#stage = device.stage(`densify fill_noise ${constants}`, "fill_noise", bindings, code);
    this.#group = this.#bind();
  }

  get #openBytes(): number {
    return Math.ceil(this.#head[0] / 32) * 4;
  }

  #bind(): GPUBindGroup {
    return this.#device.bind(this.#stage, [this.#facts, this.#places, this.#lookup, this.#frame, this.#open]);
  }

  /** Fills frame number `number`; gives the pixels that are left open, a bit each. `lookup`: of the core. */
  fill(lookup: Uint32Array, seed: bigint, number: number): Uint32Array {
    const device = this.#device;
    if (lookup.byteLength > this.#lookup.size) {
      this.#lookup.destroy();
      this.#lookup = device.buffer(1.5 * lookup.byteLength, GPUBufferUsage.STORAGE);
      this.#group = this.#bind();
    }
    device.write(this.#lookup, 0, new Uint8Array(lookup.buffer, lookup.byteOffset, lookup.byteLength));
    const key = [Number(seed & 0xffffffffn), Number(seed >> 32n)];
    device.write(this.#facts, 0, new Uint8Array(Uint32Array.of(...this.#head, ...key, number, 0).buffer));
    const encoder = device.gpu.createCommandEncoder();
    encoder.clearBuffer(this.#open);
    dispatch(encoder, { stage: this.#stage, group: this.#group }, Math.ceil(this.#head[0] / RUN));
    device.gpu.queue.submit([encoder.finish()]);
    return new Uint32Array(device.read(this.#open, 0, this.#openBytes).buffer);
  }

  close(): void {
    for (const buffer of [this.#facts, this.#open, this.#lookup]) buffer.destroy();
  }
}
