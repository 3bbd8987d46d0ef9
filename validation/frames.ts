/** Real frames for the program that computes: decoded, in a folder as `core-rs/validation/src/inputs.rs` reads it. */
import { join } from "node:path";
import { DEFAULT_SETTINGS, type PlanInput, type PlanSettings } from "../ts/engine/engine.ts";
import { planOptions } from "../ts/engine/options.ts";
import { bytesOfPixels } from "../ts/engine/pixel_arrays.ts";
import { wasmEngine } from "../ts/engine/wasm.ts";
import { loadGeometry } from "../ts/geometry/load.ts";
import { openFrames } from "../ts/io/open.ts";
import { dataPath } from "../ts/testing.ts";
import { Absent } from "./section.ts";

/** Paths of files of a data set. Throws Absent, naming the set and the files that are not there. */
export function dataFiles(set: string, ...names: string[]): string[] {
  const paths = names.map(dataPath);
  const absent = paths.filter((path) => !exists(path));
  if (absent.length > 0) {
    throw new Absent(`the data set ${set}`, `no ${absent.join(", ")}; deno task data says what there should be`);
  }
  return paths;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Corrections that make norms unequal. */
export const CORRECTED: Partial<PlanSettings> = { solidAngle: true, polarizationFactor: 0.99 };

/** Writes options, mask and frames into a folder of its own in `folder` and gives its path. */
export async function handOver(folder: string, input: PlanInput, frames: readonly Uint8Array[]): Promise<string> {
  const own = await Deno.makeTempDir({ dir: folder });
  const pixels = input.shape[0] * input.shape[1];
  await Deno.writeTextFile(join(own, "options.txt"), planOptions(input));
  await Deno.writeFile(join(own, "mask.raw"), input.mask ?? new Uint8Array(pixels));
  const file = await Deno.open(join(own, "frames.raw"), { write: true, create: true });
  const writer = file.writable.getWriter();
  for (const frame of frames) await writer.write(frame);
  await writer.close();
  return own;
}

/** The first `count` thaumatin frames (Pilatus 6M, uint32), handed over. Throws Absent. */
export async function thaumatin(folder: string, count: number, settings = CORRECTED): Promise<string> {
  const [stack, poni] = dataFiles("thaumatin", "thaumatin/thaumatin_bslz4.h5", "thaumatin/thaumatin.poni");
  const frames = await openFrames(stack);
  try {
    const geometry = await loadGeometry(poni);
    const input = { ...frames.info, geometry, settings: { ...DEFAULT_SETTINGS, ...settings } };
    const plan = wasmEngine.plan(input);
    const pixels: Uint8Array[] = [];
    for (let i = 0; i < Math.min(count, frames.frameCount); i++) {
      plan.load(await frames.read(i));
      pixels.push(bytesOfPixels(plan.frame()).slice());
    }
    plan.close();
    return await handOver(folder, input, pixels);
  } finally {
    frames.close();
  }
}
