/** Runs CrystFEL on what this library writes, as a beamline user would; for the tests beside. */
import { join } from "node:path";
import { runPython } from "../io/sink_fixtures.ts";
import { dataPath } from "../testing.ts";

/** Path of a CrystFEL program: in the folder that BRAGGSIEVE_CRYSTFEL names, or on the PATH. */
function program(name: string): string {
  const folder = Deno.env.get("BRAGGSIEVE_CRYSTFEL");
  return folder ? join(folder, name) : name;
}

function found(): boolean {
  try {
    return new Deno.Command(program("indexamajig"), { args: ["--version"], stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
}

/** Whether CrystFEL is there. */
export const hasCrystfel = found();

/** What an indexing run found, frame by frame in the order of the file. */
export interface Indexed {
  /** frames with a crystal */
  readonly frames: number;
  /** peaks that CrystFEL used, per frame */
  readonly peaks: readonly number[];
}

/** The peakfinder8 options with which CrystFEL indexes 7 of the 8 thaumatin frames. */
export const PEAKFINDER8 = [
  ...["--peaks=peakfinder8", "--threshold=20", "--min-snr=6", "--min-pix-count=3"],
  ...["--min-res=50", "--max-res=1600", "--local-bg-radius=4"],
];

/**
 * Indexes the frames of an HDF5 file of thaumatin stills with xgandalf. `head` are lines for the top of the geometry:
 * where data and peaks are; `spoil` changes the geometry, and then the first frame alone is tried. Throws when CrystFEL fails.
 */
export function indexThaumatin(
  file: string,
  head: readonly string[],
  options: readonly string[],
  spoil?: (geometry: string) => string,
): Indexed {
  const folder = Deno.makeTempDirSync();
  try {
    const at = (name: string) => join(folder, name);
    // The masked pixels of the HDF5 file are the largest unsigned value, not a negative one.
    const beam = Deno.readTextFileSync(dataPath("thaumatin/thaumatin.geom")).replace(/^.*flag_lessthan.*$/m, "");
    const dimensions = ["dim0 = %", "dim1 = ss", "dim2 = fs", "flag_morethan = 1000000"];
    const geometry = [...head, ...dimensions, beam].join("\n");
    Deno.writeTextFileSync(at("t.geom"), spoil ? spoil(geometry) : geometry);
    Deno.writeTextFileSync(at("files.lst"), file + "\n");
    const plugins = String(runPython("import hdf5plugin, json; print(json.dumps(hdf5plugin.PLUGIN_PATH))"));
    const run = (name: string, args: readonly string[]) => {
      const env = { HDF5_PLUGIN_PATH: plugins };
      const { success, stderr } = new Deno.Command(program(name), { args: [...args], cwd: folder, env }).outputSync();
      if (!success) throw new Error(`${name}: ${new TextDecoder().decode(stderr).slice(-2000)}`);
    };
    run("list_events", ["-i", "files.lst", "-g", "t.geom", "-o", "events.lst"]);
    // xgandalf tries long when nothing fits.
    if (spoil) Deno.writeTextFileSync(at("events.lst"), Deno.readTextFileSync(at("events.lst")).split("\n")[0] + "\n");
    const cell = dataPath("thaumatin/thaumatin.cell");
    const indexing = [
      "-i",
      "events.lst",
      "-g",
      "t.geom",
      "-o",
      "t.stream",
      "-p",
      cell,
      "--indexing=xgandalf",
      "-j",
      "2",
    ];
    run("indexamajig", [...indexing, ...options]);
    return readStream(Deno.readTextFileSync(at("t.stream")));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Counts of a CrystFEL stream; its chunks come in the order in which they were finished. */
function readStream(text: string): Indexed {
  const peaks: number[] = [];
  let frames = 0;
  for (const chunk of text.split("----- Begin chunk -----").slice(1)) {
    const event = Number(/^Event: \/\/(\d+)$/m.exec(chunk)?.[1]);
    peaks[event] = Number(/^num_peaks = (\d+)$/m.exec(chunk)?.[1]);
    if (/^indexed_by = xgandalf$/m.test(chunk)) frames += 1;
  }
  return { frames, peaks };
}
