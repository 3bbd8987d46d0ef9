/**
 * Peaks of a whole run as CXI files hold them: one row per frame, padded to the longest row.
 * Source: CrystFEL's `--peaks=cxi` (crystfel_geometry(5), `peak_list_type = cxi`) and the CXI file format 1.6.
 */
import type { Peaks } from "../engine/engine.ts";
import type { H5Writer } from "./hdf5/h5.ts";

/** Elements that are padded and written at once: bounds the memory of a table, however long the run. */
const BLOCK = 1 << 18;

/** Said beside every position, because half a pixel decides whether a pattern can be indexed. */
const POSITION = { units: "pixel", comment: "the centre of the first pixel is 0; CrystFEL adds its half pixel itself" };

/** The columns of a table, with the names that CrystFEL and Cheetah use. */
const COLUMNS: readonly {
  name: string;
  attributes: Record<string, string>;
  value: (peaks: Peaks) => Float32Array;
}[] = [
  { name: "peakXPosRaw", attributes: { ...POSITION, long_name: "fast axis" }, value: (p) => p.x },
  { name: "peakYPosRaw", attributes: { ...POSITION, long_name: "slow axis" }, value: (p) => p.y },
  { name: "peakTotalIntensity", attributes: { units: "counts" }, value: (p) => p.intensity },
  { name: "peakTotalIntensitySigma", attributes: { units: "counts" }, value: (p) => p.sigma },
  { name: "peakSNR", attributes: {}, value: (p) => p.intensity.map((value, i) => value / p.sigma[i]) },
  { name: "peakNPixels", attributes: { units: "pixel" }, value: (p) => p.pixels },
];

/** Collects the peaks of a run and writes them as one padded table. No peak is ever left out. */
export class PeakTable {
  readonly #frames: Peaks[] = [];
  #longest = 0;

  /** Frames so far. */
  get frameCount(): number {
    return this.#frames.length;
  }

  /** Adds the peaks of the next frame; copies them. */
  append(peaks: Peaks): void {
    this.#longest = Math.max(this.#longest, peaks.count);
    this.#frames.push({
      count: peaks.count,
      x: peaks.x.slice(),
      y: peaks.y.slice(),
      intensity: peaks.intensity.slice(),
      sigma: peaks.sigma.slice(),
      pixels: peaks.pixels.slice(),
    });
  }

  /** Writes `nPeaks` and the padded columns into the group at `path`, which must exist. */
  write(h5: H5Writer, path: string): void {
    // A width of 0 would be a hyperslab that CrystFEL cannot select.
    const width = Math.max(1, this.#longest);
    const rows = Math.max(1, Math.min(this.#frames.length, Math.floor(BLOCK / width)));
    const counts = Int32Array.from(this.#frames, (peaks) => peaks.count);
    h5.array(`${path}/nPeaks`, counts, [counts.length]);
    for (const { name, attributes, value } of COLUMNS) {
      const options = { filter: "gzip" as const, chunk: [rows, width], attributes };
      const stack = h5.stack(`${path}/${name}`, "float32", [width], options);
      for (let first = 0; first < this.#frames.length; first += rows) {
        const part = this.#frames.slice(first, first + rows);
        const block = new Float32Array(part.length * width);
        part.forEach((peaks, row) => block.set(value(peaks), row * width));
        stack.append(block);
      }
    }
  }
}
