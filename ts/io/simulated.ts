/**
 * Simulated frames and their truth: a source of frames that needs no file, and the HDF5 stack that `simulate` writes.
 * The physics is in core-rs/core/src/simulate; here are only its numbers on their way in and out.
 */
import { nonzeroMask } from "../engine/maps.ts";
import "../engine/wasm_packing.ts";
import { memory } from "../engine/wasm/braggsieve_bg.wasm";
import { simulationFields, Simulator } from "../engine/wasm/braggsieve.js";
import { InputError, messageOf, UsageError } from "../errors.ts";
import type { Geometry } from "../geometry/geometry.ts";
import { geometryFromBeamCentre } from "../geometry/beam.ts";
import { copyInto } from "./bytes.ts";
import { DenseFile } from "./dense.ts";
import type { EncodedFrame, FrameInfo, FrameSource } from "./frame.ts";
import { createH5, openH5 } from "./hdf5/h5.ts";
import { type FrameTruth, TruthWriter } from "./truth.ts";

/** One setting of a simulation; all settings are numbers. */
export interface SimulationField {
  readonly name: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** empty for a pure number */
  readonly unit: string;
  /** what it means, in one line */
  readonly about: string;
}

/** Settings that differ from the defaults, by name; see {@linkcode simulationSettings}. */
export type SimulationSettings = Readonly<Record<string, number>>;

/** Every setting there is, with default, range, unit and meaning. */
export function simulationSettings(): readonly SimulationField[] {
  return simulationFields().map((line) => {
    const [name, value, min, max, unit, about] = line.split("\t");
    return { name, default: Number(value), min: Number(min), max: Number(max), unit, about };
  });
}

/** Simulated frames: `read` computes one. Frame `n` depends on the settings and `n` alone. */
export class SimulatedSource implements FrameSource {
  readonly name = "simulation";
  readonly info: FrameInfo;
  /** every setting, the defaults among them */
  readonly settings: SimulationSettings;
  /** NXmx bit field per pixel: 1 gap, 2 dead, 258 behind the beamstop */
  readonly mask: Uint32Array;
  readonly geometry: Geometry;
  readonly #simulator: Simulator;
  #current = -1;

  /** Throws UsageError for a setting that does not exist or is out of range. */
  constructor(readonly frameCount: number, settings: SimulationSettings = {}) {
    if (!Number.isInteger(frameCount) || frameCount < 1 || frameCount > 2 ** 32 - 1) {
      throw new UsageError(`${frameCount} frames cannot be simulated: give a whole number from 1`);
    }
    try {
      this.#simulator = new Simulator(Object.keys(settings), Float64Array.from(Object.values(settings)));
    } catch (error) {
      throw new UsageError(messageOf(error), { cause: error });
    }
    const all = Object.fromEntries(simulationSettings().map((field) => [field.name, field.default]));
    this.settings = { ...all, ...settings };
    this.mask = this.#simulator.mask();
    this.geometry = geometryOf(this.settings);
    this.info = {
      shape: [this.settings.height, this.settings.width],
      type: "uint16",
      valid: [0, 65534],
      geometry: this.geometry,
      mask: nonzeroMask(this.mask),
      detector: {
        description: "simulated detector",
        saturationValue: 65534,
        polarizationFactor: this.settings.polarization,
      },
    };
  }

  read(index: number, buffer?: Uint8Array<ArrayBuffer>): EncodedFrame {
    this.#make(index);
    const bytes = this.info.shape[0] * this.info.shape[1] * 2;
    const pixels = new Uint8Array(memory.buffer, this.#simulator.pixelsPointer(), bytes);
    return { encoding: "raw", bytes: copyInto(pixels, buffer) };
  }

  /** What is known about a frame. */
  truth(index: number): FrameTruth {
    this.#make(index);
    return { hit: this.#simulator.hit(), orientation: this.#simulator.orientation(), spots: this.#simulator.spots() };
  }

  label(index: number): string {
    return `simulated frame #${index}`;
  }

  close(): void {
    this.#simulator.free();
  }

  #make(index: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.frameCount) {
      throw new InputError(`there is no frame ${index}`, {
        file: this.name,
        remedy: `frames go from 0 to ${this.frameCount - 1}`,
      });
    }
    if (index !== this.#current) this.#simulator.frame(index);
    this.#current = index;
  }
}

/** The geometry that frames are simulated with. */
function geometryOf(settings: SimulationSettings): Geometry {
  const { distance, wavelength, pixel_size: pixel, beam_x: beamX, beam_y: beamY, height, width } = settings;
  return geometryFromBeamCentre({
    ...{ distance, wavelength, beamX, beamY, pixel1: pixel, pixel2: pixel },
    shape: [height, width],
    detector: "simulated",
  });
}

/** What a caller may want to hear or do while frames are written. */
export interface SimulationProgress {
  /** called after each frame with the number of frames written */
  readonly onFrame?: (written: number) => void;
  /** stops the work, which then rejects with the signal's reason */
  readonly signal?: AbortSignal;
}

/**
 * Writes all frames of a simulation as a dense NXmx stack at exactly `path`, and their truth in `/entry/truth`.
 * Throws OutputError when it cannot be written.
 */
export async function writeSimulation(
  path: string,
  source: SimulatedSource,
  { onFrame, signal }: SimulationProgress = {},
): Promise<void> {
  const h5 = await createH5(path);
  try {
    const { shape, type, detector } = source.info;
    const facts = { shape, type, detector, geometry: source.geometry, mask: source.mask };
    const frames = new DenseFile(h5, { ...facts, sources: [source.name], settings: source.settings });
    const truth = new TruthWriter(h5);
    for (let index = 0; index < source.frameCount; index++) {
      signal?.throwIfAborted();
      const { bytes } = source.read(index);
      frames.append(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2));
      truth.append(source.truth(index));
      onFrame?.(index + 1);
      // Lets the events that abort the signal have their turn.
      await new Promise((resolve) => setTimeout(resolve));
    }
    truth.close();
    frames.close();
  } finally {
    h5.close();
  }
}

/** Whether the HDF5 file at `path` holds simulated frames with their truth. Throws InputError when it is none. */
export async function hasTruth(path: string): Promise<boolean> {
  const h5 = await openH5(path);
  try {
    return h5.kind("/entry/truth/nSpots") === "dataset";
  } finally {
    h5.close();
  }
}
