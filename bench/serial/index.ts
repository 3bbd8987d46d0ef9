/** Indexing and integration of a variant's frames by CrystFEL; the peak search is the same for all. */
import { openStream } from "../../ts/io/stream/read.ts";
import { crystfel } from "../../ts/interop/clients.ts";

/** How indexamajig is called, but for the files and -j. CrystFEL's own peak finder: neither densify knows it. */
export const INDEXING = [
  "--peaks=peakfinder8 --threshold=6 --min-snr=4 --min-pix-count=2 --max-pix-count=50",
  "--min-res=15 --max-res=400 --local-bg-radius=4",
  "--indexing=xgandalf --xgandalf-sampling-pitch=0 --xgandalf-grad-desc-iterations=1 --xgandalf-max-peaks=50",
  "--no-retry --int-radius=3,4,6",
].join(" ");

/** Frames to index: those with the numbers `numbers` of a stack. */
export interface Frames {
  /** HDF5 file of the stack; `.geom` of it, and the crystal's unit cell */
  readonly file: string;
  readonly geom: string;
  readonly cell: string;
  readonly numbers: readonly number[];
}

/** Indexes in `processes` processes and writes the stream to exactly `path`. Throws when CrystFEL fails. */
export async function index(folder: string, frames: Frames, processes: number, path: string): Promise<void> {
  const list = `${path}.lst`;
  await Deno.writeTextFile(list, frames.numbers.map((number) => `${frames.file} //${number}\n`).join(""));
  const words = ["-i", list, "-g", frames.geom, "-p", frames.cell, "-o", path, "-j", String(processes)];
  await crystfel.run(folder, "indexamajig", ...words, ...INDEXING.split(" "));
  await Deno.remove(list);
}

/** Whether each of the frames in some streams is indexed. Throws when one is missing. */
export async function indexedFrames(streams: readonly string[], count: number): Promise<boolean[]> {
  const found: (boolean | undefined)[] = Array.from({ length: count });
  for (const stream of streams) {
    for await (const { index, crystals } of await openStream(stream)) {
      if (index !== undefined) found[index] = crystals.length > 0;
    }
  }
  return found.map((indexed, frame) => {
    if (indexed === undefined) throw new Error(`${streams.join(" and ")} have no frame ${frame}`);
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
