/**
 * From a compressed 16-bit frame of 4 Mpixel to its kept pixels on one thread, against bslz4-to-sparse's decoding fused
 * with an integration, which neither clips nor picks.
 */
import type { Plan } from "../ts/engine/engine.ts";
import { formatPoni } from "../ts/geometry/poni.ts";
import type { EncodedFrame } from "../ts/io/frame.ts";
import type { Bench } from "./bench.ts";
import { compare, type Row, type Run } from "./compare.ts";
import { encodeAll } from "./decoders.ts";
import { npy } from "./input.ts";
import { Peers } from "./peers.ts";
import { aroundBeam, for16Bits, to16Bits } from "./tile.ts";
import { meanBytes, perFrame } from "./timing.ts";

/** An Eiger or JUNGFRAU of 4 Mpixel. */
const SHAPE = [2162, 2068] as const;
const BINS = 1000;

export async function decodeClipPick(bench: Bench): Promise<Row[]> {
  const { contenders, input, folder, effort } = bench;
  const single = contenders.filter(({ column }) => column !== "native");
  const cut = aroundBeam(for16Bits(input.plan), input.pixels.map(to16Bits), SHAPE);
  const chunks = encodeAll(single.at(-1)!.engine, "uint16", SHAPE, cut.pixels);
  const [poni, mask] = [`${folder}/cut.poni`, `${folder}/cut.npy`];
  await Deno.writeTextFile(poni, formatPoni(cut.plan.geometry));
  await Deno.writeFile(mask, npy(cut.plan.mask, SHAPE));
  const files = chunks.map((_, number) => `${folder}/cut-${number}.chunk`);
  for (const [number, file] of files.entries()) await Deno.writeFile(file, chunks[number]);
  const peers = await Peers.start("decode_clip_pick.py", { shape: SHAPE, chunks: files, poni, mask, bins: BINS }, 1);
  bench.versions(peers.versions);

  const settings = { ...cut.plan.settings, bins: BINS };
  const plans = single.map(({ column, engine }) => [column, engine.plan({ ...cut.plan, settings })] as const);
  let kept = 0;
  const frames = chunks.map((bytes): EncodedFrame => ({ encoding: "bitshuffle-lz4", bytes }));
  const run = (plan: Plan): Run => () =>
    perFrame(frames, (frame) => {
      plan.load(frame);
      plan.clip();
      const { index, intensity } = plan.pick();
      kept = index.byteLength + intensity.byteLength;
    });
  await run(plans[0][1])(0);
  const row = await compare({
    what: `decode + clip + pick, ${SHAPE.join(" × ")}, 16 bits, one thread`,
    unit: "ms",
    frameBytes: cut.pixels[0].byteLength,
    movedBytes: meanBytes(chunks) + kept,
    ours: Object.fromEntries(plans.map(([column, plan]) => [column, run(plan)])),
    peers: [
      peers.peer(`bslz4-to-sparse, decode + ${BINS}-bin integration (no clip, no pick)`, "bslz4-to-sparse", "fused"),
    ],
    notes: [`${input.title}, cut around the beam`],
  }, effort);
  await peers.close();
  for (const [, plan] of plans) plan.close();
  return [row];
}
