/** Sparse frames back to dense ones, in a file that crystallography programs read. */
import { createEngine, type EngineName } from "../engine/create.ts";
import { countMasked, nanMask } from "../engine/maps.ts";
import { InputError, InterruptedError, messageOf, UsageError } from "../errors.ts";
import { formatGeom } from "../geometry/geom.ts";
import { createDense } from "../io/dense.ts";
import { defaultDummy } from "../io/nxmx.ts";
import { checkOutput } from "../io/output.ts";
import { openSparse, type SparseFile } from "../io/sparse_read.ts";
import { checkApart } from "./apart.ts";
import type { RunControl } from "./run.ts";
import { bytesOfFiles, rate, type Summary } from "./summary.ts";
import { completing, type GeomOptions, type OutputOptions, toOutput, writeText } from "./to_file.ts";

/** What is rebuilt and how. */
export interface DensifyRunOptions extends OutputOptions, GeomOptions {
  /** a sparse file, ours or pyFAI's */
  readonly file: string;
  /** part of the recorded std that is drawn as noise, 0 (none) to 1; default 1 */
  readonly noise?: number;
  /** key of the noise: the same seed gives the same frames; default 0 */
  readonly seed?: number;
  /** value of masked pixels; default −1 or 2ⁿ−1 */
  readonly dummy?: number;
  readonly engine?: EngineName;
}

/** The largest value of a mask in a frame's type, and NaN only for float. */
function dummyFor(type: SparseFile["type"], wanted: number | undefined): number {
  if (wanted === undefined) return defaultDummy(type);
  if (type === "float32") return wanted;
  const bits = Number(type.replace(/\D/g, ""));
  const [low, high] = type.startsWith("u") ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  if (Number.isInteger(wanted) && wanted >= low && wanted <= high) return wanted;
  throw new UsageError(`--dummy ${wanted} is no value of ${type} frames: choose a whole number from ${low} to ${high}`);
}

/**
 * Rebuilds every frame of a sparse file into a dense one (`ts/io/dense.ts`). Throws InputError, OutputError,
 * UsageError or InterruptedError; then there is no output file.
 */
export async function densify(options: DensifyRunOptions, control: RunControl = {}): Promise<Summary> {
  const { noise = 1, seed = 0 } = options;
  if (!(noise >= 0 && noise <= 1)) throw new UsageError(`--noise must be a number from 0 to 1, not ${noise}`);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new UsageError(`--seed must be a whole number, not ${seed}`);
  const { geom, force = false } = options;
  checkApart([options.file], [options.output, geom]);
  if (geom !== undefined) await checkOutput(geom, force);
  let text = "";
  const work = async (path: string, signal: AbortSignal): Promise<Summary> => {
    const sparse = await openSparse(options.file);
    try {
      if (geom !== undefined) text = geomOf(sparse, options.file);
      return await write(sparse, path, options, { noise, seed }, { ...control, signal });
    } finally {
      sparse.close();
    }
  };
  const summary = await toOutput(options.output, force, work, control.signal);
  if (geom !== undefined) await writeText(geom, force, text);
  const outputBytes = (await Deno.stat(options.output)).size;
  return { ...summary, outputBytes, ...(geom === undefined ? {} : { beside: [geom] }) };
}

/** The CrystFEL geometry of the dense file that is made of a sparse one. */
function geomOf({ geometry, shape }: SparseFile, file: string): string {
  if (!geometry) {
    throw new InputError("holds no geometry to write as .geom", { file, remedy: "leave --geom out" });
  }
  return formatGeom(geometry, shape, {
    data: "/entry/data/data",
    mask: "/entry/instrument/detector/pixel_mask",
  });
}

/** Runs a call of the engine; what it refuses is told with the file. */
function rebuilding<T>(file: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    const remedy = "the file is damaged: make it anew";
    throw new InputError(`cannot be rebuilt: ${messageOf(cause)}`, { file, remedy }, { cause });
  }
}

async function write(
  sparse: SparseFile,
  path: string,
  options: DensifyRunOptions,
  draw: { noise: number; seed: number },
  control: RunControl,
): Promise<Summary> {
  const { shape, type, geometry, detector, radius, radial, normalization, mask } = sparse;
  const dummy = dummyFor(type, options.dummy);
  const masked = nanMask(radius);
  const engine = await createEngine(options.engine ?? "auto");
  const densifier = rebuilding(options.file, () =>
    engine.densifier({
      type,
      radius,
      radial,
      dummy,
      ...(normalization ? { normalization } : {}),
      ...(sparse.cutoffPick === undefined ? {} : { cutoffPick: sparse.cutoffPick }),
      ...(sparse.noise === undefined ? {} : { noisePick: sparse.noise }),
    }));
  const start = performance.now();
  let kept = 0;
  try {
    const sink = await createDense(path, {
      shape,
      type,
      mask: mask ?? masked,
      sources: [options.file],
      settings: { ...draw, dummy },
      ...(geometry ? { geometry } : {}),
      ...(detector ? { detector } : {}),
    });
    await completing(sink, async () => {
      let last = start;
      for (let number = 0; number < sparse.frameCount; number++) {
        if (control.signal?.aborted) throw new InterruptedError("interrupted: no output was written");
        const frame = sparse.frame(number);
        kept += frame.index.length;
        sink.append(rebuilding(`${options.file} #${number}`, () => densifier.rebuild(frame, number, draw)));
        control.progress?.(number + 1, sparse.frameCount);
        if (performance.now() - last > 50) {
          await new Promise<void>((resolve) => setTimeout(resolve, 0));
          last = performance.now();
        }
      }
    });
  } finally {
    densifier.close();
  }
  const seconds = (performance.now() - start) / 1000;
  const frames = sparse.frameCount;
  return {
    command: "densify",
    engine: engine.name,
    output: options.output,
    frames,
    seconds,
    framesPerSecond: rate(frames, seconds),
    inputBytes: await bytesOfFiles([options.file]),
    outputBytes: 0,
    validPixels: (radius.length - countMasked(masked)) * frames,
    invalidPixels: 0,
    keptPixels: kept,
    notes: geometry ? [] : [`${options.file}: its geometry is not complete, so the dense file has none`],
    settings: { ...draw, dummy },
  };
}
