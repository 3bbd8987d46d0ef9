/** The frames that are compared: the original ones, and those rebuilt from sparse files by two ways to densify. */
import { basename, dirname, join } from "node:path";
import { fabio } from "../../ts/interop/clients.ts";
import { openFrames } from "../../ts/io/open.ts";
import { densify } from "../../ts/pipeline/densify.ts";

/** `braggsieve densify` with its defaults, and `densify_Bragg` of FabIO with its own, the published Gaussian noise. */
export type Way = "braggsieve" | "densify_Bragg";

/** One set of frames; without a cut-off the original ones. */
export interface Variant {
  readonly name: string;
  /** of sparsify's pick, σ */
  readonly cutoff?: number;
  readonly way?: Way;
}

/** The original and, for each cut-off, its frames rebuilt by each way. */
export function variantsOf(cutoffs: readonly number[]): Variant[] {
  const ways: readonly Way[] = ["braggsieve", "densify_Bragg"];
  const name = (cutoff: number, way: Way) => `${way}_${cutoff.toFixed(1)}`;
  return [
    { name: "dense" },
    ...ways.flatMap((way) => cutoffs.map((cutoff) => ({ name: name(cutoff, way), cutoff, way }))),
  ];
}

/** Where frames lie in the HDF5 file that each way writes. */
export const DATASET = {
  "dense": "/entry/data/data",
  "braggsieve": "/entry/data/data",
  "densify_Bragg": "/entry_0000/instrument/detector/data",
} as const satisfies Record<Way | "dense", string>;

/** Rebuilds all `count` frames of a sparse file to exactly `path`. Throws when that fails. */
export async function rebuild(sparse: string, way: Way, count: number, path: string): Promise<void> {
  if (way === "braggsieve") {
    await densify({ file: sparse, output: path, force: true });
  } else {
    // It takes a name for its output only with the input's in it, and ends well after an error of HDF5: the frames tell.
    const [folder, name] = [dirname(path), basename(path)];
    await fabio.run(folder, "-m", "fabio.app.densify", "-o", `{basename}_${name}`, sparse);
    await Deno.rename(join(folder, `${basename(sparse, ".h5")}_${name}`), path);
  }
  const frames = await openFrames(`${path}::${DATASET[way]}`);
  try {
    if (frames.frameCount !== count) throw new Error(`${way} rebuilt ${frames.frameCount} of ${count} frames`);
  } finally {
    frames.close();
  }
}
