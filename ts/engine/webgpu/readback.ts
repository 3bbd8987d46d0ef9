/**
 * The results of one batch on their way to the CPU: copied into one buffer behind the stages, mapped at once, taken frame
 * by frame. Of kept pixels and peaks so many are copied as the last batches had, somewhat more; what is missing is
 * fetched.
 */
import { PIXEL_ARRAYS } from "../pixel_arrays.ts";
import type { Background, FrameResult, Peaks, Picked, Stages } from "../engine.ts";
import { type Batch, PEAK_WORDS, PROFILE_WORDS } from "./batch.ts";
import { peaksOf, profileOf, VALID_COLUMN, validOf } from "./results.ts";

/** Peaks or pixels of a frame beyond what is expected of it. */
const SPARE = 256;

/** How many kept pixels or peaks of a batch there are, where each frame's begin, and how many are copied unseen. */
class Counted {
  readonly each: number[] = [];
  readonly starts: number[] = [];
  sum = 0;
  copied = 0;
  /** expected of one frame */
  #expected: number;

  constructor(readonly room: number, frames: number) {
    this.#expected = Math.ceil(room / frames);
  }

  /** So many are copied of a batch of `frames` frames. */
  expect(frames: number): number {
    return this.copied = Math.min(this.room, Math.ceil(this.#expected) * frames);
  }

  /** Takes the counts of `frames` frames; false when they have no room. */
  take(counts: Uint32Array, frames: number, blocks: number): boolean {
    this.sum = 0;
    for (let frame = 0; frame < frames; frame++) {
      this.each[frame] = counts[frame * (blocks + 1) + blocks];
      this.starts[frame] = this.sum;
      this.sum += this.each[frame];
    }
    // Bright frames often come together: what was expected of them is forgotten slowly.
    this.#expected = Math.max(this.#expected * 0.9, SPARE + 1.25 * this.sum / frames);
    return this.sum <= this.room;
  }
}

/** See the module. */
export class Readback {
  readonly #batch: Batch;
  readonly #buffer: GPUBuffer;
  readonly #regions: Readonly<
    Record<
      | "kept"
      | "found"
      | "damaged"
      | "background"
      | "valid"
      | "integrated"
      | "clipped"
      | "peaks"
      | "index"
      | "intensity",
      number
    >
  >;
  readonly #kept: Counted;
  readonly #found: Counted;
  #frames = 0;
  #wanted: Stages = {};
  #hasDamaged = false;

  constructor(batch: Batch) {
    const { size, room, peakRoom, tables: { bins, blocks } } = batch;
    this.#batch = batch;
    this.#kept = new Counted(room, size);
    this.#found = new Counted(peakRoom, size);
    let end = 0;
    const region = (bytes: number) => {
      const start = end;
      end += Math.ceil(bytes / 256) * 256;
      return start;
    };
    this.#regions = {
      kept: region(size * (blocks + 1) * 4),
      found: region(size * (blocks + 1) * 4),
      damaged: region(size * 4),
      background: region(size * bins * 8),
      valid: region(size * bins * 4),
      integrated: region(size * bins * PROFILE_WORDS * 4),
      clipped: region(size * bins * PROFILE_WORDS * 4),
      peaks: region(peakRoom * PEAK_WORDS * 4),
      index: region(room * 4),
      intensity: region(room * this.#valueBytes),
    };
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    this.#buffer = batch.device.gpu.createBuffer({ size: end, usage });
  }

  /** The buffer goes through one whole cycle: see device.ts. */
  async open(): Promise<void> {
    await this.#buffer.mapAsync(GPUMapMode.READ);
    this.#buffer.unmap();
  }

  get #valueBytes(): number {
    return PIXEL_ARRAYS[this.#batch.tables.variant.type].BYTES_PER_ELEMENT;
  }

  #copy(encoder: GPUCommandEncoder, source: GPUBuffer, region: number, bytes: number, from = 0): void {
    encoder.copyBufferToBuffer(source, from, this.#buffer, region, Math.ceil(bytes / 4) * 4);
  }

  /** Encodes the copies of the profiles before clipping. */
  copyIntegrated(encoder: GPUCommandEncoder, frames: number): void {
    const { profile, tables: { bins } } = this.#batch;
    this.#copy(encoder, profile, this.#regions.integrated, frames * bins * PROFILE_WORDS * 4);
  }

  /** Encodes the copies of what is `wanted` of the first frames. */
  copy(encoder: GPUCommandEncoder, frames: number, wanted: Stages): void {
    const { damaged, profile, background, keptCount, foundCount, peaks, index, intensity, tables } = this.#batch;
    const { bins, blocks } = tables;
    const at = this.#regions;
    this.#frames = frames;
    this.#wanted = wanted;
    this.#hasDamaged = damaged !== undefined;
    if (damaged) this.#copy(encoder, damaged, at.damaged, frames * 4);
    this.#copy(encoder, background, at.background, frames * bins * 8);
    for (let frame = 0; frame < frames; frame++) {
      const column = (frame * PROFILE_WORDS + VALID_COLUMN) * bins * 4;
      this.#copy(encoder, profile, at.valid + frame * bins * 4, bins * 4, column);
    }
    if (wanted.integrate) this.#copy(encoder, profile, at.clipped, frames * bins * PROFILE_WORDS * 4);
    if (wanted.pick) {
      const expected = this.#kept.expect(frames);
      this.#copy(encoder, keptCount, at.kept, frames * (blocks + 1) * 4);
      this.#copy(encoder, index, at.index, expected * 4);
      this.#copy(encoder, intensity, at.intensity, expected * this.#valueBytes);
    }
    if (wanted.peaks) {
      this.#copy(encoder, foundCount, at.found, frames * (blocks + 1) * 4);
      this.#copy(encoder, peaks, at.peaks, this.#found.expect(frames) * PEAK_WORDS * 4);
    }
  }

  /** Waits for the GPU; afterwards everything may be taken, each range once, until `unmap`. */
  map(): void {
    this.#buffer.mapAsync(GPUMapMode.READ).catch(() => {});
  }

  unmap(): void {
    this.#buffer.unmap();
  }

  /**
   * Bytes of a region, copied: Deno gives a copy of a range that is mapped for reading, and unmapping would take it away.
   * `skipped`: so many bytes lie before them in the buffer, for ranges begin at multiples of eight.
   */
  #take(region: number, start: number, length: number): { buffer: ArrayBuffer; skipped: number } {
    const skipped = start % 8;
    const range = this.#buffer.getMappedRange(region + start - skipped, Math.ceil((skipped + length) / 4) * 4);
    return { buffer: range.transfer(), skipped };
  }

  /** The same of `source`, whether it has been copied or not. */
  #takeOf(source: GPUBuffer, copied: boolean, region: number, start: number, length: number) {
    if (copied) return this.#take(region, start, length);
    const skipped = start % 8;
    const bytes = this.#batch.device.read(source, start - skipped, Math.ceil((skipped + length) / 4) * 4);
    return { buffer: bytes.buffer, skipped };
  }

  /** Per frame, whether a block of it is damaged; undefined where there were no chunks. */
  damaged(): Uint32Array | undefined {
    return this.#hasDamaged
      ? new Uint32Array(this.#take(this.#regions.damaged, 0, this.#frames * 4).buffer)
      : undefined;
  }

  /** Counts kept pixels and peaks; false when they have no room: then neither of them may be taken. */
  count(): boolean {
    const { blocks } = this.#batch.tables;
    const counts = (region: number) => new Uint32Array(this.#take(region, 0, this.#frames * (blocks + 1) * 4).buffer);
    const kept = !this.#wanted.pick || this.#kept.take(counts(this.#regions.kept), this.#frames, blocks);
    const found = !this.#wanted.peaks || this.#found.take(counts(this.#regions.found), this.#frames, blocks);
    return kept && found;
  }

  /** Background of a frame, and its unmasked pixels without a valid value. */
  background(frame: number): { background: Background; invalid: number } {
    const { bins, validPixels } = this.#batch.tables;
    const valid = this.#take(this.#regions.valid, frame * bins * 4, bins * 4);
    const { buffer, skipped } = this.#take(this.#regions.background, frame * bins * 8, bins * 8);
    const mean = new Float32Array(buffer, skipped, bins);
    const std = new Float32Array(buffer, skipped + bins * 4, bins);
    const invalid = validPixels - validOf(new Uint32Array(valid.buffer, valid.skipped, bins));
    return { invalid, background: { mean, std } };
  }

  /** Profiles of a frame, where they were wanted. */
  profiles(frame: number): NonNullable<FrameResult["profiles"]> {
    const { bins, radial } = this.#batch.tables;
    const bytes = bins * PROFILE_WORDS * 4;
    const profile = (region: number) => profileOf(this.#take(region, frame * bytes, bytes).buffer, radial.slice());
    return { raw: profile(this.#regions.integrated), clipped: profile(this.#regions.clipped) };
  }

  /** Kept pixels of a frame, where they were wanted and have room. */
  picked(frame: number): Picked {
    const { index, intensity, tables: { variant: { type } } } = this.#batch;
    const { each, starts, sum, copied } = this.#kept;
    const [count, start, size] = [each[frame], starts[frame], this.#valueBytes];
    const indices = this.#takeOf(index, sum <= copied, this.#regions.index, start * 4, count * 4);
    const values = this.#takeOf(intensity, sum <= copied, this.#regions.intensity, start * size, count * size);
    return {
      index: new Uint32Array(indices.buffer, indices.skipped, count),
      intensity: new PIXEL_ARRAYS[type](values.buffer, values.skipped, count),
    };
  }

  /** Peaks of a frame, likewise. */
  peaks(frame: number): Peaks {
    const { each, starts, sum, copied } = this.#found;
    const row = PEAK_WORDS * 4;
    const [start, length] = [starts[frame] * row, each[frame] * row];
    const { buffer, skipped } = this.#takeOf(this.#batch.peaks, sum <= copied, this.#regions.peaks, start, length);
    return peaksOf(buffer, skipped, each[frame]);
  }

  close(): void {
    this.#buffer.destroy();
  }
}
