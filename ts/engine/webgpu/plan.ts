/** A plan on the GPU, one frame at a time: the first stage that is asked for runs all of them. */
import { encodeBitshuffleLz4 } from "../packing.ts";
import { bytesOfPixels, PIXEL_ARRAYS } from "../pixel_arrays.ts";
import type { Background, Peaks, Picked, Plan, PlanInput, Profile } from "../engine.ts";
import type { EncodedFrame, PixelArray } from "../../io/frame.ts";
import { Batch, PEAK_WORDS, PROFILE_WORDS } from "./batch.ts";
import { mapsInArrays } from "../array_maps.ts";
import type { PlanMaps } from "../plan_maps.ts";
import type { Device } from "./device.ts";
import { peaksOf, profileOf, VALID_COLUMN, validOf } from "./results.ts";
import { Tables } from "./tables.ts";

/** See the module. */
export class WebGpuPlan implements Plan {
  readonly validPixels: number;
  readonly radial: Float64Array;
  readonly #device: Device;
  readonly #tables: Tables;
  readonly #batch: Batch;
  #invalid = 0;
  /** Whether the batch holds the stages' results for the loaded frame. */
  #done = false;

  constructor(device: Device, input: PlanInput) {
    this.#device = device;
    this.#tables = new Tables(device, input);
    const { pixels } = this.#tables;
    // A peak is the largest of its patch: there is at most one in four pixels.
    this.#batch = new Batch(device, this.#tables, 1, pixels, Math.ceil(pixels / 4) + 1, input.settings.cycle);
    this.validPixels = this.#tables.validPixels;
    this.radial = this.#tables.radial;
    device.check();
  }

  load(frame: EncodedFrame): void {
    this.#done = false;
    this.#batch.load(0, frame);
    if (frame.encoding !== "bitshuffle-lz4") return;
    const encoder = this.#device.gpu.createCommandEncoder();
    this.#batch.encodeDecode(encoder);
    this.#device.gpu.queue.submit([encoder.finish()]);
    const [damaged] = new Uint32Array(this.#device.read(this.#batch.damaged!, 0, 4).buffer);
    const problem = this.#batch.problem(0, damaged !== 0);
    if (problem !== undefined) throw new Error(problem);
  }

  integrate(): Profile {
    const encoder = this.#device.gpu.createCommandEncoder();
    this.#batch.encodeIntegrate(encoder);
    this.#device.gpu.queue.submit([encoder.finish()]);
    this.#done = false;
    return this.#profile();
  }

  clip(): Profile {
    const encoder = this.#device.gpu.createCommandEncoder();
    this.#batch.encode(encoder);
    this.#device.gpu.queue.submit([encoder.finish()]);
    this.#done = true;
    return this.#profile();
  }

  invalid(): number {
    return this.#invalid;
  }

  background(): Background {
    this.#require();
    const { bins } = this.#tables;
    const { buffer } = this.#device.read(this.#batch.background, 0, bins * 8);
    return { mean: new Float32Array(buffer, 0, bins), std: new Float32Array(buffer, bins * 4, bins) };
  }

  pick(): Picked {
    this.#require();
    const count = this.#total(this.#batch.keptCount);
    const Values = PIXEL_ARRAYS[this.#tables.variant.type];
    const bytes = Math.ceil(count * Values.BYTES_PER_ELEMENT / 4) * 4;
    return {
      index: new Uint32Array(this.#device.read(this.#batch.index, 0, count * 4).buffer),
      intensity: new Values(this.#device.read(this.#batch.intensity, 0, bytes).buffer, 0, count),
    };
  }

  peaks(): Peaks {
    this.#require();
    const count = this.#total(this.#batch.foundCount);
    return peaksOf(this.#device.read(this.#batch.peaks, 0, count * PEAK_WORDS * 4).buffer);
  }

  radius(): Float32Array {
    return this.#tables.radiusMap.slice();
  }

  get maps(): PlanMaps {
    return mapsInArrays(this.#tables.maps);
  }

  normalization(): Float32Array | undefined {
    return this.#tables.normMap?.slice();
  }

  frame(): PixelArray {
    const { frameBytes, pixels, variant: { type } } = this.#tables;
    const bytes = this.#device.read(this.#batch.frames, 0, Math.ceil(frameBytes / 4) * 4);
    return new PIXEL_ARRAYS[type](bytes.buffer, 0, pixels);
  }

  encode(): Uint8Array {
    const pixels = this.frame();
    return encodeBitshuffleLz4(bytesOfPixels(pixels), pixels.BYTES_PER_ELEMENT);
  }

  close(): void {
    this.#batch.close();
    this.#tables.close();
  }

  #require(): void {
    if (!this.#done) this.clip();
  }

  /** The sum that the scan has left behind the counts of the blocks. */
  #total(counts: GPUBuffer): number {
    return new Uint32Array(this.#device.read(counts, this.#tables.blocks * 4, 4).buffer)[0];
  }

  #profile(): Profile {
    const { bins, validPixels } = this.#tables;
    const { buffer } = this.#device.read(this.#batch.profile, 0, bins * PROFILE_WORDS * 4);
    this.#device.check();
    this.#invalid = validPixels - validOf(new Uint32Array(buffer, VALID_COLUMN * bins * 4, bins));
    return profileOf(buffer, this.radial);
  }
}
