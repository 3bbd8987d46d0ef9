/** Masks, dark and flat fields in the shape of the frames, and the union of masks. */
import { addMask, nonzeroMask, unitedMask } from "../engine/maps.ts";
import { InputError } from "../errors.ts";
import type { Image } from "./image.ts";

type Shape = readonly [number, number];

/** What reads images is loaded when there is one. */
async function readImage(spec: string): Promise<Image> {
  return await (await import("./image.ts")).readImage(spec);
}

function checkShape(image: Image, shape: Shape, file: string, what: string): void {
  if (image.shape[0] === shape[0] && image.shape[1] === shape[1]) return;
  throw new InputError(
    `the ${what} has ${image.shape[0]} × ${image.shape[1]} pixels, the frames have ${shape[0]} × ${shape[1]}`,
    { file, remedy: `give the ${what} of this detector` },
  );
}

/**
 * The mask in an image file: 1 where the image is not zero (NaN too). `shape` is the frames'. Throws InputError naming
 * both shapes when the mask has another one; see `readImage` for the formats.
 */
export async function readMask(spec: string, shape: Shape): Promise<Uint8Array> {
  const image = await readImage(spec);
  checkShape(image, shape, spec, "mask");
  return nonzeroMask(image.data);
}

/** A dark or flat field as float32, in counts per frame or relative. `what` names it in errors ("dark", "flat"). */
export async function readField(spec: string, shape: Shape, what: "dark" | "flat"): Promise<Float32Array> {
  const image = await readImage(spec);
  checkShape(image, shape, spec, `${what} field`);
  const { data } = image;
  if (data instanceof Float32Array) return data;
  if (data instanceof BigUint64Array || data instanceof BigInt64Array) return Float32Array.from(data, Number);
  return new Float32Array(data);
}

/**
 * The pixels that any of the masks excludes (nonzero): an only one itself; undefined when there is none. `own`: one more,
 * which gets the bits of the others.
 */
export function uniteMasks(masks: readonly (Uint8Array | undefined)[], own?: Uint8Array): Uint8Array | undefined {
  const given = masks.filter((mask) => mask !== undefined);
  if (!own) return given.length === 0 ? undefined : given.reduce(unitedMask);
  for (const mask of given) addMask(own, mask);
  return own;
}
