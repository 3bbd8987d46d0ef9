/**
 * How gather + clip + pick and the rebuild with noise scale with the number of threads and of pixels: real counts, cut
 * or repeated to detectors of 0.25, 1, 4 and 16 Mpixel.
 */
import type { Engine, PlanInput, SparseFrame } from "../ts/engine/engine.ts";
import { bytesOfPixels } from "../ts/engine/pixel_arrays.ts";
import type { EncodedFrame } from "../ts/io/frame.ts";
import type { Bench } from "./bench.ts";
import { milliseconds, type Spread, spread } from "./machine.ts";
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

export async function scaling(bench: Bench): Promise<ScalingPoint[]> {
  const { input, effort, smoke } = bench;
  const engines = threadedEngines(bench);
  const points: ScalingPoint[] = [];
  for (const shape of smoke ? SHAPES.slice(0, 1) : SHAPES) {
    const { plan, pixels: [frame] } = aroundBeam(input.plan, input.pixels.slice(0, 1), shape);
    const stages = engines.map(({ engine }) =>
      new Stages(engine, plan, { encoding: "raw", bytes: bytesOfPixels(frame) })
    );
    const times = engines.map(() => ({ clip: [] as number[], densify: [] as number[] }));
    for (let round = effort.warm ? -1 : 0; round < effort.rounds; round++) {
      for (const [at, stage] of stages.entries()) {
        const [clip, densify] = [
          await milliseconds(() => stage.clip()),
          await milliseconds(() => stage.densify(round + 1)),
        ];
        if (round < 0) continue;
        times[at].clip.push(clip);
        times[at].densify.push(densify);
      }
    }
    for (const [at, { engine, threads }] of engines.entries()) {
      const common = { engine: engine.name, threads, pixels: shape[0] * shape[1] };
      points.push({ stage: "clip + pick", ...common, times: spread(times[at].clip) });
      points.push({ stage: "densify with noise", ...common, times: spread(times[at].densify) });
      stages[at].close();
    }
  }
  return points;
}

/** Both stages of one engine on one frame. */
class Stages {
  readonly #plan;
  readonly #densifier;
  readonly #sparse: SparseFrame;

  constructor(engine: Engine, input: PlanInput, private readonly frame: EncodedFrame) {
    this.#plan = engine.plan(input);
    this.clip();
    const { index, intensity } = this.#plan.pick();
    const kept = { index: index.slice(), intensity: intensity.slice() };
    const { mean, std } = this.#plan.background();
    this.#sparse = { ...kept, mean: mean.slice(), std: std.slice() };
    const { radial, settings } = { radial: this.#plan.radial, settings: input.settings };
    const common = { type: input.type, radius: this.#plan.radius(), radial, dummy: 0 };
    this.#densifier = engine.densifier({ ...common, cutoffPick: settings.cutoffPick, noisePick: settings.noise });
  }

  clip(): void {
    this.#plan.load(this.frame);
    this.#plan.clip();
    this.#plan.pick();
  }

  densify(seed: number): void {
    this.#densifier.rebuild(this.#sparse, 0, { noise: 1, seed });
  }

  close(): void {
    this.#plan.close();
    this.#densifier.close();
  }
}
