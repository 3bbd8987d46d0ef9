/** Which frames CrystFEL indexes from our peaks: all frames, also those that a veto would drop. */
import { join } from "node:path";
import { openStream } from "../../ts/io/stream/read.ts";
import { findPeaks } from "../../ts/pipeline/peaks.ts";
import { crystfel } from "../../ts/interop/clients.ts";
import { SIMULATED_CELL } from "../simulated_cell.ts";
import type { Part } from "./series.ts";

/** How indexamajig is called, but for the files. */
export const INDEXING = "--peaks=cxi --indexing=xgandalf --xgandalf-fast-execution --no-retry -j 2";

/** Whether each frame of a part is indexed; the stream of an earlier run is read again. Throws when CrystFEL is not there or fails. */
export async function indexed(folder: string, { file, poni, photons, hits }: Part): Promise<boolean[]> {
  const name = `photons${photons}`;
  const [cxi, geom] = [`${name}.cxi`, `${name}.geom`];
  await findPeaks({
    files: [file],
    geometry: poni,
    output: join(folder, cxi),
    geom: join(folder, geom),
    force: true,
  });
  await Deno.writeTextFile(join(folder, "crystal.cell"), SIMULATED_CELL);
  await Deno.writeTextFile(
    join(folder, `${name}.lst`),
    hits.map((_, index) => `${join(folder, cxi)} //${index}\n`).join(""),
  );
  const stream = join(folder, `${name}_${hits.length}.stream`);
  if (!await Deno.stat(stream).then(() => true, () => false)) {
    const words = ["-i", `${name}.lst`, "-g", geom, "-p", "crystal.cell", "-o", "unfinished.stream"];
    await crystfel.run(folder, "indexamajig", ...words, ...INDEXING.split(" "));
    await Deno.rename(join(folder, "unfinished.stream"), stream);
  }
  const found = hits.map(() => false);
  for await (const { index, crystals } of await openStream(stream)) {
    if (index !== undefined && index < found.length) found[index] = crystals.length > 0;
  }
  return found;
}
