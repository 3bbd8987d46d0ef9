/**
 * Gather, clip and peaks of decoded frames, against CrystFEL's peakfinder8 (one process) and pyFAI's peak finder on
 * OpenCL.
 */
import type { Plan } from "../ts/engine/engine.ts";
import type { Bench } from "./bench.ts";
import { compare, type Peer, type Row, type Run } from "./compare.ts";
import { peakfinder8 } from "./crystfel.ts";
import { rawFrames } from "./input.ts";
import { fewer, openClPeers } from "./opencl.ts";
import { perFrame } from "./timing.ts";

export async function peaks(bench: Bench): Promise<Row[]> {
  const single = bench.contenders.filter(({ column }) => column !== "native");
  const notes = ["peakfinder8's time is the peak search in indexamajig's own profile, without reading"];
  return [
    await clipAndPeaks({ ...bench, contenders: single }, "clip + peaks, one thread", [await peakfinder8(bench)], notes),
    await againstOpenCl(bench),
  ];
}

/** OpenCL on a processor takes many seconds a frame: one frame and fewer rounds. */
async function againstOpenCl(bench: Bench): Promise<Row> {
  const few = fewer(bench, 1);
  const { peer, notes, close } = await openClPeers(few);
  const row = await clipAndPeaks(
    few,
    "clip + peaks of one frame",
    [peer("pyFAI OCL_PeakFinder.peakfinder", "peaks")],
    notes,
  );
  await close();
  return row;
}

async function clipAndPeaks(
  { contenders, input, effort }: Bench,
  what: string,
  peers: readonly Peer[],
  notes: readonly string[],
): Promise<Row> {
  const frames = rawFrames(input.pixels);
  const plans = contenders.map(({ column, engine }) => [column, engine.plan(input.plan)] as const);
  const run = (plan: Plan): Run => () =>
    perFrame(frames, (frame) => {
      plan.load(frame);
      plan.clip();
      plan.peaks();
    });
  const frameBytes = frames[0].bytes.length;
  const row = await compare({
    what,
    unit: "ms",
    frameBytes,
    movedBytes: frameBytes,
    ours: Object.fromEntries(plans.map(([column, plan]) => [column, run(plan)])),
    peers,
    notes,
  }, effort);
  for (const [, plan] of plans) plan.close();
  return row;
}
