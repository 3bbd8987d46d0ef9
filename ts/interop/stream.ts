/** Reads what the interop tests need of CrystFEL's stream files (crystfel_geometry(5), indexamajig(1)): frame by frame. */

/** One frame of a stream. */
export interface StreamChunk {
  /** the image file, as indexamajig was given it */
  readonly file: string;
  /** the frame's number in it, from 0; undefined when the file holds one frame */
  readonly event: number | undefined;
  /** peaks that the peak search left for indexing */
  readonly peaks: number;
  /** the indexer that found a lattice; undefined when none did */
  readonly indexedBy: string | undefined;
  /** edges of the unit cells found, in nm */
  readonly cells: readonly (readonly [number, number, number])[];
}

const BEGIN = "----- Begin chunk -----";
const END = "----- End chunk -----";

/** The frames of a stream, in order of file and frame number (a stream has them as they were finished). */
export function parseStream(text: string): StreamChunk[] {
  const parts = text.split(BEGIN).slice(1);
  return parts.map(parseChunk).sort((a, b) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : (a.event ?? 0) - (b.event ?? 0)
  );
}

function parseChunk(part: string): StreamChunk {
  const end = part.indexOf(END);
  if (end < 0) throw new Error("the stream is cut short: a chunk has no end");
  const text = part.slice(0, end);
  const field = (pattern: RegExp) => text.match(pattern)?.[1];
  const file = field(/^Image filename: (.*)$/m);
  const peaks = field(/^num_peaks = (\d+)$/m);
  if (file === undefined || peaks === undefined) throw new Error("a chunk of the stream has no file name or no peaks");
  const event = field(/^Event: .*\/\/(\d+)$/m);
  const indexer = field(/^indexed_by = (\S+)$/m);
  return {
    file,
    event: event === undefined ? undefined : Number(event),
    peaks: Number(peaks),
    indexedBy: indexer === "none" ? undefined : indexer,
    cells: [...text.matchAll(/^Cell parameters (\S+) (\S+) (\S+) nm/gm)].map(([, a, b, c]) =>
      [Number(a), Number(b), Number(c)] as const
    ),
  };
}
