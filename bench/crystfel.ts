/** CrystFEL's peakfinder8 by CrystFEL itself, without indexing: its own timing, and the program from start to end. */
import { messageOf } from "../ts/errors.ts";
import type { Bench } from "./bench.ts";
import type { Peer } from "./compare.ts";
import { machine, milliseconds } from "./machine.ts";
import { output } from "./program.ts";
import { pythonOutput } from "./python.ts";

const PEAKFINDER8 =
  "--peaks=peakfinder8 --threshold=20 --min-snr=6 --min-pix-count=3 --min-res=50 --max-res=1600 --local-bg-radius=4";

/** Milliseconds of peak search per frame by one process, as indexamajig's profile tells them. */
export function peakfinder8(bench: Bench): Promise<Peer> {
  return peer(bench, "CrystFEL's peakfinder8 (its own profile)", async (search) => {
    const profile = await search("-j", "1", "--profile");
    const times = [...profile.matchAll(/peak-search\s+([\d.e+-]+)/g)].map((match) => Number(match[1]) * 1e3);
    if (times.length === 0) throw new Error("indexamajig told no time of a peak search");
    return times.reduce((sum, ms) => sum + ms, 0) / times.length;
  });
}

/** Milliseconds per frame of indexamajig on all cores, from its start to its end. */
export function indexamajig(bench: Bench): Promise<Peer> {
  const name = "CrystFEL's indexamajig --peaks=peakfinder8 --indexing=none";
  const frames = bench.input.pixels.length;
  return peer(bench, name, async (search) => await milliseconds(() => search("-j", String(machine().cores))) / frames);
}

/** A peer that runs indexamajig with further words. Never throws: it may be missing. */
async function peer(
  { input, folder, versions }: Bench,
  name: string,
  time: (search: (...words: string[]) => Promise<string>) => Promise<number>,
): Promise<Peer> {
  const bin = `${Deno.env.get("CRYSTFEL") ?? "/opt/crystfel"}/bin`;
  try {
    const text = await Deno.readTextFile(input.geom);
    const layout = text.includes("dim0") ? "" : `data = ${input.dataset}\ndim0 = %\ndim1 = ss\ndim2 = fs\n`;
    await Deno.writeTextFile(`${folder}/pf8.geom`, layout + text);
    await Deno.writeTextFile(`${folder}/files.lst`, input.stack + "\n");
    const options = { cwd: folder, env: await pluginPath() };
    const run = (program: string, ...args: string[]) => output(`${bin}/${program}`, args, options);
    versions({ CrystFEL: /CrystFEL: (\S+)/.exec(await run("indexamajig", "--version"))?.[1] ?? "unknown" });
    await run("list_events", "-i", "files.lst", "-g", "pf8.geom", "-o", "events.lst");
    const common = ["-i", "events.lst", "-g", "pf8.geom", "--indexing=none", "-o", "pf8.stream"];
    return { name, run: () => time((...words) => run("indexamajig", ...common, ...PEAKFINDER8.split(" "), ...words)) };
  } catch (error) {
    return { name, reason: messageOf(error) };
  }
}

/** Where hdf5plugin keeps its filters, for CrystFEL's libhdf5. */
async function pluginPath(): Promise<Record<string, string>> {
  const path = await pythonOutput(["-c", "import hdf5plugin; print(hdf5plugin.PLUGIN_PATH)"]);
  return { HDF5_PLUGIN_PATH: path.trim() };
}
