/** Opens frames by what a file holds: CBF (plain, gzip, bzip2) or HDF5. New formats are entries of `formats`. */
import { InputError } from "../errors.ts";
import { readHead } from "./bytes.ts";
import type { FrameSource } from "./frame.ts";
import { isCbf, isHdf5, packing } from "./signatures.ts";

/** One format of frame files. */
export interface FrameFormat {
  /** whether the first bytes of a file (up to 1024) are this format's */
  matches(head: Uint8Array): boolean;
  /** opens `spec`: the path, with `::/dataset` where the user named one */
  open(spec: string): Promise<FrameSource>;
  /** true when a file of this format holds exactly one frame */
  readonly single: boolean;
}

/** The formats that frames are read from, by name; what reads one is loaded when a file of it is opened. */
export const formats: ReadonlyMap<string, FrameFormat> = new Map<string, FrameFormat>([
  ["hdf5", {
    matches: isHdf5,
    open: async (spec) => await (await import("./hdf5/source.ts")).openHdf5(spec),
    single: false,
  }],
  ["cbf", {
    matches: (head) => isCbf(head) || packing(head) !== undefined,
    open: async (path) => await (await import("./cbf.ts")).openCbf(path),
    single: true,
  }],
]);

/** The file part of `file.h5::/dataset`. */
export function filePart(spec: string): string {
  const at = spec.indexOf("::");
  return at < 0 ? spec : spec.slice(0, at);
}

/** The name of the format of a file. Throws InputError when the file is missing, empty or of no known format. */
export async function formatOf(spec: string): Promise<string> {
  const file = filePart(spec);
  const head = await readHead(file, 1024);
  for (const [name, format] of formats) if (format.matches(head)) return name;
  throw new InputError("is no frame file that is known here", {
    file,
    remedy: "give CBF (.cbf, .cbf.gz, .cbf.bz2) or HDF5 files",
  });
}

/** Whether a file is of a format whose files hold many frames; false when it cannot be read. */
export async function mayHoldMany(spec: string): Promise<boolean> {
  const name = await formatOf(spec).catch(() => undefined);
  return name !== undefined && formats.get(name)?.single === false;
}

/** Opens a frame file. Throws InputError naming the file when it cannot be read. */
export async function openFrames(spec: string): Promise<FrameSource> {
  const name = await formatOf(spec);
  const format = formats.get(name);
  if (!format) throw new InputError(`the format ${name} is not known`, { file: spec });
  if (format.single && spec.includes("::")) {
    throw new InputError("only HDF5 files have datasets", { file: filePart(spec), remedy: 'leave "::…" out' });
  }
  return await format.open(spec);
}
