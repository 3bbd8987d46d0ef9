/** The chunk codec: bitshuffle and LZ4, both ways. */
import type { Stage } from "./stage.ts";

export const decode: Stage = {
  name: "decode",
  way: "analysis",
  moves: "chunk read, frame written",
  bytes: ({ chunk, frame }) => chunk + frame,
  run: ({ coder }, { chunk }) => coder.decode(chunk),
};

/** What was rebuilt last, as a chunk. */
export const encode: Stage = {
  name: "encode",
  way: "rebuild",
  moves: "frame read, chunk written",
  bytes: ({ chunk, frame }) => frame + chunk,
  run: ({ densifier }) => densifier.encode(),
};
