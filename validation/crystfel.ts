/** CrystFEL as a validation needs it: frames indexed, and peaks that its peakfinder8 finds. Throws Absent without it. */
import { join } from "node:path";
import { crystfel, fabio } from "../ts/interop/clients.ts";
import { parseStream } from "../ts/interop/stream.ts";
import { Absent } from "./section.ts";

export const PEAKFINDER8 = ["--peaks=peakfinder8", "--min-pix-count=3", "--local-bg-radius=4"];

/** CrystFEL's layout of our HDF5 stacks. */
const LAYOUT = ["data = /entry/data/data", "dim0 = %", "dim1 = ss", "dim2 = fs"];

/** Runs indexamajig on all frames of a stack and gives its stream. `geom`: a geometry file with or without layout. */
export async function indexamajig(
  folder: string,
  name: string,
  stack: string,
  geom: string,
  options: readonly string[],
): Promise<string> {
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
  return await Deno.readTextFile(join(folder, `${name}.stream`));
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
  const stream = await indexamajig(folder, name, stack, geom, [...peaks, "--indexing=xgandalf", "-p", cell]);
  return parseStream(stream).filter(({ indexedBy }) => indexedBy !== undefined).length;
}

/** The peaks of a stream as lines `frame x y intensity`, positions from the centre of the first pixel. */
export function streamPeaks(stream: string): string {
  const lines: string[] = [];
  for (const chunk of stream.split("----- Begin chunk -----").slice(1)) {
    const event = /^Event: .*\/\/(\d+)$/m.exec(chunk)?.[1];
    const list = /^Peaks from peak search\n.*\n([^]*?)^End of peak list$/m.exec(chunk)?.[1] ?? "";
    if (event === undefined) throw new Error("a chunk of the stream has no event");
    for (const line of list.split("\n").filter((line) => line.trim())) {
      const [fs, ss, , intensity] = line.trim().split(/\s+/).map(Number);
      // CrystFEL counts from the corner of the first pixel.
      lines.push(`${event} ${fs - 0.5} ${ss - 0.5} ${intensity}`);
    }
  }
  return lines.join("\n") + "\n";
}
