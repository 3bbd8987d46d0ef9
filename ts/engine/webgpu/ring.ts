/**
 * Frames at full rate: batches of frames in two slots, so that the GPU works on one batch while the next is written.
 *
 * Nothing waits for the event loop (see device.ts): `push` and `turn` return what has become ready, in order. Memory is
 * bounded by the two slots; a batch whose kept pixels or peaks have no room is done again, frame by frame.
 */
import { messageOf } from "../../errors.ts";
import { PIXEL_ARRAYS } from "../pixel_arrays.ts";
import { encodeBitshuffleLz4 } from "../packing.ts";
import type { FrameResult, PlanInput, Stages } from "../engine.ts";
import type { EncodedFrame, PixelArray } from "../../io/frame.ts";
import { Batch, PEAK_WORDS } from "./batch.ts";
import { decodeOnCpu } from "./decode.ts";
import type { Device } from "./device.ts";
import type { NarrowFrame } from "./narrower.ts";
import { Readback } from "./readback.ts";
import { peaksOf } from "./results.ts";
import { Tables } from "./tables.ts";

/** What comes of one frame: its result, or why there is none (its bytes are damaged). */
export type RingResult =
  & { /** the number that was pushed */ readonly number: number }
  & ({ readonly result: FrameResult } | { readonly problem: string });

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
  /** peaks that a batch has room for, times its frames; likewise */
  readonly peakRoom?: number;
  /** whether frames may travel narrow, where they can (see narrower.ts); yes where absent */
  readonly narrow?: boolean;
}

interface Entry {
  readonly number: number;
  readonly frame: EncodedFrame;
  readonly stages: Stages;
}

interface Slot {
  readonly batch: Batch;
  readonly readback: Readback;
  entries: Entry[];
  submitted: boolean;
}

/**
 * Bytes of frames that are written before their copies are started. Fewer starts cost the thread less; but the driver's
 * memory for writes that wait is made and given back again beyond 64 MiB, which takes longer than writing.
 */
const STARTED_TOGETHER = 1 << 25;

/** See the module. */
export class Ring {
  readonly tables: Tables;
  readonly #device: Device;
  readonly #slots: Slot[];
  readonly #cycle: number;
  #overflow: Batch | undefined;
  #filling = 0;
  /** bytes that were written since copies were last started */
  #written = 0;

  private constructor(device: Device, input: PlanInput, options: RingOptions) {
    const { batch = 16, room = 1 / 16, peakRoom = 4096 } = options;
    this.#device = device;
    this.tables = new Tables(device, input);
    this.#cycle = input.settings.cycle;
    const kept = Math.ceil(batch * this.tables.pixels * room);
    this.#slots = [0, 1].map(() => {
      const frames = new Batch(device, this.tables, batch, kept, batch * peakRoom, this.#cycle);
      return { batch: frames, readback: new Readback(frames), entries: [], submitted: false };
    });
  }

  /** A ring on a device. */
  static async open(device: Device, input: PlanInput, options: RingOptions = {}): Promise<Ring> {
    const ring = new Ring(device, input, options);
    for (const { readback } of ring.#slots) await readback.open();
    device.check();
    return ring;
  }

  /** Whether frames have been pushed whose results have not been given. */
  get busy(): boolean {
    return this.#slots.some(({ entries }) => entries.length > 0);
  }

  /**
   * Takes frame `number` and copies it; gives the results that have become ready, in the order of pushing. Its bytes may
   * be needed until its own result has come. `narrow`: the same frame, narrow. Throws GpuFailure, or what is wrong with the frame, which then is not taken.
   */
  push(number: number, frame: EncodedFrame, stages: Stages, narrow?: NarrowFrame): RingResult[] {
    const slot = this.#slots[this.#filling];
    slot.batch.load(slot.entries.length, frame, narrow);
    this.#written += (narrow ?? frame).bytes.length;
    if (this.#written >= STARTED_TOGETHER) {
      this.#device.gpu.queue.submit([]);
      this.#written = 0;
    }
    slot.entries.push({ number, frame, stages });
    return slot.entries.length === slot.batch.size ? this.turn() : [];
  }

  /** The results of all frames pushed so far. */
  flush(): RingResult[] {
    return [...this.turn(), ...this.turn()];
  }

  /** Submits the slot that is being filled, and gives the results of the other one. */
  turn(): RingResult[] {
    const [slot, other] = [this.#slots[this.#filling], this.#slots[1 - this.#filling]];
    // Waits for the GPU. Only then comes more work for it, which it does while the results are copied.
    if (other.submitted) this.#guarded(other, () => other.readback.map());
    if (slot.entries.length > 0) this.#guarded(slot, () => this.#submit(slot));
    const ready = other.submitted ? this.#guarded(other, () => this.#collect(other)) : [];
    this.#filling = 1 - this.#filling;
    return ready;
  }

  /** Runs work of a slot; whatever it throws names the first frame that is not delivered. */
  #guarded<T>({ entries }: Slot, work: () => T): T {
    try {
      return work();
    } catch (error) {
      const last = this.#slots[this.#filling].entries.at(-1) ?? entries.at(-1)!;
      throw new GpuFailure(entries[0].number, last.number, error);
    }
  }

  #submit(slot: Slot): void {
    const { batch, readback, entries } = slot;
    const encoder = this.#device.gpu.createCommandEncoder();
    const wanted = (stage: keyof Stages) => entries.some(({ stages }) => stages[stage]);
    const all = { integrate: wanted("integrate"), pick: wanted("pick"), peaks: wanted("peaks") };
    batch.encodeDecode(encoder, entries.length);
    if (all.integrate) {
      batch.encodeIntegrate(encoder, entries.length);
      readback.copyIntegrated(encoder, entries.length);
    }
    batch.encode(encoder, entries.length);
    readback.copy(encoder, entries.length, all);
    this.#device.gpu.queue.submit([encoder.finish()]);
    slot.submitted = true;
  }

  #collect(slot: Slot): RingResult[] {
    const { batch, readback, entries } = slot;
    try {
      this.#device.check();
      const damaged = readback.damaged();
      const problems = entries.map((_, at) => batch.problem(at, damaged !== undefined && damaged[at] !== 0));
      const fits = readback.count();
      return entries.map((entry, at): RingResult => {
        const { number } = entry;
        const problem = problems[at];
        if (problem !== undefined) return { number, problem };
        return { number, result: fits ? this.#result(readback, at, entry) : this.#again(slot, at, entry) };
      });
    } finally {
      readback.unmap();
      slot.entries = [];
      slot.submitted = false;
    }
  }

  #result(readback: Readback, at: number, { frame, stages }: Entry): FrameResult {
    const { invalid, background } = readback.background(at);
    return {
      invalid,
      background,
      ...(stages.integrate ? { profiles: readback.profiles(at) } : {}),
      ...(stages.pick ? { picked: readback.picked(at) } : {}),
      ...(stages.peaks ? { peaks: readback.peaks(at) } : {}),
      ...(stages.encode ? { chunk: this.#chunk(frame) } : {}),
    };
  }

  /** The frame as a chunk: from the bytes that came, for decoding takes the CPU less than fetching the pixels. */
  #chunk(frame: EncodedFrame): Uint8Array {
    const bytes = decodeOnCpu(frame, this.tables);
    return encodeBitshuffleLz4(bytes, PIXEL_ARRAYS[this.tables.variant.type].BYTES_PER_ELEMENT);
  }

  /** One frame of a slot once more, with room for everything that it may keep. */
  #again({ batch, readback }: Slot, at: number, { frame, stages }: Entry): FrameResult {
    const { pixels, blocks, variant: { type }, frameWords } = this.tables;
    const device = this.#device;
    const one = this.#overflow ??= new Batch(device, this.tables, 1, pixels, Math.ceil(pixels / 4) + 1, this.#cycle);
    const encoder = device.gpu.createCommandEncoder();
    encoder.copyBufferToBuffer(batch.frames, at * frameWords * 4, one.frames, 0, frameWords * 4);
    one.encode(encoder);
    device.gpu.queue.submit([encoder.finish()]);
    const total = (counts: GPUBuffer) => new Uint32Array(device.read(counts, blocks * 4, 4).buffer)[0];
    const picked = () => {
      const count = total(one.keptCount);
      const Values = PIXEL_ARRAYS[type];
      const values = device.read(one.intensity, 0, Math.ceil(count * Values.BYTES_PER_ELEMENT / 4) * 4);
      return {
        index: new Uint32Array(device.read(one.index, 0, count * 4).buffer),
        intensity: new Values(values.buffer, 0, count) as PixelArray,
      };
    };
    const peaks = () => peaksOf(device.read(one.peaks, 0, total(one.foundCount) * PEAK_WORDS * 4).buffer);
    return {
      ...readback.background(at),
      ...(stages.integrate ? { profiles: readback.profiles(at) } : {}),
      ...(stages.pick ? { picked: picked() } : {}),
      ...(stages.peaks ? { peaks: peaks() } : {}),
      ...(stages.encode ? { chunk: this.#chunk(frame) } : {}),
    };
  }

  close(): void {
    for (const { batch, readback } of this.#slots) {
      batch.close();
      readback.close();
    }
    this.#overflow?.close();
    this.tables.close();
  }
}
