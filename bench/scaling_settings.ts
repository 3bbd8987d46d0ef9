/**
 * How gather, clip and pick scale with the settings: bins, cycles of clipping, and the cut-off of picking, which decides
 * what part of the pixels is kept. Real counts on a detector of 4 Mpixel, one setting changed at a time.
 */
import type { Bench } from "./bench.ts";
import { type Spread, spread } from "./machine.ts";
import { clip } from "./stages/clip.ts";
import { correct } from "./stages/correct.ts";
import { pick } from "./stages/pick.ts";
import { frameForms, openWork, timeStages } from "./stages/prepare.ts";
import { type Threaded, threadedEngines } from "./stages.ts";
import { aroundBeam } from "./tile.ts";

const SHAPE = [2167, 2070] as const;
const SMOKE_SHAPE = [300, 300] as const;

/** The settings that are changed, and their values. */
export const VALUES = {
  bins: [100, 250, 500, 1000, 2000, 4000],
  cycle: [1, 2, 3, 5, 10],
  cutoffPick: [0.8, 1, 1.4, 2, 3, 5],
} as const;
export type Setting = keyof typeof VALUES;

/** Three stages under one value of one setting. */
export interface SettingPoint {
  readonly setting: Setting;
  readonly value: number;
  /** part of the unmasked pixels that is kept, 0 to 1 */
  readonly kept: number;
  readonly pixels: number;
  readonly engine: Threaded["engine"]["name"];
  readonly threads: number;
  /** ms per frame */
  readonly correct: Spread;
  readonly clip: Spread;
  readonly pick: Spread;
}

const STAGES = [
  { name: "correct", run: correct.run },
  { name: "clip", run: clip.run },
  { name: "pick", run: pick.run },
] as const;

export function scalingSettings(bench: Bench): SettingPoint[] {
  const { input, smoke } = bench;
  const { plan, pixels } = aroundBeam(input.plan, input.pixels.slice(0, 1), smoke ? SMOKE_SHAPE : SHAPE);
  const engines = threadedEngines(bench);
  const points: SettingPoint[] = [];
  for (const setting of Object.keys(VALUES) as Setting[]) {
    for (const value of smoke ? VALUES[setting].slice(0, 1) : VALUES[setting]) {
      const changed = { ...plan, settings: { ...plan.settings, [setting]: value } };
      points.push(...measure(bench, engines, changed, pixels, { setting, value }));
    }
  }
  return points;
}

function measure(
  { effort }: Bench,
  engines: readonly Threaded[],
  input: Parameters<typeof frameForms>[0],
  pixels: Parameters<typeof frameForms>[1],
  common: Pick<SettingPoint, "setting" | "value">,
): SettingPoint[] {
  const { forms } = frameForms(input, pixels);
  const works = engines.map(({ engine }) => openWork(engine, input));
  const kept = forms[0].sparse.index.length / works[0].plan.validPixels;
  const times = works.map(() => ({ correct: [] as number[], clip: [] as number[], pick: [] as number[] }));
  for (let round = effort.warm ? -1 : 0; round < effort.rounds; round++) {
    for (const [at, work] of works.entries()) {
      const found = timeStages(STAGES, work, forms, 1);
      if (round < 0) continue;
      for (const { name } of STAGES) times[at][name].push(found[name]);
    }
  }
  return engines.map(({ engine, threads }, at) => {
    works[at].close();
    const { correct, clip, pick } = times[at];
    const spreads = { correct: spread(correct), clip: spread(clip), pick: spread(pick) };
    return { ...common, kept, pixels: pixels[0].length, engine: engine.name, threads, ...spreads };
  });
}
