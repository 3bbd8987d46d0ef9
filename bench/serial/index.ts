/** Indexing and integration of a variant's frames by CrystFEL; the peak search is the same for all. */
import { join } from "node:path";
import { openStream } from "../../ts/io/stream/read.ts";
import { crystfel } from "../../ts/interop/clients.ts";

/** How indexamajig is called, but for the files and -j. CrystFEL's own peak finder: neither densify knows it. */
export const INDEXING = [
  "--peaks=peakfinder8 --threshold=6 --min-snr=4 --min-pix-count=2 --max-pix-count=50",
  "--min-res=15 --max-res=400 --local-bg-radius=4",
  "--indexing=xgandalf --xgandalf-sampling-pitch=0 --xgandalf-grad-desc-iterations=1 --xgandalf-max-peaks=50",
  "--no-retry --int-radius=3,4,6",
].join(" ");

/** Frames to index. */
export interface Frames {
  /** HDF5 file of the stack; `.geom` of it, and the crystal's unit cell */
  readonly file: string;
  readonly geom: string;
  readonly cell: string;
  readonly count: number;
}

/** Writes the stream of all frames to exactly `path`. Throws when CrystFEL fails. */
export async function index(folder: string, frames: Frames, path: string): Promise<void> {
  const list = join(folder, "frames.lst");
  await Deno.writeTextFile(list, Array.from({ length: frames.count }, (_, i) => `${frames.file} //${i}\n`).join(""));
  const words = ["-i", list, "-g", frames.geom, "-p", frames.cell, "-o", path];
  await crystfel.run(
    folder,
    "indexamajig",
    ...words,
    ...INDEXING.split(" "),
    "-j",
    String(navigator.hardwareConcurrency),
  );
}

/** Whether each frame of a stream is indexed. Throws when a frame is missing. */
export async function indexedFrames(stream: string, count: number): Promise<boolean[]> {
  const found: (boolean | undefined)[] = Array.from({ length: count });
  for await (const { index, crystals } of await openStream(stream)) {
    if (index !== undefined) found[index] = crystals.length > 0;
  }
  return found.map((indexed, frame) => {
    if (indexed === undefined) throw new Error(`${stream} has no frame ${frame}`);
    return indexed;
  });
}

/** Frames that a variant indexes, and how these differ from those indexed in the original. */
export interface IndexingRate {
  readonly indexed: number;
  /** part of all frames */
  readonly rate: number;
  /** indexed in the original, not here; and the other way round */
  readonly lost: number;
  readonly gained: number;
}

/** Compares what is indexed with what was in the original frames. */
export function indexingRate(found: readonly boolean[], original: readonly boolean[]): IndexingRate {
  const indexed = found.filter(Boolean).length;
  return {
    indexed,
    rate: indexed / found.length,
    lost: original.filter((was, i) => was && !found[i]).length,
    gained: found.filter((is, i) => is && !original[i]).length,
  };
}
