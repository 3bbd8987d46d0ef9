/** What a sparse file says besides its frames and their plan: where they come from and how they were sparsified. */
import type { PlanSettings } from "../engine/engine.ts";
import type { H5Writer } from "./hdf5/h5.ts";
import { defaultDummy, type ExperimentFacts, writeInstrument } from "./nxmx.ts";
import { REBUILD_SCRIPT } from "./sparse_script.ts";

/** The group of everything. */
export const ENTRY = "/entry_0000";
/** The group of the frames. */
export const DATA = `${ENTRY}/sparse_frames`;

/** What a sparse file says besides its frames and their plan. */
export interface SparseFacts extends ExperimentFacts {
  readonly geometry: NonNullable<ExperimentFacts["geometry"]>;
  /** value of masked pixels in rebuilt frames; default as `defaultDummy` */
  readonly dummy?: number;
  /** how frames were sparsified; the names in the file are pyFAI's */
  readonly settings: PlanSettings;
  /** the files that the frames come from, as the user named them */
  readonly sources?: readonly string[];
}

/** Writes it at the beginning of a file, but for the mask, which is packed like the other maps. */
export function writeHeader(h5: H5Writer, header: SparseFacts): void {
  const now = new Date().toISOString();
  // FabIO recognises the layout by the first word of the creator.
  h5.group("/", { NX_class: "NXroot", default: "entry_0000", creator: "pyFAI layout, written by braggsieve" });
  h5.group(ENTRY, { NX_class: "NXentry", default: "sparse_frames", pyFAI_sparse_frames: DATA });
  h5.scalar(`${ENTRY}/program_name`, "braggsieve");
  h5.scalar(`${ENTRY}/start_time`, now);
  const { mask: _, ...facts } = header;
  writeInstrument(h5, `${ENTRY}/instrument`, facts);
  writeConfiguration(h5, header, now);
  h5.group(DATA, { NX_class: "NXdata", signal: "background_avg", axes: [".", "radius"] });
  const dummy = header.dummy ?? defaultDummy(header.type);
  h5.scalar(`${DATA}/dummy`, dummy, { type: header.type === "float32" ? "float64" : "int64" });
  h5.scalar(`${DATA}/script`, REBUILD_SCRIPT);
}

function writeConfiguration(h5: H5Writer, header: SparseFacts, now: string): void {
  const { geometry, settings } = header;
  const configuration = {
    geometry: {
      poni_version: 2.1,
      dist: geometry.distance,
      poni1: geometry.poni1,
      poni2: geometry.poni2,
      rot1: geometry.rot1,
      rot2: geometry.rot2,
      rot3: geometry.rot3,
      detector: geometry.detector ?? "Detector",
      detector_config: { pixel1: geometry.pixel1, pixel2: geometry.pixel2, orientation: geometry.orientation },
      wavelength: geometry.wavelength ?? null,
    },
    sparsify: {
      dummy: settings.dummy ?? null,
      delta_dummy: settings.deltaDummy ?? null,
      error_model: settings.errorModel,
      cutoff_clip: settings.cutoffClip,
      cycle: settings.cycle,
      noise: settings.noise,
      cutoff_pick: settings.cutoffPick,
      cutoff_peak: settings.cutoffPeak,
      patch_size: settings.patchSize,
      connected: settings.connected,
      bins: settings.bins,
      solidangle: settings.solidAngle,
      polarization_factor: settings.polarizationFactor ?? null,
      unit: settings.unit,
    },
  };
  const path = `${ENTRY}/sparsify`;
  h5.group(path, { NX_class: "NXprocess" });
  h5.scalar(`${path}/program`, "braggsieve");
  h5.scalar(`${path}/date`, now);
  h5.scalar(`${path}/sequence_index`, 1, { type: "int64" });
  h5.scalar(`${path}/sources`, (header.sources ?? []).join("\n"));
  h5.group(`${path}/configuration`, { NX_class: "NXnote" });
  h5.scalar(`${path}/configuration/type`, "text/json");
  h5.scalar(`${path}/configuration/data`, JSON.stringify(configuration, null, 2));
}
