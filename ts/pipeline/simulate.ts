/** Simulated frames with their truth in an HDF5 file, and their geometry as PONI and .geom beside it. */
import { countMasked } from "../engine/maps.ts";
import { formatGeom } from "../geometry/geom.ts";
import { formatPoni } from "../geometry/poni.ts";
import { checkOutput } from "../io/output.ts";
import { SimulatedSource, type SimulationSettings, writeSimulation } from "../io/simulated.ts";
import { InterruptedError } from "../errors.ts";
import { checkApart } from "./apart.ts";
import type { RunControl } from "./run.ts";
import { rate, type Summary, usedHdf5 } from "./summary.ts";
import { type OutputOptions, toOutput, writeText } from "./to_file.ts";

/** What is simulated. */
export interface SimulateOptions extends OutputOptions {
  readonly frames: number;
  /** settings that differ from the defaults; `simulationSettings()` lists all */
  readonly settings?: SimulationSettings;
}

/** The path with another extension. */
export function withExtension(path: string, extension: string): string {
  return path.replace(/(\.(h5|hdf5|nxs|cxi))?$/i, extension);
}

/**
 * Writes `output`, a dense NXmx stack with the truth in `/entry/truth`, and beside it the geometry as .poni and .geom.
 * The same settings and frame number always give the same frame. Throws OutputError, UsageError or InterruptedError.
 */
export async function simulate(options: SimulateOptions, control: RunControl = {}): Promise<Summary> {
  const { output, frames, force = false } = options;
  const [poni, geom] = [withExtension(output, ".poni"), withExtension(output, ".geom")];
  checkApart([], [output, poni, geom]);
  for (const path of [output, poni, geom]) await checkOutput(path, force);
  const source = new SimulatedSource(frames, options.settings);
  const start = performance.now();
  try {
    await toOutput(output, force, async (path, signal) => {
      const onFrame = (written: number) => control.progress?.(written, frames);
      try {
        await writeSimulation(path, source, { signal, onFrame });
      } catch (error) {
        if (signal.aborted) throw new InterruptedError("interrupted: no output was written");
        throw error;
      }
    }, control.signal);
    const seconds = (performance.now() - start) / 1000;
    const { geometry, info: { shape, mask } } = source;
    const valid = shape[0] * shape[1] - (mask ? countMasked(mask) : 0);
    await writeText(poni, force, formatPoni(geometry));
    const layout = { data: "/entry/data/data", mask: "/entry/instrument/detector/pixel_mask" };
    await writeText(geom, force, formatGeom(geometry, shape, layout));
    return {
      command: "simulate",
      engine: "wasm",
      ...usedHdf5(),
      jobs: 1,
      output,
      frames,
      resumedFrames: 0,
      seconds,
      framesPerSecond: rate(frames, seconds),
      inputBytes: 0,
      outputBytes: (await Deno.stat(output)).size,
      validPixels: valid * frames,
      invalidPixels: 0,
      beside: [poni, geom],
      notes: [],
      settings: { ...source.settings },
    };
  } finally {
    source.close();
  }
}
