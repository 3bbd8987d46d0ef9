/** Until every writer takes encoded chunks: chunk stacks over plain ones, which compress once more by themselves. */
import type { H5Writer } from "./hdf5/h5.ts";
import type { ChunkWriter } from "./packed_stack.ts";

/** The writer, with `chunkStack` added where it has none. */
export function withChunkStacks(h5: H5Writer): H5Writer & ChunkWriter {
  if ("chunkStack" in h5) return h5 as H5Writer & ChunkWriter;
  return Object.assign(bound(h5), {
    chunkStack: (
      path: string,
      type: Parameters<H5Writer["stack"]>[1],
      itemShape: readonly number[],
      options: { chunk: readonly number[]; attributes?: Parameters<H5Writer["attributes"]>[1] },
    ) => {
      const { chunk, attributes } = options;
      const stack = h5.stack(path, type, itemShape, {
        filter: "bitshuffle-lz4",
        chunk,
        ...(attributes ? { attributes } : {}),
      });
      return {
        appendChunk: (_encoded: Uint8Array, plain: Parameters<typeof stack.append>[0]) => stack.append(plain),
        finish: () => {},
      };
    },
  }) as H5Writer & ChunkWriter;
}

/** The methods of a writer on the writer itself, whose fields are private. */
function bound(h5: H5Writer): H5Writer {
  return {
    path: h5.path,
    group: h5.group.bind(h5),
    scalar: h5.scalar.bind(h5),
    array: h5.array.bind(h5),
    stack: h5.stack.bind(h5),
    attributes: h5.attributes.bind(h5),
    softLink: h5.softLink.bind(h5),
    externalLink: h5.externalLink.bind(h5),
    flush: h5.flush.bind(h5),
    close: h5.close.bind(h5),
  };
}
