/**
 * Gather, clip and pick of decoded frames, against pyFAI's sigma_clip_ng on all cores and its OpenCL; and what making a
 * plan takes.
 */
import type { Plan, PlanSettings } from "../ts/engine/engine.ts";
import type { Bench } from "./bench.ts";
import { type Column, compare, type Peer, type Row, type Run } from "./compare.ts";
import { rawFrames } from "./input.ts";
import { milliseconds } from "./machine.ts";
import { fewer, openClPeers } from "./opencl.ts";
import { Peers } from "./peers.ts";
import { perFrame } from "./timing.ts";

const CORRECTED = { solidAngle: true, polarizationFactor: 0.99 } as const;

export async function clip(bench: Bench): Promise<Row[]> {
  const { input: { stack, dataset, poni, maskFile } } = bench;
  const peers = await Peers.start("clip.py", { stack, dataset, poni, mask: maskFile });
  bench.versions(peers.versions);
  const pyfai = (command: string) => [peers.peer("pyFAI sigma_clip_ng (CSR, Cython, all cores)", "pyFAI", command)];
  const rows = [
    await clipAndPick(bench, "clip + pick, azimuthal", {}, pyfai("clip")),
    await clipAndPick(bench, "the same with solid angle and polarization", CORRECTED, pyfai("corrected")),
  ];
  await peers.close();
  return [...rows, await againstOpenCl(bench), await making(bench)];
}

/** OpenCL on a processor takes seconds a frame: two frames and fewer rounds. */
async function againstOpenCl(bench: Bench): Promise<Row> {
  const few = fewer(bench, 2);
  const { peer, notes, close } = await openClPeers(few);
  const row = await clipAndPick(few, "clip + pick of two frames", {}, [
    peer("pyFAI sigma_clip_ng (CSR)", "clip"),
    peer("pyFAI OCL_PeakFinder.sparsify", "pick"),
  ]);
  await close();
  return { ...row, notes };
}

async function clipAndPick(
  { contenders, input, effort }: Bench,
  what: string,
  settings: Partial<PlanSettings>,
  peers: Peer[],
): Promise<Row> {
  const plans = new Map<Column, Plan>();
  for (const { column, engine } of contenders) {
    plans.set(column, engine.plan({ ...input.plan, settings: { ...input.plan.settings, ...settings } }));
  }
  const frames = rawFrames(input.pixels);
  let kept = 0;
  const run = (plan: Plan): Run => () =>
    perFrame(frames, (frame) => {
      plan.load(frame);
      plan.clip();
      const { index, intensity } = plan.pick();
      kept = index.byteLength + intensity.byteLength;
    });
  await run([...plans.values()][0])(0);
  const frameBytes = frames[0].bytes.length;
  const ours = Object.fromEntries([...plans].map(([column, plan]) => [column, run(plan)]));
  const row = await compare({ what, unit: "ms", frameBytes, movedBytes: frameBytes + kept, ours, peers }, effort);
  for (const plan of plans.values()) plan.close();
  return row;
}

/** A plan is made once per geometry, mask and settings. */
function making({ contenders, input, effort }: Bench): Promise<Row> {
  const run = ({ engine }: Bench["contenders"][number]): Run => async () => {
    let plan!: Plan;
    const ms = await milliseconds(() => plan = engine.plan(input.plan));
    plan.close();
    return ms;
  };
  const ours = Object.fromEntries(contenders.map((contender) => [contender.column, run(contender)]));
  const frameBytes = input.pixels[0].byteLength;
  // A bin number of four bytes for each pixel is the least.
  const movedBytes = 4 * input.pixels[0].length + input.plan.mask.length;
  return compare({ what: "making a plan (once)", unit: "ms", frameBytes, movedBytes, ours, peers: [] }, effort);
}
