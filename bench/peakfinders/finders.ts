/** Peak finders, each followed by CrystFEL's indexing, on the same frames. */
import { join } from "node:path";
import { openStream } from "../../ts/io/stream/read.ts";
import type { StreamFrame } from "../../ts/io/stream/types.ts";
import { crystfel } from "../../ts/interop/clients.ts";
import { findPeaks } from "../../ts/pipeline/peaks.ts";

/** Frames that peaks are searched in. */
export interface Frames {
  readonly title: string;
  /** one HDF5 stack, its geometry as CrystFEL reads it but for the places of frames and peaks, and its crystal */
  readonly stack: string;
  readonly geometry: string;
  readonly cell: string;
  readonly count: number;
}

/** How CrystFEL is told to index. */
export const INDEXING = {
  "xgandalf": "--indexing=xgandalf",
  "xgandalf, fast": "--indexing=xgandalf --xgandalf-fast-execution --no-retry",
} as const;
export type Indexing = keyof typeof INDEXING;

/** CrystFEL's own finders; the settings are those of the project's other comparisons. */
const OWN = {
  peakfinder8:
    "--peaks=peakfinder8 --threshold=20 --min-snr=6 --min-pix-count=3 --min-res=50 --max-res=1600 --local-bg-radius=4",
  peakfinder9:
    "--peaks=peakfinder9 --min-snr=6 --min-snr-peak-pix=5 --min-snr-biggest-pix=5 --min-sig=4 --min-peak-over-neighbour=5 --local-bg-radius=4",
} as const;

export const FINDERS = ["braggsieve", "peakfinder8", "peakfinder9"] as const;
export type Finder = (typeof FINDERS)[number];

/** The stream of a finder's peaks, indexed. Throws when CrystFEL fails, for instance without the finder. */
export async function indexedPeaks(
  folder: string,
  frames: Frames,
  finder: Finder,
  indexing: Indexing,
): Promise<StreamFrame[]> {
  const name = `${finder} ${indexing}`.replace(/\W+/g, "_");
  const ours = finder === "braggsieve";
  // All of them read the frames, and are given their peaks, through one CXI file: the same pixels, mask and geometry.
  const [cxi, geom] = [join(folder, "frames.cxi"), join(folder, "frames.geom")];
  await findPeaks({ files: [frames.stack], geometry: frames.geometry, output: cxi, geom, force: true });
  const list = Array.from({ length: frames.count }, (_, index) => `${cxi} //${index}\n`).join("");
  await Deno.writeTextFile(join(folder, "frames.lst"), list);
  const search = ours ? "--peaks=cxi" : OWN[finder];
  const words = ["-i", "frames.lst", "-g", geom, "-p", frames.cell, "-o", `${name}.stream`, "-j", "2"];
  await crystfel.run(folder, "indexamajig", ...words, ...search.split(" "), ...INDEXING[indexing].split(" "));
  const found = await Array.fromAsync(await openStream(join(folder, `${name}.stream`)));
  return found.sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
}
