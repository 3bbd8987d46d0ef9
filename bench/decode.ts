/** Bitshuffle-LZ4 chunks to pixels on one thread, 16 and 32 bits, against h5py + hdf5plugin and bslz4-to-sparse. */
import { Buffer } from "node:buffer";
import { bytesOfPixels } from "../ts/engine/pixel_arrays.ts";
import type { PixelArray } from "../ts/io/frame.ts";
import type { Bench } from "./bench.ts";
import { compare, type Row, type Run } from "./compare.ts";
import { type ChunkCoder, chunkCoder, DECODER_NOTE, encodeAll } from "./decoders.ts";
import { Peers } from "./peers.ts";
import { to16Bits } from "./tile.ts";
import { meanBytes, perFrame } from "./timing.ts";

const BITS = [16, 32] as const;
const NOTES = [
  DECODER_NOTE,
  "h5py reads each chunk from a file in memory (core driver, no chunk cache) into an array that is there already",
];

export async function decode(bench: Bench): Promise<Row[]> {
  const { contenders, input: { plan: { shape }, pixels }, folder, effort } = bench;
  const single = contenders.filter(({ column }) => column !== "native");
  const frames = { 16: pixels.map(to16Bits), 32: pixels.map((frame) => new Uint32Array(frame)) };
  const chunks = {
    16: encodeAll(single.at(-1)!.engine, "uint16", shape, frames[16]),
    32: encodeAll(single.at(-1)!.engine, "uint32", shape, frames[32]),
  };
  const files = async (bits: 16 | 32) =>
    await Promise.all(chunks[bits].map(async (chunk, number) => {
      const path = `${folder}/${bits}-${number}.chunk`;
      await Deno.writeFile(path, chunk);
      return path;
    }));
  const peers = await Peers.start("decode.py", { shape, chunks: { 16: await files(16), 32: await files(32) } }, 1);
  bench.versions(peers.versions);
  const rows: Row[] = [];
  for (const bits of BITS) {
    const coders = single.map(({ column, engine }) => [column, chunkCoder(engine, `uint${bits}`, shape)] as const);
    for (const [column, coder] of coders) check(column, coder, chunks[bits][0], frames[bits][0]);
    const run = (coder: ChunkCoder): Run => () => perFrame(chunks[bits], (chunk) => coder.decode(chunk));
    const frameBytes = frames[bits][0].byteLength;
    rows.push(
      await compare({
        what: `bitshuffle-LZ4 decode, ${bits} bits, one thread`,
        unit: "GB/s",
        frameBytes,
        movedBytes: meanBytes(chunks[bits]) + frameBytes,
        ours: Object.fromEntries(coders.map(([column, coder]) => [column, run(coder)])),
        peers: [
          peers.peer("h5py + hdf5plugin", "h5py", `read ${bits}`),
          peers.peer("bslz4-to-sparse, all pixels", "bslz4-to-sparse", `dense ${bits}`),
          peers.peer("bslz4-to-sparse, list of pixels above 0", "bslz4-to-sparse", `sparse ${bits}`),
        ],
        notes: NOTES,
      }, effort),
    );
    for (const [, coder] of coders) coder.close();
  }
  await peers.close();
  return rows;
}

/** A decoder that is quick and wrong has no figure. */
function check(name: string, coder: ChunkCoder, chunk: Uint8Array, frame: PixelArray): void {
  coder.decode(chunk);
  const same = Buffer.compare(bytesOfPixels(coder.pixels()), bytesOfPixels(frame)) === 0;
  if (!same) throw new Error(`${name} does not decode what was encoded`);
}
