/** Gather, clip and peaks of decoded frames on one thread, against CrystFEL's peakfinder8, one process. */
import type { Plan } from "../ts/engine/engine.ts";
import type { Bench } from "./bench.ts";
import { compare, type Row, type Run } from "./compare.ts";
import { peakfinder8 } from "./crystfel.ts";
import { rawFrames } from "./input.ts";
import { perFrame } from "./timing.ts";

export async function peaks(bench: Bench): Promise<Row[]> {
  const { contenders, input, effort } = bench;
  const frames = rawFrames(input.pixels);
  const single = contenders.filter(({ column }) => column !== "native");
  const plans = single.map(({ column, engine }) => [column, engine.plan(input.plan)] as const);
  const run = (plan: Plan): Run => () =>
    perFrame(frames, (frame) => {
      plan.load(frame);
      plan.clip();
      plan.peaks();
    });
  const frameBytes = frames[0].bytes.length;
  const row = await compare({
    what: "clip + peaks, one thread",
    unit: "ms",
    frameBytes,
    movedBytes: frameBytes,
    ours: Object.fromEntries(plans.map(([column, plan]) => [column, run(plan)])),
    peers: [await peakfinder8(bench)],
    notes: ["peakfinder8's time is the peak search in indexamajig's own profile, without reading"],
  }, effort);
  for (const [, plan] of plans) plan.close();
  return [row];
}
