/** CrystFEL as a validation needs it: frames indexed, and peaks that its peakfinder8 finds. Throws Absent without it. */
import { join } from "node:path";
import { crystfel, fabio } from "../ts/interop/clients.ts";
import { openStream } from "../ts/io/stream/read.ts";
import type { StreamFrame } from "../ts/io/stream/types.ts";
import { Absent } from "./section.ts";

export const PEAKFINDER8 = ["--peaks=peakfinder8", "--min-pix-count=3", "--local-bg-radius=4"];

/** CrystFEL's layout of our HDF5 stacks. */
const LAYOUT = ["data = /entry/data/data", "dim0 = %", "dim1 = ss", "dim2 = fs"];

/** Runs indexamajig on all frames of a stack and gives the frames of its stream. `geom`: a geometry file with or without layout. */
export async function indexamajig(
  folder: string,
  name: string,
  stack: string,
  geom: string,
  options: readonly string[],
): Promise<StreamFrame[]> {
  const absence = crystfel.absence ?? fabio.absence; // Python knows where the HDF5 filters are
  if (absence !== undefined) throw new Absent("CrystFEL", absence);
  const panels = await Deno.readTextFile(geom);
  const layout = panels.includes("dim0") ? "" : LAYOUT.join("\n") + "\n";
  const [geometry, files, events] = [`${name}.geom`, `${name}.files`, `${name}.lst`];
  await Deno.writeTextFile(join(folder, geometry), layout + panels);
  await Deno.writeTextFile(join(folder, files), stack + "\n");
  await crystfel.run(folder, "list_events", "-i", files, "-g", geometry, "-o", events);
  const out = ["-i", events, "-g", geometry, "-o", `${name}.stream`, "-j", "2"];
  await crystfel.run(folder, "indexamajig", ...out, ...options);
  return await Array.fromAsync(await openStream(join(folder, `${name}.stream`)));
}

/** How many frames of a thaumatin stack CrystFEL indexes. */
export async function indexed(
  folder: string,
  name: string,
  stack: string,
  geom: string,
  cell: string,
): Promise<number> {
  const peaks = [...PEAKFINDER8, "--threshold=20", "--min-snr=6", "--min-res=50", "--max-res=1600"];
  const frames = await indexamajig(folder, name, stack, geom, [...peaks, "--indexing=xgandalf", "-p", cell]);
  return frames.filter(({ indexedBy }) => indexedBy !== undefined).length;
}

/** The peaks of frames as lines `frame x y intensity`, positions from the centre of the first pixel. */
export function peakLines(frames: readonly StreamFrame[]): string {
  const lines = frames.flatMap(({ index, file, peaks }) => {
    if (index === undefined || !peaks) throw new Error(`${file}: a frame of the stream has no number or no peaks`);
    // CrystFEL counts from the corner of the first pixel.
    return Array.from(peaks.x, (x, i) => `${index} ${x - 0.5} ${peaks.y[i] - 0.5} ${peaks.intensity[i]}`);
  });
  return lines.join("\n") + "\n";
}
