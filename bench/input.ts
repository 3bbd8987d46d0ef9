/** What is measured on: the eight real frames, or, for a smoke run, a few small simulated ones. All of it in memory. */
import { Buffer } from "node:buffer";
import { DEFAULT_SETTINGS, type PlanInput } from "../ts/engine/engine.ts";
import { bytesOfPixels } from "../ts/engine/pixel_arrays.ts";
import { wasmEngine } from "../ts/engine/wasm.ts";
import { loadGeometry } from "../ts/geometry/load.ts";
import type { EncodedFrame, PixelArray } from "../ts/io/frame.ts";
import { openFrames } from "../ts/io/open.ts";
import { simulate } from "../ts/pipeline/simulate.ts";
import { sparsify } from "../ts/pipeline/sparsify.ts";
import { dataPath } from "../ts/testing.ts";

/** The frames and the files they come from. */
export interface Input {
  /** in words */
  readonly title: string;
  readonly stack: string;
  /** path of the frames in `stack` */
  readonly dataset: string;
  readonly poni: string;
  readonly geom: string;
  /** the mask as .npy, for peers */
  readonly maskFile: string;
  /** the frames sparsified at 2 σ */
  readonly sparse: string;
  /** what plans are made from, with the default settings */
  readonly plan: PlanInput & { readonly mask: Uint8Array };
  /** the frames as the file holds them */
  readonly encoded: readonly EncodedFrame[];
  /** the frames decoded */
  readonly pixels: readonly PixelArray[];
}

/** The frames as `raw` ones. */
export function rawFrames(pixels: readonly PixelArray[]): EncodedFrame[] {
  return pixels.map((frame) => ({ encoding: "raw", bytes: bytesOfPixels(frame) }));
}

/** Real frames: needs BRAGGSIEVE_DATA. Throws InputError without. */
export function realInput(folder: string): Promise<Input> {
  const path = (name: string) => dataPath(`thaumatin/${name}`);
  const files = { stack: path("thaumatin_bslz4.h5"), poni: path("thaumatin.poni"), geom: path("thaumatin.geom") };
  return open("thaumatin", files, folder);
}

/** Three simulated frames of a fraction of a megapixel. */
export async function simulatedInput(folder: string): Promise<Input> {
  const stack = `${folder}/simulated.h5`;
  await simulate({ output: stack, frames: 3, settings: { seed: 1 } });
  const files = { stack, poni: `${folder}/simulated.poni`, geom: `${folder}/simulated.geom` };
  return await open("simulated", files, folder);
}

async function open(
  name: string,
  files: Pick<Input, "stack" | "poni" | "geom">,
  folder: string,
): Promise<Input> {
  const frames = await openFrames(files.stack);
  const { info, frameCount } = frames;
  const encoded: EncodedFrame[] = [];
  for (let i = 0; i < frameCount; i++) {
    const { encoding, bytes } = await frames.read(i);
    encoded.push({ encoding, bytes: bytes.slice() });
  }
  const dataset = frames.link!(0).dataset;
  frames.close();
  const mask = info.mask;
  if (!mask) throw new Error(`${files.stack} has no mask for the peers`);
  const geometry = await loadGeometry(files.poni);
  const plan = { ...info, geometry, mask, settings: DEFAULT_SETTINGS };
  const decoder = wasmEngine.plan(plan);
  const pixels = encoded.map((frame) => {
    decoder.load(frame);
    return decoder.frame().slice();
  });
  decoder.close();
  const maskFile = `${folder}/mask.npy`;
  await Deno.writeFile(maskFile, npy(mask, info.shape));
  const sparse = `${folder}/sparse.h5`;
  await sparsify({ files: [files.stack], geometry: files.poni, output: sparse, engine: "wasm" });
  const title = `${frameCount} ${name} frames of ${info.shape.join(" × ")}, ${info.type}`;
  return { title, ...files, dataset, maskFile, sparse, plan, encoded, pixels };
}

/** A mask as a .npy file (NumPy's format 1.0). */
export function npy(mask: Uint8Array, [slow, fast]: readonly [number, number]): Uint8Array {
  const description = `{'descr': '|u1', 'fortran_order': False, 'shape': (${slow}, ${fast}), }`;
  const head = description.padEnd(128 - 10 - 1) + "\n";
  return Buffer.concat([
    Buffer.from([0x93, ..."NUMPY"].map((c) => typeof c === "string" ? c.charCodeAt(0) : c)),
    Buffer.from([1, 0, head.length, 0]),
    Buffer.from(head, "latin1"),
    mask,
  ]);
}
