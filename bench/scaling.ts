/**
 * How gather + clip + pick and the rebuild with noise scale with the number of threads and of pixels: real counts, cut
 * or repeated to detectors of 0.25, 1, 4 and 16 Mpixel.
 */
import type { Bench } from "./bench.ts";
import { type Spread, spread } from "./machine.ts";
import { clip } from "./stages/clip.ts";
import { correct } from "./stages/correct.ts";
import { densifyNoise } from "./stages/densify.ts";
import { pick } from "./stages/pick.ts";
import { frameForms, openWork, timeStages } from "./stages/prepare.ts";
import type { Stage } from "./stages/stage.ts";
import { threadedEngines } from "./stages.ts";
import { aroundBeam } from "./tile.ts";

/** A quarter of a megapixel, and Eiger detectors, [slow, fast]. */
const SHAPES = [[512, 512], [1065, 1030], [2167, 2070], [4371, 4150]] as const;

/** One point of the scaling. */
export interface ScalingPoint {
  readonly stage: "clip + pick" | "densify with noise";
  readonly engine: "wasm" | "native";
  readonly threads: number;
  readonly pixels: number;
  /** ms per frame */
  readonly times: Spread;
}

/** What is timed as one. */
const TIMED: readonly { readonly name: ScalingPoint["stage"]; readonly run: Stage["run"] }[] = [
  { name: "clip + pick", run: (...given) => [correct, clip, pick].forEach(({ run }) => run(...given)) },
  { name: "densify with noise", run: densifyNoise.run },
];

export function scaling(bench: Bench): ScalingPoint[] {
  const { input, effort, smoke } = bench;
  const engines = threadedEngines(bench);
  const points: ScalingPoint[] = [];
  for (const shape of smoke ? SHAPES.slice(0, 1) : SHAPES) {
    const { plan, pixels } = aroundBeam(input.plan, input.pixels.slice(0, 1), shape);
    const { forms } = frameForms(plan, pixels);
    const works = engines.map(({ engine }) => openWork(engine, plan));
    const rounds: Record<ScalingPoint["stage"], number>[][] = works.map(() => []);
    for (let round = effort.warm ? -1 : 0; round < effort.rounds; round++) {
      for (const [at, work] of works.entries()) {
        const times = timeStages(TIMED, work, forms, round + 1);
        if (round >= 0) rounds[at].push(times);
      }
    }
    for (const [at, { engine, threads }] of engines.entries()) {
      works[at].close();
      for (const { name: stage } of TIMED) {
        const times = spread(rounds[at].map((round) => round[stage]));
        points.push({ stage, engine: engine.name, threads, pixels: shape[0] * shape[1], times });
      }
    }
  }
  return points;
}
