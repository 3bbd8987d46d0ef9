/** Radial curves of many frames in one file: text (.dat) for people and plotting programs, NXdata for everything else. */
import type { Profile } from "../engine/engine.ts";
import { messageOf, OutputError } from "../errors.ts";
import type { H5Writer } from "../io/hdf5/h5.ts";
import { release, type Sink, withH5 } from "../io/sink.ts";

/** The curves of one frame, before and after sigma clipping. */
export interface FrameProfiles {
  /** the frame's name in messages */
  readonly label: string;
  readonly raw: Profile;
  readonly clipped: Profile;
}

/** Curves on their way into a file, frame by frame. */
export interface ProfileSink extends Sink {
  /** Copies what it needs. */
  append(profiles: FrameProfiles): void;
}

/** What a file of curves says besides them. */
export interface ProfileHeader {
  /** centres of the bins in `unit` */
  readonly radial: Float64Array;
  readonly unit: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly sources: readonly string[];
}

const COLUMNS = ["intensity", "std", "sem", "count"] as const;

function values(profile: Profile): readonly Float64Array[] {
  return [profile.mean, profile.std, profile.sem, profile.count];
}

/** The sink for `name` (.dat, .txt: text; .h5, .hdf5, .nxs: HDF5), writing to `path`. Throws OutputError else. */
export async function createProfiles(path: string, name: string, header: ProfileHeader): Promise<ProfileSink> {
  const extension = name.toLowerCase().replace(/^.*\./, "");
  if (["h5", "hdf5", "nxs"].includes(extension)) return await withH5(path, (h5) => createNexus(h5, header));
  if (["dat", "txt"].includes(extension)) return createText(path, name, header);
  throw new OutputError(`the extension .${extension} says no format`, name, "name a .dat or an .h5 file");
}

function createText(path: string, name: string, header: ProfileHeader): ProfileSink {
  const file = Deno.openSync(path, { write: true, create: true, truncate: true });
  const encoder = new TextEncoder();
  const write = (text: string) => {
    let bytes = encoder.encode(text);
    try {
      while (bytes.length > 0) bytes = bytes.subarray(file.writeSync(bytes));
    } catch (cause) {
      release(file);
      throw new OutputError(`cannot be written: ${messageOf(cause)}`, name, "make room on the disk", { cause });
    }
  };
  write(
    `# azimuthal integration, before and after sigma clipping; radial in ${header.unit}\n` +
      Object.entries(header.settings).map(([key, value]) => `# ${key} = ${value}\n`).join(""),
  );
  let frames = 0;
  return {
    append({ label, raw, clipped }) {
      const columns = [header.radial, ...values(raw), ...values(clipped)];
      const names = ["radial", ...COLUMNS, ...COLUMNS.map((column) => `${column}_clipped`)];
      // gnuplot: two blank lines part data sets
      const lines = [`${frames++ === 0 ? "" : "\n\n"}# frame ${label}`, `# ${names.join(" ")}`];
      for (let bin = 0; bin < header.radial.length; bin++) {
        lines.push(columns.map((column) => String(column[bin])).join(" "));
      }
      write(lines.join("\n") + "\n");
    },
    close: () => file.close(),
    // Closing a file that is closed throws, which `release` expects.
    abort: () => release(file),
  };
}

function createNexus(h5: H5Writer, header: ProfileHeader): ProfileSink {
  h5.group("/", { NX_class: "NXroot", default: "entry", creator: "braggsieve" });
  h5.group("/entry", { NX_class: "NXentry", default: "clipped" });
  h5.group("/entry/process", { NX_class: "NXprocess" });
  h5.scalar("/entry/process/program", "braggsieve");
  h5.group("/entry/process/configuration", { NX_class: "NXnote" });
  h5.scalar("/entry/process/configuration/type", "application/json");
  h5.scalar(
    "/entry/process/configuration/data",
    JSON.stringify({ ...header.settings, sources: header.sources }),
  );
  const bins = header.radial.length;
  const groups = (["raw", "clipped"] as const).map((name) => {
    const group = `/entry/${name}`;
    h5.group(group, { NX_class: "NXdata", signal: "intensity", axes: [".", "radial"] });
    h5.array(`${group}/radial`, header.radial, [bins], { attributes: { units: header.unit.replace(/^[^_]*_/, "") } });
    return COLUMNS.map((column) =>
      h5.stack(`${group}/${column}`, "float64", [bins], { filter: "gzip", chunk: [16, bins] })
    );
  });
  return {
    append({ raw, clipped }) {
      [raw, clipped].forEach((profile, group) => {
        values(profile).forEach((curve, column) => groups[group][column].append(curve));
      });
    },
    close: () => h5.close(),
    abort: () => release(h5),
  };
}
