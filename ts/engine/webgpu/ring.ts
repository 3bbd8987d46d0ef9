/**
 * Frames at full rate: batches of frames in two slots, so that the GPU works on one batch while the next is written.
 *
 * Nothing waits for the event loop (see device.ts): `push` returns what has become ready, in order. Memory is bounded by
 * the two slots; a batch whose kept pixels or peaks have no room is done again, frame by frame, with room for all.
 */
import { messageOf } from "../../errors.ts";
import { PIXEL_ARRAYS } from "../pixel_arrays.ts";
import type { Background, Peaks, Picked, PlanInput } from "../engine.ts";
import type { EncodedFrame } from "../../io/frame.ts";
import { Batch, PEAK_WORDS } from "./batch.ts";
import type { Device } from "./device.ts";
import { peaksOf } from "./plan.ts";
import { Tables } from "./tables.ts";

/** What comes of one frame. The arrays are the receiver's own. */
export interface FrameResult {
  /** the number that was pushed */
  readonly number: number;
  readonly background: Background;
  readonly picked: Picked;
  readonly peaks: Peaks;
  /** why there are no results: the frame's bytes are damaged */
  readonly problem?: string;
}

/** Work on the GPU failed. No result of frame `first` or of a later one has been delivered. */
export class GpuFailure extends Error {
  override name = "GpuFailure";
  constructor(readonly first: number, readonly last: number, cause: unknown) {
    super(`frames ${first} to ${last} were lost on the GPU: ${messageOf(cause)}`, { cause });
  }
}

/** How a ring is built. */
export interface RingOptions {
  /** frames of a batch */
  readonly batch?: number;
  /** kept pixels that a batch has room for, as a part of its pixels; what exceeds it is done again, slowly */
  readonly room?: number;
}

interface Slot {
  readonly batch: Batch;
  readonly readback: GPUBuffer;
  numbers: number[];
  submitted: boolean;
}

/** Peaks of a frame that a batch has room for, on average. */
const PEAKS = 2048;

/** See the module. */
export class Ring {
  readonly tables: Tables;
  readonly #device: Device;
  readonly #slots: Slot[] = [];
  readonly #cycle: number;
  readonly #regions: Readonly<
    Record<"kept" | "found" | "damaged" | "background" | "peaks" | "index" | "intensity", number>
  >;
  readonly #valueBytes: number;
  #overflow: Batch | undefined;
  #filling = 0;
  /** kept pixels that are copied with the next batch: somewhat more than the last one had */
  #expected: number;

  private constructor(device: Device, input: PlanInput, { batch = 16, room = 1 / 16 }: RingOptions) {
    this.#device = device;
    this.tables = new Tables(device, input);
    this.#cycle = input.settings.cycle;
    const { pixels, bins, blocks } = this.tables;
    const kept = Math.ceil(batch * pixels * room);
    this.#expected = kept;
    this.#valueBytes = PIXEL_ARRAYS[input.type].BYTES_PER_ELEMENT;
    let end = 0;
    const region = (bytes: number) => {
      const start = end;
      end += Math.ceil(bytes / 256) * 256;
      return start;
    };
    this.#regions = {
      kept: region(batch * (blocks + 1) * 4),
      found: region(batch * (blocks + 1) * 4),
      damaged: region(batch * 4),
      background: region(batch * bins * 8),
      peaks: region(batch * PEAKS * PEAK_WORDS * 4),
      index: region(kept * 4),
      intensity: region(kept * this.#valueBytes),
    };
    for (let slot = 0; slot < 2; slot++) {
      this.#slots.push({
        batch: new Batch(device, this.tables, batch, kept, batch * PEAKS, this.#cycle),
        readback: device.gpu.createBuffer({ size: end, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST }),
        numbers: [],
        submitted: false,
      });
    }
  }

  /** A ring on a device. */
  static async open(device: Device, input: PlanInput, options: RingOptions = {}): Promise<Ring> {
    const ring = new Ring(device, input, options);
    // Each readback buffer goes through one whole cycle: see device.ts.
    for (const { readback } of ring.#slots) {
      await readback.mapAsync(GPUMapMode.READ);
      readback.unmap();
    }
    device.check();
    return ring;
  }

  /** Takes frame `number` and copies it; gives the results that have become ready, in the order of pushing. */
  push(number: number, frame: EncodedFrame): FrameResult[] {
    const slot = this.#slots[this.#filling];
    slot.batch.load(slot.numbers.length, frame);
    // The copy starts now, and its staging memory is soon free for the next frame: twice as fast as all at the end.
    this.#device.gpu.queue.submit([]);
    slot.numbers.push(number);
    return slot.numbers.length === slot.batch.size ? this.#turn() : [];
  }

  /** The results of all frames pushed so far. */
  flush(): FrameResult[] {
    return [...this.#turn(), ...this.#turn()];
  }

  /** Submits the slot that is being filled, after the other one's results have been taken. */
  #turn(): FrameResult[] {
    const [slot, other] = [this.#slots[this.#filling], this.#slots[1 - this.#filling]];
    const ready = other.submitted ? this.#guarded(other, () => this.#collect(other)) : [];
    if (slot.numbers.length > 0) this.#guarded(slot, () => this.#submit(slot));
    this.#filling = 1 - this.#filling;
    return ready;
  }

  /** Runs work of a slot; whatever it throws names the first frame that is not delivered. */
  #guarded<T>({ numbers }: Slot, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw new GpuFailure(numbers[0], this.#slots[this.#filling].numbers.at(-1) ?? numbers.at(-1)!, error);
    }
  }

  #submit(slot: Slot): void {
    const { batch, readback, numbers } = slot;
    const { bins, blocks } = this.tables;
    const [count, at] = [numbers.length, this.#regions];
    const encoder = this.#device.gpu.createCommandEncoder();
    batch.encodeDecode(encoder, count);
    batch.encode(encoder, count);
    const copy = (source: GPUBuffer, region: number, bytes: number) =>
      encoder.copyBufferToBuffer(source, 0, readback, region, Math.ceil(bytes / 4) * 4);
    copy(batch.keptCount, at.kept, count * (blocks + 1) * 4);
    copy(batch.foundCount, at.found, count * (blocks + 1) * 4);
    if (batch.damaged) copy(batch.damaged, at.damaged, count * 4);
    copy(batch.background, at.background, count * bins * 8);
    copy(batch.peaks, at.peaks, count * PEAKS * PEAK_WORDS * 4);
    copy(batch.index, at.index, this.#expected * 4);
    copy(batch.intensity, at.intensity, this.#expected * this.#valueBytes);
    this.#device.gpu.queue.submit([encoder.finish()]);
    slot.submitted = true;
  }

  #collect(slot: Slot): FrameResult[] {
    const { batch, readback, numbers } = slot;
    const { bins, blocks, variant: { type } } = this.tables;
    const [count, at] = [numbers.length, this.#regions];
    readback.mapAsync(GPUMapMode.READ).catch(() => {});
    // Deno gives a copy of a range that is mapped for reading, and unmapping would take it away.
    const bytes = (region: number, length: number) =>
      readback.getMappedRange(region, Math.ceil(length / 4) * 4).transfer();
    try {
      this.#device.check();
      const damaged = batch.damaged ? new Uint32Array(bytes(at.damaged, count * 4)) : new Uint32Array(count);
      const problems = numbers.map((_, frame) => batch.problem(frame, damaged[frame] !== 0));
      const totals = (region: number) => {
        const counts = new Uint32Array(bytes(region, count * (blocks + 1) * 4));
        return Array.from({ length: count }, (_, frame) => counts[frame * (blocks + 1) + blocks]);
      };
      const sum = (values: number[]) => values.reduce((sum, n) => sum + n, 0);
      const [kept, found] = [totals(at.kept), totals(at.found)];
      const [keptSum, foundSum] = [sum(kept), sum(found)];
      if (keptSum > batch.room || foundSum > batch.peakRoom) {
        return numbers.map((number, frame) => this.#again(slot, frame, number, problems[frame]));
      }
      const copied = keptSum <= this.#expected;
      this.#expected = Math.min(batch.room, Math.ceil(keptSum * 1.25) + 4096);
      const backgrounds = new Float32Array(bytes(at.background, count * bins * 8));
      const peakRows = bytes(at.peaks, foundSum * PEAK_WORDS * 4);
      const index = copied ? bytes(at.index, keptSum * 4) : this.#device.read(batch.index, 0, keptSum * 4).buffer;
      const valueBytes = Math.ceil(keptSum * this.#valueBytes / 4) * 4;
      const values = copied
        ? bytes(at.intensity, valueBytes)
        : this.#device.read(batch.intensity, 0, valueBytes).buffer;
      let [keptBefore, foundBefore] = [0, 0];
      return numbers.map((number, frame) => {
        const own = backgrounds.subarray(frame * bins * 2, (frame + 1) * bins * 2);
        const rows = [foundBefore * PEAK_WORDS, (foundBefore + found[frame]) * PEAK_WORDS];
        const result: FrameResult = {
          number,
          ...(problems[frame] === undefined ? {} : { problem: problems[frame] }),
          background: { mean: own.subarray(0, bins), std: own.subarray(bins) },
          picked: {
            index: new Uint32Array(index, keptBefore * 4, kept[frame]),
            intensity: new PIXEL_ARRAYS[type](values, keptBefore * this.#valueBytes, kept[frame]),
          },
          peaks: peaksOf(
            new Float32Array(peakRows).subarray(rows[0], rows[1]),
            new Uint32Array(peakRows).subarray(rows[0], rows[1]),
          ),
        };
        keptBefore += kept[frame];
        foundBefore += found[frame];
        return result;
      });
    } finally {
      readback.unmap();
      slot.numbers = [];
      slot.submitted = false;
    }
  }

  /** One frame of a slot once more, with room for everything that it may keep. */
  #again({ batch }: Slot, frame: number, number: number, problem: string | undefined): FrameResult {
    const { pixels, bins, blocks, variant: { type }, frameWords } = this.tables;
    const device = this.#device;
    const one = this.#overflow ??= new Batch(device, this.tables, 1, pixels, Math.ceil(pixels / 4) + 1, this.#cycle);
    const encoder = device.gpu.createCommandEncoder();
    encoder.copyBufferToBuffer(batch.frames, frame * frameWords * 4, one.frames, 0, frameWords * 4);
    one.encode(encoder);
    device.gpu.queue.submit([encoder.finish()]);
    const total = (counts: GPUBuffer) => new Uint32Array(device.read(counts, blocks * 4, 4).buffer)[0];
    const [kept, found] = [total(one.keptCount), total(one.foundCount)];
    const background = new Float32Array(device.read(one.background, 0, bins * 8).buffer);
    const values = device.read(one.intensity, 0, Math.ceil(kept * this.#valueBytes / 4) * 4);
    const rows = device.read(one.peaks, 0, found * PEAK_WORDS * 4).buffer;
    return {
      number,
      ...(problem === undefined ? {} : { problem }),
      background: { mean: background.subarray(0, bins), std: background.subarray(bins) },
      picked: {
        index: new Uint32Array(device.read(one.index, 0, kept * 4).buffer),
        intensity: new PIXEL_ARRAYS[type](values.buffer, 0, kept),
      },
      peaks: peaksOf(new Float32Array(rows), new Uint32Array(rows)),
    };
  }

  close(): void {
    for (const { batch, readback } of this.#slots) {
      batch.close();
      readback.destroy();
    }
    this.#overflow?.close();
    this.tables.close();
  }
}
