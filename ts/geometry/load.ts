/** Reads a geometry file, PONI or CrystFEL .geom, chosen by its content. */
import { InputError } from "../errors.ts";
import { readText } from "../io/bytes.ts";
import { isGeom, type LoadedGeometry, parseGeom } from "./geom.ts";
import { isPoni, parsePoni } from "./poni.ts";

export { type BeamCentre, geometryFromBeamCentre } from "./beam.ts";
export type { LoadedGeometry } from "./geom.ts";

/** The geometry in a PONI or .geom file. Throws InputError naming the file when it is neither, or cannot be used. */
export async function loadGeometry(path: string): Promise<LoadedGeometry> {
  const text = await readText(path);
  if (isPoni(text)) return parsePoni(text, path);
  if (isGeom(text)) return parseGeom(text, path);
  throw new InputError("is neither a PONI file nor a CrystFEL .geom file", {
    file: path,
    remedy: "give one that pyFAI-calib2 or CrystFEL wrote",
  });
}
