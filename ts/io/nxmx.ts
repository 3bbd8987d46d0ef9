/**
 * The instrument part of an NXmx file: what dxtbx, neggia (XDS), CrystFEL and h5py scripts look for beside the frames.
 * Source: the NXmx application definition and NXdetector, NXdetector_module, NXbeam base classes
 * (https://manual.nexusformat.org), and the Dectris names that neggia reads under `detectorSpecific`.
 */
import { encodeMask } from "../engine/packing.ts";
import { directBeam } from "../geometry/beam.ts";
import type { Geometry } from "../geometry/geometry.ts";
import { rotationColumns, type Vector } from "../geometry/rotation.ts";
import type { DetectorFacts, PixelType } from "./frame.ts";
import type { H5Writer } from "./hdf5/h5.ts";

/** What is known of the experiment that frames came from. */
export interface ExperimentFacts {
  readonly geometry?: Geometry;
  /** [slow, fast] in pixels */
  readonly shape: readonly [number, number];
  readonly type: PixelType;
  readonly detector?: DetectorFacts;
  /** one element per pixel: 1 = masked, or the bit field of NXmx `pixel_mask` as Uint32Array */
  readonly mask?: Uint8Array | Uint32Array;
}

/** Sensor that is written when the input names none: dxtbx opens no file without one. Said in an attribute. */
const ASSUMED_SENSOR = { material: "Si", thickness: 450e-6 };
const ASSUMED = { comment: "assumed: the input does not tell" };

/** Largest and smallest count of each integer type that is a measured value; the extremes mark masked pixels. */
const COUNT_RANGE: Record<PixelType, readonly [number, number] | undefined> = {
  uint8: [0, 2 ** 8 - 2],
  uint16: [0, 2 ** 16 - 2],
  uint32: [0, 2 ** 32 - 2],
  int16: [0, 2 ** 15 - 1],
  int32: [0, 2 ** 31 - 1],
  float32: undefined,
};

/** The value that masked pixels have in dense frames: 2ⁿ−1 for unsigned types, −1 for signed ones, NaN for float. */
export function defaultDummy(type: PixelType): number {
  if (type === "float32") return NaN;
  return type.startsWith("u") ? 2 ** (8 * bytesPerPixel(type)) - 1 : -1;
}

/** Size of a pixel in bytes. */
export function bytesPerPixel(type: PixelType): 1 | 2 | 4 {
  return type === "uint8" ? 1 : type.endsWith("16") ? 2 : 4;
}

/** Writes `definition`, times, `sample`, `source` and the `instrument` group of an NXmx entry (an absolute path). */
export function writeExperiment(h5: H5Writer, entry: string, facts: ExperimentFacts): void {
  h5.scalar(`${entry}/definition`, "NXmx");
  h5.group(`${entry}/sample`, { NX_class: "NXsample" });
  h5.scalar(`${entry}/sample/name`, "unknown");
  // A still: no goniometer moved during the exposure.
  h5.scalar(`${entry}/sample/depends_on`, ".");
  h5.group(`${entry}/source`, { NX_class: "NXsource" });
  h5.scalar(`${entry}/source/name`, "unknown");
  writeInstrument(h5, `${entry}/instrument`, facts);
}

/** Writes an NXinstrument with its detector and beam at `path`. */
export function writeInstrument(h5: H5Writer, path: string, facts: ExperimentFacts): void {
  h5.group(path, { NX_class: "NXinstrument" });
  h5.scalar(`${path}/name`, "unknown");
  h5.group(`${path}/beam`, { NX_class: "NXbeam" });
  const wavelength = facts.geometry?.wavelength;
  if (wavelength !== undefined) {
    h5.scalar(`${path}/beam/incident_wavelength`, wavelength * 1e10, real("angstrom"));
  }
  const detector = `${path}/detector`;
  h5.group(detector, { NX_class: "NXdetector" });
  writeSensor(h5, detector, facts);
  if (facts.mask) writeMask(h5, detector, facts.mask, facts.shape);
  if (facts.geometry) writePosition(h5, detector, facts.geometry, facts.shape);
}

const real = (units: string) => ({ type: "float64" as const, attributes: { units } });

function writeSensor(h5: H5Writer, path: string, facts: ExperimentFacts): void {
  const { detector = {}, shape, type } = facts;
  const text = (name: string, value: string, attributes = {}) => h5.scalar(`${path}/${name}`, value, { attributes });
  const whole = (name: string, value: number) => h5.scalar(`${path}/${name}`, value, { type: "int64" });
  const { sensorMaterial: material, sensorThickness: thickness } = detector;
  text("description", detector.description ?? facts.geometry?.detector ?? "unknown");
  text("sensor_material", material ?? ASSUMED_SENSOR.material, material === undefined ? ASSUMED : {});
  h5.scalar(`${path}/sensor_thickness`, thickness ?? ASSUMED_SENSOR.thickness, {
    type: "float64",
    attributes: { units: "m", ...(thickness === undefined ? ASSUMED : {}) },
  });
  const range = COUNT_RANGE[type];
  if (range) whole("underload_value", range[0]);
  const saturation = detector.saturationValue ?? range?.[1];
  if (saturation !== undefined) whole("saturation_value", Math.floor(saturation));
  whole("bit_depth_image", 8 * bytesPerPixel(type));
  whole("bit_depth_readout", 8 * bytesPerPixel(type));
  if (detector.exposureTime !== undefined) {
    h5.scalar(`${path}/count_time`, detector.exposureTime, real("s"));
    h5.scalar(`${path}/frame_time`, detector.exposureTime, real("s"));
  }
  const specific = `${path}/detectorSpecific`;
  h5.group(specific, { NX_class: "NXcollection" });
  h5.scalar(`${specific}/x_pixels_in_detector`, shape[1], { type: "uint32" });
  h5.scalar(`${specific}/y_pixels_in_detector`, shape[0], { type: "uint32" });
}

/** The mask itself lies where Dectris files have it, because neggia's own HDF5 reader looks there. */
function writeMask(h5: H5Writer, path: string, mask: Uint8Array | Uint32Array, shape: readonly [number, number]): void {
  const place = `${path}/detectorSpecific/pixel_mask`;
  if (mask instanceof Uint8Array) {
    // Packed as uint32, which NXmx wants, without an array of these.
    const [slow, fast] = shape;
    const stack = h5.chunkStack(place, "uint32", [fast], { encoding: "bitshuffle-lz4", chunk: shape });
    stack.appendChunk(encodeMask(mask));
    stack.finish(slow);
  } else {
    h5.array(place, mask, shape, { filter: "bitshuffle-lz4", chunks: shape });
  }
  h5.softLink(`${path}/pixel_mask`, `${path}/detectorSpecific/pixel_mask`);
}

function writePosition(h5: H5Writer, path: string, geometry: Geometry, shape: readonly [number, number]): void {
  const beam = directBeam(geometry, shape);
  for (const name of ["distance", "detector_distance"]) h5.scalar(`${path}/${name}`, beam.distance, real("m"));
  h5.scalar(`${path}/beam_center_x`, beam.x, real("pixel"));
  h5.scalar(`${path}/beam_center_y`, beam.y, real("pixel"));
  h5.scalar(`${path}/x_pixel_size`, geometry.pixel2, real("m"));
  h5.scalar(`${path}/y_pixel_size`, geometry.pixel1, real("m"));
  h5.scalar(`${path}/depends_on`, `${path}/transformations/translation`);
  h5.group(`${path}/transformations`, { NX_class: "NXtransformations" });
  h5.scalar(`${path}/transformations/translation`, beam.distance, {
    type: "float64",
    attributes: { ...axis([0, 0, 1], "."), units: "m" },
  });
  writeModule(h5, path, geometry, shape, beam.distance);
}

/** Attributes of a translation along `vector`. */
function axis(vector: readonly number[], dependsOn: string) {
  return { transformation_type: "translation", vector, offset: [0, 0, 0], depends_on: dependsOn };
}

function writeModule(
  h5: H5Writer,
  path: string,
  geometry: Geometry,
  shape: readonly [number, number],
  distance: number,
): void {
  const { corner, slow, fast } = moduleAxes(geometry, shape);
  const module = `${path}/module`;
  const offset = [corner[0], corner[1], corner[2] - distance];
  const length = Math.hypot(...offset);
  const write = (name: string, value: number, vector: readonly number[], dependsOn: string) =>
    h5.scalar(`${module}/${name}`, value, {
      type: "float64",
      attributes: { ...axis(vector, dependsOn), units: "m" },
    });
  h5.group(module, { NX_class: "NXdetector_module" });
  h5.array(`${module}/data_origin`, Int32Array.of(0, 0), [2]);
  h5.array(`${module}/data_size`, Int32Array.from(shape), [2]);
  const direction = length > 0 ? offset.map((x) => x / length) : [1, 0, 0];
  write("module_offset", length, direction, `${path}/transformations/translation`);
  write("fast_pixel_direction", geometry.pixel2, fast, `${module}/module_offset`);
  write("slow_pixel_direction", geometry.pixel1, slow, `${module}/module_offset`);
}

/**
 * Outer corner of the first stored pixel (m) and the unit vectors of the stored axes, in NeXus (McStas) axes: x to the
 * left seen along the beam, y up, z along the beam. PONI axis 1 goes down and axis 2 right here, as rows and columns
 * of a real detector do; the untilted default has the axes fast = (−1 0 0), slow = (0 −1 0).
 */
export function moduleAxes(
  geometry: Geometry,
  shape: readonly [number, number],
): { corner: Vector; slow: Vector; fast: Vector } {
  const { orientation, pixel1, pixel2, poni1, poni2, distance } = geometry;
  const [slow, fast, normal] = rotationColumns(geometry.rot1, geometry.rot2, geometry.rot3);
  // Orientations 1 and 2 store the rows, 1 and 4 the columns in reverse.
  const reverse = [orientation <= 2, orientation === 1 || orientation === 4];
  const at1 = (reverse[0] ? shape[0] * pixel1 : 0) - poni1;
  const at2 = (reverse[1] ? shape[1] * pixel2 : 0) - poni2;
  // Adding to 0 turns −0, which would show in the file, into 0.
  const nexus = (v: (i: number) => number): Vector => [0 - v(1), 0 - v(0), 0 + v(2)];
  return {
    corner: nexus((i) => slow[i] * at1 + fast[i] * at2 + normal[i] * distance),
    slow: nexus((i) => (reverse[0] ? -1 : 1) * slow[i]),
    fast: nexus((i) => (reverse[1] ? -1 : 1) * fast[i]),
  };
}
