/**
 * Dense frames in one NXmx file: `/entry/data/data`, one bitshuffle-LZ4 chunk per frame, with the pixel mask, beam,
 * sensor and detector module where dxtbx, neggia (XDS), CrystFEL and h5py scripts look for them.
 */
import { chunkOf, type FramePixels } from "./frame_chunk.ts";
import type { ChunkPlace, H5ChunkStack, H5Writer } from "./hdf5/h5.ts";
import { type ExperimentFacts, writeExperiment } from "./nxmx.ts";
import { release, type Sink, withH5 } from "./sink.ts";

/** What a dense file says besides its frames. */
export interface DenseHeader extends ExperimentFacts {
  /** the files that the frames come from, as the user named them */
  readonly sources?: readonly string[];
  /** how the frames were made: names and values, kept as JSON in a note */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Frames on their way into a dense file, in order. */
export interface DenseSink extends Sink {
  readonly frameCount: number;
  /**
   * Adds a frame: row-major pixels of the header's type and shape, masked ones already holding the dummy value. Gives the
   * place of its chunk in the file where the library tells it.
   */
  append(frame: FramePixels): ChunkPlace | undefined;
}

/**
 * Creates a dense file at exactly `path` (callers give a temporary name and rename when it is complete).
 * Throws OutputError when it cannot be written.
 */
export async function createDense(path: string, header: DenseHeader): Promise<DenseSink> {
  return await withH5(path, (h5) => new DenseFile(h5, header));
}

/** A dense file that is open for writing; `simulated.ts` adds its truth beside the frames. */
export class DenseFile implements DenseSink {
  readonly #h5: H5Writer;
  readonly #stack: H5ChunkStack;
  readonly #pixels: number;
  #frames = 0;

  constructor(h5: H5Writer, header: DenseHeader) {
    this.#h5 = h5;
    this.#pixels = header.shape[0] * header.shape[1];
    h5.group("/", { NX_class: "NXroot", default: "entry", creator: "braggsieve" });
    h5.group("/entry", { NX_class: "NXentry", default: "data" });
    h5.scalar("/entry/start_time", new Date().toISOString());
    writeExperiment(h5, "/entry", header);
    writeProcess(h5, "/entry/process", header.sources ?? [], header.settings ?? {});
    h5.group("/entry/data", { NX_class: "NXdata", signal: "data" });
    this.#stack = h5.chunkStack("/entry/data/data", header.type, header.shape, {
      encoding: "bitshuffle-lz4",
      chunk: [1, ...header.shape],
      attributes: { units: "counts", interpretation: "image" },
    });
  }

  get frameCount(): number {
    return this.#frames;
  }

  append(frame: FramePixels): ChunkPlace | undefined {
    const chunk = chunkOf(frame, this.#pixels, `frame ${this.#frames}`, this.#h5.path);
    this.#frames += 1;
    return this.#stack.appendChunk(chunk);
  }

  close(): void {
    const specific = "/entry/instrument/detector/detectorSpecific";
    this.#stack.finish(this.#frames);
    this.#h5.attributes("/entry/data/data", { image_nr_low: 1, image_nr_high: this.#frames });
    this.#h5.scalar(`${specific}/nimages`, this.#frames, { type: "uint32" });
    this.#h5.scalar(`${specific}/ntrigger`, 1, { type: "uint32" });
    this.#h5.scalar("/entry/end_time_estimated", new Date().toISOString());
    this.#h5.close();
  }

  abort(): void {
    release(this.#h5);
  }
}

/** Writes an NXprocess at `path`: which program made the file, of which sources, with which settings. */
export function writeProcess(
  h5: H5Writer,
  path: string,
  sources: readonly string[],
  settings: Readonly<Record<string, unknown>>,
): void {
  h5.group(path, { NX_class: "NXprocess" });
  h5.scalar(`${path}/program`, "braggsieve");
  h5.scalar(`${path}/date`, new Date().toISOString());
  h5.scalar(`${path}/sources`, sources.join("\n"));
  h5.group(`${path}/configuration`, { NX_class: "NXnote" });
  h5.scalar(`${path}/configuration/type`, "text/json");
  h5.scalar(`${path}/configuration/data`, JSON.stringify(settings, null, 2));
}
