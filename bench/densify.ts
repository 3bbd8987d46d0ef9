/** Rebuilding sparse frames in memory, with and without noise, against FabIO's rebuild. */
import { openSparse } from "../ts/io/sparse_read.ts";
import type { Densifier } from "../ts/engine/engine.ts";
import type { Bench } from "./bench.ts";
import { compare, type Row, type Run } from "./compare.ts";
import { Peers } from "./peers.ts";
import { meanBytes, perFrame } from "./timing.ts";

export async function densify(bench: Bench): Promise<Row[]> {
  const { contenders, input, effort } = bench;
  const sparse = await openSparse(input.sparse);
  const frames = Array.from({ length: sparse.frameCount }, (_, number) => sparse.frame(number));
  const densifiers = contenders.map(({ column, engine }) =>
    [column, engine.densifier({ ...sparse, noisePick: sparse.noise })] as const
  );
  sparse.close();
  const peers = await Peers.start("densify.py", { sparse: input.sparse });
  bench.versions(peers.versions);
  const run = (densifier: Densifier, noise: number): Run => (seed) =>
    perFrame(frames, (frame, number) => densifier.rebuild(frame, number, { noise, seed: seed + 1 }));
  const frameBytes = input.pixels[0].byteLength;
  const lists = meanBytes(frames.map(({ index }) => index)) + meanBytes(frames.map(({ intensity }) => intensity));
  // The lists, each pixel's radius, and the frame.
  const movedBytes = lists + sparse.radius.byteLength + frameBytes;
  const rows: Row[] = [];
  for (const [what, noise, name] of [["no noise", 0, "smooth"], ["with noise", 1, "noisy"]] as const) {
    rows.push(
      await compare({
        what: `densify, ${what}`,
        unit: "ms",
        frameBytes,
        movedBytes,
        ours: Object.fromEntries(densifiers.map(([column, densifier]) => [column, run(densifier, noise)])),
        peers: [
          peers.peer("FabIO's rebuild, one thread", "FabIO", `${name}, one thread`),
          peers.peer("FabIO's rebuild, a pool over the frames", "FabIO", `${name}, pool`),
        ],
      }, effort),
    );
  }
  await peers.close();
  for (const [, densifier] of densifiers) densifier.close();
  return rows;
}
