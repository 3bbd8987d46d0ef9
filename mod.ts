/**
 * Braggsieve: Bragg signal separated from background in X-ray diffraction frames.
 *
 * Two levels. A *plan* works on one frame at a time: {@linkcode openFrames} → {@linkcode createEngine} →
 * `engine.plan(…)` → `load`, `clip`, `pick`, `peaks`. The *runs* do what the command line does, from files to a file:
 * {@linkcode sparsify}, {@linkcode densify}, {@linkcode findPeaks}, {@linkcode veto}, {@linkcode integrate}, {@linkcode simulate},
 * {@linkcode describe}. Errors are those of `ts/errors.ts`: one sentence that names file, place and remedy.
 *
 * Needs the permissions to read the inputs and to write the outputs, no others.
 * @module
 */
// Files can be opened before there is an engine.
import "./ts/engine/wasm_packing.ts";

export * from "./ts/errors.ts";

export { createEngine, ENGINE_NAMES } from "./ts/engine/create.ts";
export type { EngineName } from "./ts/engine/create.ts";
export { DEFAULT_SETTINGS, ERROR_MODELS, UNITS } from "./ts/engine/engine.ts";
export type * from "./ts/engine/engine.ts";

export { geometryFromBeamCentre, loadGeometry } from "./ts/geometry/load.ts";
export { detectors, findDetector } from "./ts/geometry/detectors.ts";
export { formatGeom, parseGeom } from "./ts/geometry/geom.ts";
export { formatPoni, parsePoni } from "./ts/geometry/poni.ts";
export type * from "./ts/geometry/geometry.ts";

export { formats, openFrames } from "./ts/io/open.ts";
export { readField, readMask } from "./ts/io/mask.ts";
export { openSparse } from "./ts/io/sparse_read.ts";
export { createSparse } from "./ts/io/sparse.ts";
export { mapsOf } from "./ts/engine/array_maps.ts";
export type { PlanMaps } from "./ts/engine/plan_maps.ts";
export { createDense } from "./ts/io/dense.ts";
export { createCxi } from "./ts/io/cxi.ts";
export { openStream } from "./ts/io/stream/read.ts";
export type { StreamReader } from "./ts/io/stream/read.ts";
export type * from "./ts/io/stream/types.ts";
export { openTruth } from "./ts/io/truth.ts";
export { SimulatedSource, simulationSettings } from "./ts/io/simulated.ts";
export type * from "./ts/io/frame.ts";

export { densify } from "./ts/pipeline/densify.ts";
export { describe } from "./ts/pipeline/info.ts";
export { integrate } from "./ts/pipeline/integrate.ts";
export { findPeaks } from "./ts/pipeline/peaks.ts";
export { simulate } from "./ts/pipeline/simulate.ts";
export { sparsify } from "./ts/pipeline/sparsify.ts";
export { Threshold } from "./ts/pipeline/threshold.ts";
export { veto } from "./ts/pipeline/veto.ts";
export type { RunControl } from "./ts/pipeline/run.ts";
export type { Summary } from "./ts/pipeline/summary.ts";
