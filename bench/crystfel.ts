/** CrystFEL's peakfinder8 by CrystFEL itself, without indexing, one process, with its own timing. */

const PEAKFINDER8 =
  "--peaks=peakfinder8 --threshold=20 --min-snr=6 --min-pix-count=3 --min-res=50 --max-res=1600 --local-bg-radius=4";

/** Milliseconds of peak search per frame, as indexamajig's profile tells them; undefined where it is missing. */
export async function peakfinder8(stack: string, geom: string, folder: string): Promise<number[] | undefined> {
  const bin = `${Deno.env.get("CRYSTFEL") ?? "/opt/crystfel"}/bin`;
  try {
    const layout = "data = /entry/data/data\ndim0 = %\ndim1 = ss\ndim2 = fs\n";
    await Deno.writeTextFile(`${folder}/pf8.geom`, layout + await Deno.readTextFile(geom));
    await Deno.writeTextFile(`${folder}/files.lst`, stack + "\n");
    const run = async (program: string, ...args: string[]) => {
      const env = await pluginPath();
      const command = new Deno.Command(`${bin}/${program}`, { args, cwd: folder, env });
      const { success, stdout, stderr } = await command.output();
      const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      if (!success) throw new Error(text);
      return text;
    };
    await run("list_events", "-i", `${folder}/files.lst`, "-g", "pf8.geom", "-o", "events.lst");
    const common = ["-i", "events.lst", "-g", "pf8.geom", "-j", "1", "--indexing=none", "--profile"];
    const profile = await run("indexamajig", ...common, "-o", "pf8.stream", ...PEAKFINDER8.split(" "));
    return [...profile.matchAll(/peak-search\s+([\d.e+-]+)/g)].map((match) => Number(match[1]) * 1e3);
  } catch (error) {
    console.log(`missing: CrystFEL: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/** Where hdf5plugin keeps its filters, for CrystFEL's libhdf5. */
async function pluginPath(): Promise<Record<string, string>> {
  const python = Deno.env.get("BRAGGSIEVE_PYTHON") ?? "python3";
  const args = ["-c", "import hdf5plugin; print(hdf5plugin.PLUGIN_PATH)"];
  const { stdout } = await new Deno.Command(python, { args }).output();
  return { HDF5_PLUGIN_PATH: new TextDecoder().decode(stdout).trim() };
}
