/** Found peaks against the truth of simulated frames, and rebuilt frames against the frames they came from. */
import type { Profile } from "../engine/engine.ts";
import { countChanged } from "../engine/count_changed.ts";
import { InputError } from "../errors.ts";
import type { PixelArray } from "../io/frame.ts";
import { openH5 } from "../io/hdf5/h5.ts";
import { openFrames } from "../io/open.ts";
import { openSparse } from "../io/sparse_read.ts";
import { NUMBERS_PER_SPOT, openTruth } from "../io/truth.ts";
import { prepare } from "./experiment.ts";
import { runFrames } from "./run.ts";

/** A peak belongs to a spot within this distance, pixels: three times the default spot's standard deviation. */
export const MATCH_DISTANCE = 2.5;
/** Spots of this many expected photons must be found; weaker ones may. */
export const STRONG_PHOTONS = 250;
/** A frame with this many peaks counts as a hit. */
export const HIT_PEAKS = 10;

/** How found peaks agree with the truth. */
export interface PeakComparison {
  readonly frames: number;
  readonly hits: number;
  /** frames whose number of peaks tells hit from blank wrongly */
  readonly wrongFrames: number;
  /** spots of at least `STRONG_PHOTONS`, away from masked pixels and edges */
  readonly strongSpots: number;
  readonly strongFound: number;
  readonly peaks: number;
  /** peaks within `MATCH_DISTANCE` of a spot of any strength */
  readonly peaksOnSpots: number;
}

type Position = readonly [number, number];

const near = (a: Position, b: Position) => Math.hypot(a[0] - b[0], a[1] - b[1]) <= MATCH_DISTANCE;

/** Compares one frame's peaks with its spots. */
export function comparePositions(peaks: readonly Position[], spots: readonly Position[]): {
  spotsFound: number;
  peaksOnSpots: number;
} {
  return {
    spotsFound: spots.filter((spot) => peaks.some((peak) => near(peak, spot))).length,
    peaksOnSpots: peaks.filter((peak) => spots.some((spot) => near(peak, spot))).length,
  };
}

/** The peaks of all frames in a CXI file. */
async function readPeaks(cxi: string): Promise<Position[][]> {
  const h5 = await openH5(cxi);
  try {
    const list = (name: string): Float64Array => {
      const data = h5.read(`/entry_1/result_1/${name}`);
      if (typeof data !== "object") throw new InputError("is no peak list", { file: cxi, place: name });
      return Float64Array.from(data, Number);
    };
    const [counts, x, y] = [list("nPeaks"), list("peakXPosRaw"), list("peakYPosRaw")];
    const width = counts.length === 0 ? 0 : x.length / counts.length;
    return Array.from(
      counts,
      (count, frame) => Array.from({ length: count }, (_, i) => [x[frame * width + i], y[frame * width + i]] as const),
    );
  } finally {
    h5.close();
  }
}

/** Compares the peaks in a CXI file with the truth in the simulated file that they were found in. */
export async function comparePeaks(simulated: string, cxi: string): Promise<PeakComparison> {
  const peaks = await readPeaks(cxi);
  const source = await openFrames(simulated);
  const { shape, mask } = source.info;
  source.close();
  // A patch that lacks pixels may lose its spot: such spots are not counted.
  const whole = ([x, y]: Position) => {
    const [column, row] = [Math.round(x), Math.round(y)];
    for (let dy = -2; dy <= 2; dy++) {
      for (let dx = -2; dx <= 2; dx++) {
        const [r, c] = [row + dy, column + dx];
        if (r < 0 || c < 0 || r >= shape[0] || c >= shape[1] || mask?.[r * shape[1] + c]) return false;
      }
    }
    return true;
  };
  const truth = await openTruth(simulated);
  const sums = { hits: 0, wrongFrames: 0, strongSpots: 0, strongFound: 0, peaks: 0, peaksOnSpots: 0 };
  try {
    for (let frame = 0; frame < truth.frameCount; frame++) {
      const { hit, spots } = truth.frame(frame);
      const [all, strong]: [Position[], Position[]] = [[], []];
      for (let at = 0; at < spots.length; at += NUMBERS_PER_SPOT) {
        const position = [spots[at], spots[at + 1]] as const;
        all.push(position);
        if (spots[at + 2] >= STRONG_PHOTONS && whole(position)) strong.push(position);
      }
      const found = peaks[frame] ?? [];
      if (hit) sums.hits++;
      if (hit !== (found.length >= HIT_PEAKS)) sums.wrongFrames++;
      sums.strongSpots += strong.length;
      sums.strongFound += comparePositions(found, strong).spotsFound;
      sums.peaks += found.length;
      sums.peaksOnSpots += comparePositions(found, all).peaksOnSpots;
    }
    return { frames: truth.frameCount, ...sums };
  } finally {
    truth.close();
  }
}

/** How rebuilt frames agree with the originals. */
export interface DenseComparison {
  readonly keptPixels: number;
  /** kept pixels whose rebuilt value is not the original's */
  readonly keptChanged: number;
  /** rebuilt over original: mean counts of all rings, weighted by their pixels */
  readonly meanRatio: number;
  /** likewise the standard deviation within the rings */
  readonly stdRatio: number;
}

async function ringProfiles(file: string, geometry: string): Promise<Profile[]> {
  const experiment = await prepare({ files: [file], geometry });
  const profiles: Profile[] = [];
  try {
    await runFrames(experiment, { integrate: true }, ({ result }) => {
      if (result.profiles) profiles.push(result.profiles.raw);
    });
  } finally {
    await experiment.close();
  }
  return profiles;
}

/** Compares a dense file with the frames that its sparse file was made of, ring by ring and kept pixel by kept pixel. */
export async function compareDense(
  original: string,
  sparse: string,
  dense: string,
  geometry: string,
): Promise<DenseComparison> {
  const [before, after] = [await ringProfiles(original, geometry), await ringProfiles(dense, geometry)];
  const sums = { pixels: 0, mean: [0, 0], std: [0, 0] };
  before.forEach((profile, frame) => {
    profile.count.forEach((count, bin) => {
      sums.pixels += count;
      [profile, after[frame]].forEach((one, side) => {
        sums.mean[side] += count * one.mean[bin];
        sums.std[side] += count * one.std[bin];
      });
    });
  });
  const kept = await compareKept(sparse, dense);
  return { ...kept, meanRatio: sums.mean[1] / sums.mean[0], stdRatio: sums.std[1] / sums.std[0] };
}

async function compareKept(sparse: string, dense: string): Promise<{ keptPixels: number; keptChanged: number }> {
  const [file, h5] = [await openSparse(sparse), await openH5(dense)];
  let [keptPixels, keptChanged] = [0, 0];
  try {
    const [slow, fast] = file.shape;
    for (let frame = 0; frame < file.frameCount; frame++) {
      const { index, intensity } = file.frame(frame);
      const pixels = h5.read("/entry/data/data", [[frame, frame + 1], [0, slow], [0, fast]]);
      if (typeof pixels !== "object") throw new InputError("holds no frames", { file: dense });
      keptPixels += index.length;
      keptChanged += countChanged(pixels as PixelArray, index, intensity);
    }
    return { keptPixels, keptChanged };
  } finally {
    h5.close();
    file.close();
  }
}
