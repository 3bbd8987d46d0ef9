/**
 * Reads CrystFEL's streams: peaks, lattices and predicted reflections of each frame, one frame in memory at a time.
 * Source: the format as indexamajig(1) describes it and as its streams have it.
 */
import { InputError, messageOf } from "../../errors.ts";
import { StreamParser } from "./parser.ts";
import type { StreamFrame, StreamHead } from "./types.ts";

/** Longer lines are in no stream. */
const LONGEST = 2 ** 20;

/** A stream that is open. */
export interface StreamReader extends AsyncIterable<StreamFrame> {
  readonly head: StreamHead;
}

/**
 * Opens a stream and reads its head. Its frames may be run through once, in the order of the file, which is the order in
 * which they were finished. Throws InputError naming file and line, while frames are read too.
 */
export async function openStream(path: string): Promise<StreamReader> {
  const parser = new StreamParser();
  const frames = framesOf(path, parser);
  // Up to the first frame, or the end: the head is complete then.
  const first = await frames.next();
  return {
    head: parser.head,
    async *[Symbol.asyncIterator]() {
      if (first.done) return;
      yield first.value;
      yield* frames;
    },
  };
}

async function* framesOf(path: string, parser: StreamParser): AsyncGenerator<StreamFrame, void, void> {
  const fail = (cause: unknown, place?: string): InputError =>
    cause instanceof InputError ? cause : new InputError(messageOf(cause), {
      file: path,
      ...(place === undefined ? {} : { place }),
      remedy: "give a stream that CrystFEL's indexamajig wrote",
    }, { cause });
  const take = (line: string): StreamFrame | undefined => {
    try {
      return parser.line(line.endsWith("\r") ? line.slice(0, -1) : line);
    } catch (cause) {
      throw fail(cause, `line ${parser.lines}`);
    }
  };
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw fail(cause instanceof Deno.errors.NotFound ? new Error("there is no such file") : cause);
  }
  let rest = "";
  for await (const part of file.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    if (rest.length > LONGEST) throw fail(new Error("has a line without end"), `line ${parser.lines + 1}`);
    for (const line of lines) {
      const frame = take(line);
      if (frame) yield frame;
    }
  }
  if (rest !== "") {
    const frame = take(rest);
    if (frame) yield frame;
  }
  try {
    parser.finish();
  } catch (cause) {
    throw fail(cause, `line ${parser.lines}`);
  }
}
