/**
 * Buffers for some frames of a plan, and the stages over all of them: one dispatch a stage, whatever the number of
 * frames. Every stage writes what it owns, so nothing need be cleared but the packed intensities.
 */
import { PIXEL_ARRAYS } from "../pixel_arrays.ts";
import type { EncodedFrame } from "../../io/frame.ts";
import { decodeOnCpu, Decoder } from "./decode.ts";
import type { Device, Stage } from "./device.ts";
import type { NarrowFrame } from "./narrower.ts";
import { header, type ModuleName, shader } from "./shaders.ts";
import { BLOCK, type Tables } from "./tables.ts";
import { Widener } from "./widen.ts";

/** Words per bin of a frame's profile: PROFILE_WORDS in plan.wgsl. */
export const PROFILE_WORDS = 10;
/** Words of a bin's sums: SUMS_WORDS in reduce.wgsl. */
const SUMS_WORDS = 24;
/** Words of a peak: see peaks.wgsl. */
export const PEAK_WORDS = 5;
/** Workgroups that share the peaks of a frame. */
const MEASURERS = 512;
const WORDS_OF_BLOCK = BLOCK / 32;

/** The stages in their order; `info --engines` lists them. */
export const STAGES = [
  "clip",
  "clip again",
  "moments",
  "background",
  "bounds",
  "pick",
  "scan",
  "compact",
  "find peaks",
  "scan peaks",
  "compact peaks",
  "measure peaks",
] as const;
export type StageName = (typeof STAGES)[number];

interface Step {
  readonly stage: Stage;
  readonly group: GPUBindGroup;
  /** workgroups for each frame */
  readonly workgroups: number;
}

/** See the module. */
export class Batch {
  readonly frames: GPUBuffer;
  readonly profile: GPUBuffer;
  readonly background: GPUBuffer;
  readonly keptCount: GPUBuffer;
  readonly foundCount: GPUBuffer;
  readonly index: GPUBuffer;
  readonly intensity: GPUBuffer;
  readonly peaks: GPUBuffer;
  readonly #all: GPUBuffer[] = [];
  /** Float frames are clipped in one stage, weighted ones in two. */
  readonly #steps: Partial<Record<StageName, Step>>;
  /** The first of them without clipping. */
  readonly #integrate: Partial<Record<StageName, Step>>;
  #decoder: Decoder | undefined;
  #widener: Widener | undefined;

  /** `size` frames; `room` kept pixels and `peakRoom` peaks of all of them together. */
  constructor(
    readonly device: Device,
    readonly tables: Tables,
    readonly size: number,
    readonly room: number,
    readonly peakRoom: number,
    cycle: number,
  ) {
    const { bins, blocks, frameWords, variant } = tables;
    const own = (bytes: number) => {
      const buffer = device.buffer(bytes, GPUBufferUsage.STORAGE);
      this.#all.push(buffer);
      return buffer;
    };
    this.frames = own(size * frameWords * 4);
    this.profile = own(size * bins * PROFILE_WORDS * 4);
    this.background = own(size * bins * 8);
    const sums = own(size * bins * SUMS_WORDS * 4);
    const bounds = own(size * bins * 16);
    const kept = own(size * blocks * WORDS_OF_BLOCK * 4);
    const candidates = own(size * blocks * WORDS_OF_BLOCK * 4);
    const found = own(size * blocks * WORDS_OF_BLOCK * 4);
    this.keptCount = own(size * (blocks + 1) * 4);
    this.foundCount = own(size * (blocks + 1) * 4);
    this.index = own(room * 4);
    this.intensity = own(room * PIXEL_ARRAYS[variant.type].BYTES_PER_ELEMENT);
    this.peaks = own(peakRoom * PEAK_WORDS * 4);
    const centres = own(peakRoom * 4);
    const centreValues = own(peakRoom * 4);
    const facts = tables.facts(cycle, room);
    const factsOfPeaks = tables.facts(cycle, peakRoom);
    const factsOfIntegrate = tables.facts(0, room);
    this.#all.push(facts, factsOfPeaks, factsOfIntegrate);

    const constants = header(variant);
    const step = (name: ModuleName, entry: string, workgroups: number, buffers: GPUBuffer[], written: number[]) => {
      const bindings = buffers.map((_, at) => at === 0 ? "uniform" : written.includes(at) ? "write" : "read");
      const key = `${name} ${entry} ${constants}`;
      const stage = device.stage(key, entry, bindings, () => shader(name, constants));
      return { stage, group: device.bind(stage, buffers), workgroups };
    };
    const { order, weights, table, chauvenet, binOf, radius, rasterWeights, normalization, dark } = tables.buffers;
    const { frames, profile, background, keptCount, foundCount, index, intensity, peaks } = this;
    const clip = (facts: GPUBuffer): Partial<Record<StageName, Step>> => {
      const buffers = [facts, frames, order, weights, table, chauvenet];
      if (!variant.exact) {
        const all = [...buffers, profile, dark, normalization];
        return { clip: step("clip_float", "clip_float", bins, all, [6]) };
      }
      const exact = step("clip_exact", "clip_exact", bins, [...buffers, sums], [6]);
      const moments = step("moments", "moments_of_bins", Math.ceil(bins / 32), [facts, sums, profile], [2]);
      if (variant.norm === "fixed") return { clip: exact, moments };
      const quick = step("clip_quick", "clip_quick", bins, [...buffers, sums], [6]);
      return { clip: quick, "clip again": exact, moments };
    };
    const perBin = Math.ceil(bins / 64);
    const peakBuffers = (facts: GPUBuffer) => [
      ...[facts, frames, binOf, radius, normalization, background, candidates, found, foundCount, peaks, dark],
      ...[bounds, centres],
    ];
    const compact = (count: GPUBuffer) => [facts, count, frames, kept, index, intensity];
    this.#integrate = clip(factsOfIntegrate);
    this.#steps = {
      ...clip(facts),
      background: step("background", "fill", perBin, [facts, profile, background], [2]),
      bounds: step("bounds", "bound", perBin, [facts, background, bounds], [2]),
      pick: step("pick", "pick", blocks, [
        ...[facts, frames, binOf, radius, rasterWeights, background, bounds, kept, candidates, keptCount, dark],
      ], [7, 8, 9]),
      scan: step("compact", "scan", 1, compact(keptCount), [1, 4, 5]),
      compact: step("compact", "compact", blocks, compact(keptCount), [1, 4, 5]),
      "find peaks": step("peaks", "find", blocks, peakBuffers(factsOfPeaks), [7, 8, 9]),
      "scan peaks": step("compact", "scan", 1, compact(foundCount), [1, 4, 5]),
      "compact peaks": step("compact", "compact", blocks, [
        ...[factsOfPeaks, foundCount, frames, found, centres, centreValues],
      ], [1, 4, 5]),
      "measure peaks": step("peaks", "measure", MEASURERS, peakBuffers(factsOfPeaks), [7, 8, 9]),
    };
  }

  /**
   * Writes a frame to place `at` of the batch. Throws where its bytes are damaged or of another size, except that damage
   * of bitshuffle-LZ4 chunks is told by `problem` after `encodeDecode` has run. `narrow`: the same frame, narrow.
   */
  load(at: number, { encoding, bytes }: EncodedFrame, narrow?: NarrowFrame): void {
    if (encoding === "bitshuffle-lz4") {
      this.#widener?.skip(at);
      this.#decoder ??= new Decoder(this.device, this.tables, this.size, this.frames);
      return this.#decoder.load(at, bytes);
    }
    this.#decoder?.skip(at);
    if (narrow) {
      this.#widener ??= new Widener(this.device, this.tables, this.size, this.frames);
      return this.#widener.load(at, narrow);
    }
    this.#widener?.skip(at);
    this.device.write(this.frames, at * this.tables.frameWords * 4, decodeOnCpu({ encoding, bytes }, this.tables));
  }

  /** Encodes what makes frames of chunks and of narrow ones, where there are any. */
  encodeDecode(encoder: GPUCommandEncoder, count = this.size, timestamps?: GPUComputePassTimestampWrites): void {
    this.#widener?.encode(encoder, count, timestamps);
    this.#decoder?.encode(encoder, count, timestamps);
  }

  /** Per frame, whether the last decoding found a block damaged; absent while there were no chunks. */
  get damaged(): GPUBuffer | undefined {
    return this.#decoder?.damaged;
  }

  /** What is wrong with the chunk at a place of the batch, given its word of `damaged`. */
  problem(at: number, isDamaged: boolean): string | undefined {
    return this.#decoder?.problem(at, isDamaged);
  }

  /** Encodes averaging without clipping. */
  encodeIntegrate(encoder: GPUCommandEncoder, count = this.size): void {
    const pass = encoder.beginComputePass();
    for (const name of STAGES) run(pass, this.#integrate[name], count);
    pass.end();
  }

  /**
   * Encodes all stages over the first `count` frames. `timestamps`: where the time of all of them goes, or of each, which
   * then has a pass of its own.
   */
  encode(
    encoder: GPUCommandEncoder,
    count = this.size,
    timestamps?: ((stage: StageName) => GPUComputePassTimestampWrites) | GPUComputePassTimestampWrites,
  ): void {
    encoder.clearBuffer(this.intensity);
    if (typeof timestamps === "function") {
      for (const name of STAGES) {
        const pass = encoder.beginComputePass({ timestampWrites: timestamps(name) });
        run(pass, this.#steps[name], count);
        pass.end();
      }
      return;
    }
    const pass = encoder.beginComputePass(timestamps ? { timestampWrites: timestamps } : {});
    for (const name of STAGES) run(pass, this.#steps[name], count);
    pass.end();
  }

  close(): void {
    this.#decoder?.close();
    this.#widener?.close();
    for (const buffer of this.#all) buffer.destroy();
  }
}

function run(pass: GPUComputePassEncoder, step: Step | undefined, count: number): void {
  if (!step) return;
  const { stage, group, workgroups } = step;
  pass.setPipeline(stage.pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(workgroups, count);
}
