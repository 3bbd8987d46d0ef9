/** Sparse frames back to dense ones, in a file that crystallography programs read. */
import configuration from "../../deno.json" with { type: "json" };
import { createEngine, type EngineName } from "../engine/create.ts";
import type { DensifierPool, DensifyOptions, Engine, SparseFrame } from "../engine/engine.ts";
import { countNan, nanMask } from "../engine/maps.ts";
import { InputError, messageOf, UsageError } from "../errors.ts";
import { formatGeom } from "../geometry/geom.ts";
import { createDense, type DenseSink } from "../io/dense.ts";
import { defaultDummy } from "../io/nxmx.ts";
import { checkOutput, partOf } from "../io/output.ts";
import { openSparse, type SparseFile } from "../io/sparse_read.ts";
import { checkApart } from "./apart.ts";
import { type Checkpoint, withCheckpoint } from "./checkpoint.ts";
import { begun } from "./begun.ts";
import { inOrder } from "./in_order.ts";
import { factsOfFiles, jobsFor, withThreads } from "./resources.ts";
import type { RunControl } from "./run.ts";
import { fetchChunk, storeChunk, storedBytes, type StoredChunk } from "./stored_chunk.ts";
import { bytesOfFiles, rate, type Summary, usedHdf5 } from "./summary.ts";
import { completing, type GeomOptions, type OutputOptions, soon, toOutput, writeText } from "./to_file.ts";

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
  /** frames that are worked on at the same time; default: one per processor, as many as there are frames */
  readonly jobs?: number;
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
    // First: the maps of the file are unpacked by it too.
    const engine = await createEngine(options.engine ?? "auto");
    return await withThreads(engine, "densifiers", options.jobs, Infinity, async () => {
      const sparse = await openSparse(options.file);
      try {
        if (geom !== undefined) text = geomOf(sparse, options.file);
        return await write(engine, sparse, path, options, { noise, seed }, { ...control, signal });
      } finally {
        sparse.close();
      }
    });
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
async function rebuilding<T>(file: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    const remedy = "the file is damaged: make it anew";
    throw new InputError(`cannot be rebuilt: ${messageOf(cause)}`, { file, remedy }, { cause });
  }
}

/** A rebuilt frame as a journal keeps it. */
interface DenseEntry {
  readonly kept: number;
  readonly chunk: StoredChunk;
}

/** The frames of a sparse file from number `from` on. */
async function* sparseFrames(sparse: SparseFile, from: number): AsyncGenerator<{ number: number; frame: SparseFrame }> {
  for (let number = from; number < sparse.frameCount; number++) yield { number, frame: sparse.frame(number) };
}

/** Rebuilds all frames into the sink, those that an earlier run did out of its journal; gives kept pixels and frames resumed. */
async function rebuildAll(
  sparse: SparseFile,
  creating: Promise<DenseSink>,
  making: Promise<DensifierPool>,
  draw: DensifyOptions,
  name: string,
  control: RunControl,
  { journal, earlier }: Checkpoint<DenseEntry>,
): Promise<{ kept: number; resumed: number }> {
  let [frames, kept] = [0, 0];
  const accept = async (chunk: Uint8Array, pixels: number) => {
    const stored = storeChunk(chunk, (await creating).append({ chunk }));
    await journal.add({ kept: pixels, chunk: stored }, storedBytes(stored));
    kept += pixels;
    frames++;
    control.progress?.(frames, sparse.frameCount);
  };
  for (const entry of earlier?.entries() ?? []) {
    await accept(fetchChunk(partOf(earlier!.path), entry.chunk), entry.kept);
  }
  const resumed = frames;
  const { items, pool } = await begun(sparseFrames(sparse, resumed), making);
  await inOrder(
    items,
    pool.jobs,
    async ({ number, frame }) => {
      const pixels = frame.index.length;
      const chunk = await rebuilding(`${name} #${number}`, () => pool.rebuild(frame, number, draw));
      return { chunk, pixels };
    },
    ({ chunk, pixels }) => accept(chunk, pixels),
    control.signal,
  );
  return { kept, resumed };
}

async function write(
  engine: Engine,
  sparse: SparseFile,
  path: string,
  options: DensifyRunOptions,
  draw: DensifyOptions,
  control: RunControl,
): Promise<Summary> {
  const { shape, type, geometry, detector, radius, radial, normalization, mask, frameCount: frames } = sparse;
  const dummy = dummyFor(type, options.dummy);
  const jobs = jobsFor(options.jobs, frames);
  const making = rebuilding(options.file, () =>
    engine.densifierPool({
      type,
      radius,
      radial,
      dummy,
      ...(normalization ? { normalization } : {}),
      ...(sparse.cutoffPick === undefined ? {} : { cutoffPick: sparse.cutoffPick }),
      ...(sparse.noise === undefined ? {} : { noisePick: sparse.noise }),
    }, jobs));
  // Whoever waits for it hears of a failure.
  making.catch(() => {});
  const start = performance.now();
  const settings = { ...draw, dummy };
  const identity = {
    command: "densify",
    version: configuration.version,
    inputs: await factsOfFiles([options.file]),
    settings,
  };
  try {
    const { kept, resumed } = await withCheckpoint<DenseEntry, { kept: number; resumed: number }>(
      options.output,
      path,
      () => identity,
      options.resume ?? false,
      async (checkpoint) => {
        // The file is begun while what rebuilds is made.
        const sink = soon(() =>
          createDense(path, {
            shape,
            type,
            mask: mask ?? nanMask(radius),
            sources: [options.file],
            settings,
            ...(geometry ? { geometry } : {}),
            ...(detector ? { detector } : {}),
          })
        );
        const name = options.file;
        return await completing(sink, () => rebuildAll(sparse, sink, making, draw, name, control, checkpoint));
      },
    );
    const seconds = (performance.now() - start) / 1000;
    return {
      command: "densify",
      engine: engine.name,
      ...usedHdf5(),
      jobs: (await making).jobs,
      output: options.output,
      frames,
      resumedFrames: resumed,
      seconds,
      framesPerSecond: rate(frames, seconds),
      inputBytes: await bytesOfFiles([options.file]),
      outputBytes: 0,
      validPixels: (radius.length - countNan(radius)) * frames,
      invalidPixels: 0,
      keptPixels: kept,
      notes: geometry ? [] : [`${options.file}: its geometry is not complete, so the dense file has none`],
      settings,
    };
  } finally {
    await making.then((pool) => pool.close(), () => {});
  }
}
