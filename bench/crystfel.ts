/** CrystFEL's peakfinder8 by CrystFEL itself, without indexing, one process, with its own timing. */
import { messageOf } from "../ts/errors.ts";
import type { Bench } from "./bench.ts";
import type { Peer } from "./compare.ts";
import { python } from "./peers.ts";
import { output } from "./program.ts";

const NAME = "CrystFEL's peakfinder8 (its own profile)";
const PEAKFINDER8 =
  "--peaks=peakfinder8 --threshold=20 --min-snr=6 --min-pix-count=3 --min-res=50 --max-res=1600 --local-bg-radius=4";

/** Milliseconds of peak search per frame, as indexamajig's profile tells them. Never throws: a peer may be missing. */
export async function peakfinder8({ input, folder, versions }: Bench): Promise<Peer> {
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
    const common = ["-i", "events.lst", "-g", "pf8.geom", "-j", "1", "--indexing=none", "--profile"];
    const search = async () => {
      const profile = await run("indexamajig", ...common, "-o", "pf8.stream", ...PEAKFINDER8.split(" "));
      const times = [...profile.matchAll(/peak-search\s+([\d.e+-]+)/g)].map((match) => Number(match[1]) * 1e3);
      if (times.length === 0) throw new Error("indexamajig told no time of a peak search");
      return times.reduce((sum, ms) => sum + ms, 0) / times.length;
    };
    return { name: NAME, run: search };
  } catch (error) {
    return { name: NAME, reason: messageOf(error) };
  }
}

/** Where hdf5plugin keeps its filters, for CrystFEL's libhdf5. */
async function pluginPath(): Promise<Record<string, string>> {
  const path = await output(python(), ["-c", "import hdf5plugin; print(hdf5plugin.PLUGIN_PATH)"]);
  return { HDF5_PLUGIN_PATH: path.trim() };
}
