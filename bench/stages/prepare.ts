/** Frames in every form, and what stages work with on one engine. */
import type { Engine, PlanInput } from "../../ts/engine/engine.ts";
import { wasmEngine } from "../../ts/engine/wasm.ts";
import type { PixelArray } from "../../ts/io/frame.ts";
import { chunkCoder } from "../decoders.ts";
import { rawFrames } from "../input.ts";
import { meanBytes } from "../timing.ts";
import type { FrameForms, Sizes, Work } from "./stage.ts";

/** Frames for every stage, and their sizes. The background and the kept pixels are WebAssembly's: all engines agree. */
export function frameForms(input: PlanInput, frames: readonly PixelArray[]): { forms: FrameForms[]; sizes: Sizes } {
  const plan = wasmEngine.plan(input);
  const coder = chunkCoder(wasmEngine, input.type, input.shape);
  const forms = rawFrames(frames).map((raw, number): FrameForms => {
    plan.load(raw);
    plan.clip();
    const { mean, std } = plan.background();
    const profile = { mean: mean.slice(), std: std.slice() };
    const { index, intensity } = plan.pick();
    const sparse = { index: index.slice(), intensity: intensity.slice(), ...profile };
    return { raw, chunk: coder.encode(frames[number]).slice(), sparse };
  });
  const sizes = {
    pixels: frames[0].length,
    frame: frames[0].byteLength,
    valid: plan.validPixels * frames[0].BYTES_PER_ELEMENT,
    chunk: meanBytes(forms.map(({ chunk }) => chunk)),
    bins: plan.radial.length,
    kept: meanBytes(forms.map(({ sparse }) => sparse.index)) + meanBytes(forms.map(({ sparse }) => sparse.intensity)),
  };
  coder.close();
  plan.close();
  return { forms, sizes };
}

/** Everything that stages need, and how to free it. */
export function openWork(engine: Engine, input: PlanInput): Work & { close: () => void } {
  const plan = engine.plan(input);
  const coder = chunkCoder(engine, input.type, input.shape);
  const { cutoffPick, noise } = input.settings;
  const maps = { radius: plan.radius(), normalization: plan.normalization(), radial: plan.radial };
  const densifier = engine.densifier({ type: input.type, ...maps, dummy: 0, cutoffPick, noisePick: noise });
  const close = () => [plan, coder, densifier].forEach((one) => one.close());
  return { plan, coder, densifier, close };
}

/** Milliseconds per frame of each stage, as every frame passes all of them in turn. */
export function timeStages<Name extends string>(
  stages: readonly { readonly name: Name; readonly run: (work: Work, frame: FrameForms, seed: number) => unknown }[],
  work: Work,
  forms: readonly FrameForms[],
  seed: number,
): Record<Name, number> {
  const times = stages.map(() => 0);
  for (const form of forms) {
    for (const [at, { run }] of stages.entries()) {
      const start = performance.now();
      run(work, form, seed);
      times[at] += performance.now() - start;
    }
  }
  return Object.fromEntries(stages.map(({ name }, at) => [name, times[at] / forms.length])) as Record<Name, number>;
}
