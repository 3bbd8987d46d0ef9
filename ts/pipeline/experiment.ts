/**
 * From files and settings to a plan: geometry, masks, corrections and valid range, checked against the frames' shape.
 */
import { createEngine, type EngineName } from "../engine/create.ts";
import type { Engine, PlanInput, PlanPool, PlanSettings } from "../engine/engine.ts";
import { countMasked, crc32, frameMarks, keepCommonMarks } from "../engine/packing.ts";
import { countsPhotons } from "../geometry/detectors.ts";
import { type BraggsieveError, DeviceError, InputError, messageOf, UsageError } from "../errors.ts";
import type { Geometry } from "../geometry/geometry.ts";
import { type LoadedGeometry, loadGeometry } from "../geometry/load.ts";
import type { EncodedFrame, FrameInfo, PixelType } from "../io/frame.ts";
import { readField, readMask, uniteMasks } from "../io/mask.ts";
import { inputsOf } from "./apart.ts";
import { factsOfFiles, jobsFor, withThreads } from "./resources.ts";
import { completeSettings } from "./settings.ts";
import { mayHoldMany } from "../io/open.ts";
import { FrameSeries, type Open } from "./series.ts";

/** What a run works on and how. */
export interface RunOptions {
  /** frame files, `file.h5::/path` for a dataset of one */
  readonly files: readonly string[];
  /** a PONI or .geom file, or a Geometry; absent: the frames' own */
  readonly geometry?: string | Geometry;
  /** mask file; nonzero is masked; united with the frames' own mask and the detector's gaps */
  readonly mask?: string;
  /** dark field, counts, subtracted */
  readonly dark?: string;
  /** flat field, relative, divided by */
  readonly flat?: string;
  /** settings; what is left out has its default */
  readonly settings?: Partial<PlanSettings>;
  readonly engine?: EngineName;
  /** frames that are worked on at the same time; default: one per processor, as many as there are frames */
  readonly jobs?: number;
  /** opens one of `files`; default: by what the file holds */
  readonly open?: Open;
}

/** The error for a frame whose bytes are damaged, or which the engine lost; `label` names it. */
export function undecodable(cause: unknown, label: string): BraggsieveError {
  if (cause instanceof InputError) return cause;
  if (cause instanceof DeviceError) {
    return new DeviceError(`${label}: the engine lost this frame: ${cause.message}; take another engine`, { cause });
  }
  const remedy = "the file is corrupt: copy it again";
  return new InputError(`cannot be decoded: ${messageOf(cause)}`, { file: label, remedy }, { cause });
}

/** Everything that a run needs, ready. */
export interface Experiment {
  readonly series: FrameSeries;
  readonly engine: Engine;
  /** plans that work on frames side by side; on their way, so that files can be opened and begun meanwhile */
  readonly pool: Promise<PlanPool>;
  readonly geometry: Geometry;
  readonly info: FrameInfo;
  /** union of all masks, nonzero = masked; absent: none */
  readonly mask?: Uint8Array;
  readonly settings: PlanSettings;
  /** Everything that decides the results, as plain data; looks through the mask, for whoever needs it. */
  identity(): Readonly<Record<string, unknown>>;
  /** what the user should know: parts of a geometry file that were not used */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

/** Largest finite float32: infinities in a frame are as little counts as NaN, and would spoil their ring. */
const FLOAT_MAX = 2 ** 128 - 2 ** 104;

const RANGES: Readonly<Record<PixelType, readonly [number, number]>> = {
  uint8: [0, 2 ** 8 - 1],
  uint16: [0, 2 ** 16 - 1],
  uint32: [0, 2 ** 32 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  float32: [-FLOAT_MAX, FLOAT_MAX],
};

/** The values that are counts for the type, the file and the geometry alike; undefined when all of the type are. */
function validRange(info: FrameInfo, geometry: LoadedGeometry): readonly [number, number] | undefined {
  const counts = geometry.detector !== undefined && countsPhotons(geometry.detector);
  const limits = [info.valid, geometry.valid, counts ? [0, Infinity] as const : undefined]
    .filter((range) => range !== undefined);
  if (limits.length === 0 && info.type !== "float32") return undefined;
  const [least, most] = RANGES[info.type];
  return [Math.max(least, ...limits.map(([low]) => low)), Math.min(most, ...limits.map(([, high]) => high))];
}

function checkShape(geometry: Geometry, info: FrameInfo, name: string, frames: string): void {
  const { shape } = geometry;
  if (!shape || (shape[0] === info.shape[0] && shape[1] === info.shape[1])) return;
  throw new InputError(
    `describes a detector of ${shape.join(" × ")} pixels, the frames of ${frames} have ${info.shape.join(" × ")}`,
    { file: name, remedy: "give the geometry of this detector" },
  );
}

/**
 * The pixels that frames mark as none, as NXmx bits: −1 or the largest unsigned value a gap (1), below −1 a defect (2).
 * Detectors mark the same pixels in every frame, and a mask keeps them marked in outputs, where single frames' marks
 * would be lost. A saturated pixel may have the value of a gap: what the first frame of a stack marks must be marked by
 * the last one too.
 */
async function markedPixels(series: FrameSeries, valid: readonly [number, number]): Promise<Uint8Array | undefined> {
  const source = series.firstSource;
  if (!source || valid[0] < 0) return undefined;
  const { shape, type } = source.info;
  const frameAt = async <R>(index: number, look: (frame: EncodedFrame) => R): Promise<R> => {
    const frame = await source.read(index);
    try {
      return look(frame);
    } catch (error) {
      throw undecodable(error, source.label(index));
    }
  };
  const marks = await frameAt(0, (frame) => frameMarks(frame, type, shape[0] * shape[1]));
  if (!marks) return undefined;
  const last = source.frameCount - 1;
  if (last > 0) await frameAt(last, (frame) => keepCommonMarks(marks, frame, type));
  return countMasked(marks) > 0 ? marks : undefined;
}

async function geometryFor(options: RunOptions, series: FrameSeries): Promise<LoadedGeometry> {
  const own = series.info.geometry;
  const file = series.names[0];
  if (options.geometry === undefined) {
    if (own) return own;
    throw new UsageError(
      `no geometry is given and ${file} holds none that is complete: add -p with a PONI or .geom file`,
    );
  }
  const given: LoadedGeometry = typeof options.geometry === "string"
    ? await loadGeometry(options.geometry)
    : options.geometry;
  checkShape(given, series.info, typeof options.geometry === "string" ? options.geometry : "the geometry", file);
  return given.wavelength === undefined && own?.wavelength !== undefined
    ? { ...given, wavelength: own.wavelength }
    : given;
}

function checkUnit(geometry: Geometry, settings: PlanSettings, options: RunOptions, file: string): void {
  if (!settings.unit.startsWith("q_") || geometry.wavelength !== undefined) return;
  throw new InputError(`has no wavelength, which ${settings.unit} needs`, {
    file: typeof options.geometry === "string" ? options.geometry : file,
    remedy: "add it, or use --unit 2th_deg or r_m",
  });
}

/** The plans; what cannot be planned, for instance with every pixel masked, is told with the frames' file. */
async function planFor(engine: Engine, input: PlanInput, series: FrameSeries, jobs: number): Promise<PlanPool> {
  try {
    return await engine.planPool(input, jobs);
  } catch (cause) {
    throw new InputError(`its frames cannot be reduced: ${messageOf(cause)}`, {
      file: series.names[0],
      remedy: "check the geometry, the mask, and the dark and flat field that go with them",
    }, { cause });
  }
}

/**
 * Opens the first file, reads geometry, mask and corrections, and begins to make the plan. Throws InputError for files
 * that do not fit the frames, UsageError for settings that cannot be meant.
 */
export async function prepare(options: RunOptions): Promise<Experiment> {
  const complete = completeSettings(options.settings ?? {});
  // First: masks in the files are unpacked by it too.
  const engine = await createEngine(options.engine ?? "auto");
  const { files, open, jobs } = options;
  const many = engine.startAhead && !open && (files.length > 1 || await mayHoldMany(files[0]));
  return await withThreads(
    engine,
    "plans",
    jobs,
    many ? Infinity : 1,
    () => prepareWith(engine, options, complete),
  );
}

async function prepareWith(engine: Engine, options: RunOptions, complete: PlanSettings): Promise<Experiment> {
  const series = await FrameSeries.open(options.files, {
    checkGeometry: options.geometry === undefined,
    ...(options.open ? { open: options.open } : {}),
  });
  try {
    const { info } = series;
    const geometry = await geometryFor(options, series);
    const settings = complete.dummy === undefined && geometry.dummy !== undefined
      ? { ...complete, dummy: geometry.dummy }
      : complete;
    checkUnit(geometry, settings, options, options.files[0]);
    const field = async (spec: string | undefined, what: "dark" | "flat") =>
      spec === undefined ? undefined : await readField(spec, info.shape, what);
    const user = options.mask === undefined ? undefined : await readMask(options.mask, info.shape);
    const valid = validRange(info, geometry);
    const marked = info.mask ?? await markedPixels(series, valid ?? RANGES[info.type]);
    // What was read for this run alone may be written to.
    const mask = typeof options.geometry === "string"
      ? uniteMasks([marked, user], geometry.mask)
      : uniteMasks([marked, user, geometry.mask]);
    const [dark, flat] = [await field(options.dark, "dark"), await field(options.flat, "flat")];
    const maps = { ...(mask ? { mask } : {}), ...(dark ? { dark } : {}), ...(flat ? { flat } : {}) };
    const { shape, type } = info;
    // Its mask is part of the other one: plans get no map twice.
    const plain = { ...geometry, mask: undefined, notes: undefined };
    const input = { geometry: plain, shape, type, settings, ...(valid ? { valid } : {}), ...maps };
    const pool = planFor(engine, input, series, jobsFor(options.jobs, series.expectedFrames));
    // Whoever waits for it hears of a failure.
    pool.catch(() => {});
    // While the plan is made.
    const inputs = await factsOfFiles(inputsOf(options));
    return {
      series,
      engine,
      pool,
      geometry,
      info,
      settings,
      identity: () => ({ inputs, shape, type, settings, geometry: plain, mask: mask && crc32(mask) }),
      notes: geometry.notes ?? [],
      ...(mask ? { mask } : {}),
      close: async () => {
        await pool.then((made) => made.close(), () => {});
        await series.close();
      },
    };
  } catch (error) {
    await series.close();
    throw error;
  }
}
