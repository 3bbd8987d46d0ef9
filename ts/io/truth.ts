/** The truth of simulated frames beside them, in `/entry/truth`: which are hits, how the crystal lies, every spot. */
import { InputError } from "../errors.ts";
import { type H5Array, type H5Reader, type H5Stack, type H5Writer, openH5 } from "./hdf5/h5.ts";

/** What is known about one simulated frame. */
export interface FrameTruth {
  /** whether there is a crystal in the beam */
  readonly hit: boolean;
  /** nine numbers: rotation from the crystal's Cartesian frame to the laboratory's, row by row; 0 without a crystal */
  readonly orientation: Float64Array;
  /** six numbers per spot: x, y (pixels, the centre of the first is 0), expected photons, h, k, l */
  readonly spots: Float64Array;
}

/** Numbers per spot in {@linkcode FrameTruth.spots}. */
export const NUMBERS_PER_SPOT = 6;

const GROUP = "/entry/truth";
const POSITION = { units: "pixel", comment: "the centre of the first pixel is 0" };

/** Writes the truth frame by frame into a file that is being written. */
export class TruthWriter {
  readonly #spots: H5Stack;
  readonly #hits: number[] = [];
  readonly #counts: number[] = [];
  readonly #orientations: number[] = [];

  constructor(readonly h5: H5Writer) {
    h5.group(GROUP, { NX_class: "NXcollection", comment: "what the frames were simulated from" });
    this.#spots = h5.stack(`${GROUP}/spots`, "float64", [NUMBERS_PER_SPOT], {
      filter: "gzip",
      chunk: [4096, NUMBERS_PER_SPOT],
      attributes: { columns: ["x", "y", "photons", "h", "k", "l"], ...POSITION },
    });
  }

  /** Adds the truth of the next frame. */
  append(truth: FrameTruth): void {
    if (truth.spots.length > 0) this.#spots.append(truth.spots);
    this.#hits.push(truth.hit ? 1 : 0);
    this.#counts.push(truth.spots.length / NUMBERS_PER_SPOT);
    this.#orientations.push(...truth.orientation);
  }

  /** Writes the lists that wait for the end. The file stays open. */
  close(): void {
    const frames = this.#hits.length;
    this.h5.array(`${GROUP}/hit`, Uint8Array.from(this.#hits), [frames]);
    this.h5.array(`${GROUP}/nSpots`, Int32Array.from(this.#counts), [frames], {
      attributes: { comment: "rows of 'spots' that belong to each frame, in order" },
    });
    this.h5.array(`${GROUP}/orientation`, Float64Array.from(this.#orientations), [frames, 3, 3]);
  }
}

/** Truth that is open for reading. */
export interface TruthReader {
  readonly frameCount: number;
  /** Throws InputError when there is no such frame. */
  frame(index: number): FrameTruth;
  close(): void;
}

/** Opens the truth in a file of simulated frames. Throws InputError when it has none or its parts do not fit. */
export async function openTruth(path: string): Promise<TruthReader> {
  const h5 = await openH5(path);
  try {
    return new Truth(h5);
  } catch (error) {
    h5.close();
    throw error;
  }
}

class Truth implements TruthReader {
  readonly #hits: H5Array;
  readonly #orientations: H5Array;
  /** first spot of each frame, and the end of the last */
  readonly #starts: Float64Array;

  constructor(readonly h5: H5Reader) {
    if (h5.kind(`${GROUP}/nSpots`) !== "dataset") {
      throw new InputError("there is no truth in this file", {
        file: h5.path,
        place: GROUP,
        remedy: "give a file that braggsieve simulate wrote",
      });
    }
    const shapes = ["hit", "nSpots", "orientation", "spots"].map((name) => h5.dataset(`${GROUP}/${name}`).shape);
    const [[hits], [frames], orientations, spots] = shapes;
    const square = orientations[0] === frames && orientations[1] === 3 && orientations[2] === 3;
    const counts = Float64Array.from(h5.read(`${GROUP}/nSpots`) as Int32Array);
    this.#starts = new Float64Array(counts.length + 1);
    counts.forEach((count, i) => this.#starts[i + 1] = this.#starts[i] + count);
    const fits = this.#starts[frames] === spots[0] && counts.every((count) => count >= 0);
    if (hits !== frames || !square || !fits || spots[1] !== NUMBERS_PER_SPOT) {
      throw new InputError("the lists of the truth do not belong together", {
        file: h5.path,
        place: GROUP,
        remedy: "simulate the file anew",
      });
    }
    this.#hits = h5.read(`${GROUP}/hit`) as H5Array;
    this.#orientations = h5.read(`${GROUP}/orientation`) as H5Array;
  }

  get frameCount(): number {
    return this.#starts.length - 1;
  }

  frame(index: number): FrameTruth {
    if (!Number.isInteger(index) || index < 0 || index >= this.frameCount) {
      throw new InputError(`there is no frame ${index}`, {
        file: this.h5.path,
        place: GROUP,
        remedy: `frames go from 0 to ${this.frameCount - 1}`,
      });
    }
    const [from, to] = this.#starts.subarray(index, index + 2);
    const range = [[from, to], [0, NUMBERS_PER_SPOT]] as const;
    return {
      hit: Number(this.#hits[index]) !== 0,
      orientation: (this.#orientations as Float64Array).slice(9 * index, 9 * index + 9),
      spots: from === to ? new Float64Array() : this.h5.read(`${GROUP}/spots`, range) as Float64Array,
    };
  }

  close(): void {
    this.h5.close();
  }
}
