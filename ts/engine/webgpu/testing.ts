/**
 * What the tests of this engine share: one engine, a geometry, random numbers. Without an adapter the tests are skipped
 * in one line, except that continuous integration (CI=true) has one: there its absence fails.
 */
import { messageOf } from "../../errors.ts";
import { openWebGpu, type WebGpuEngine } from "./engine.ts";

const engine: WebGpuEngine | Error = await openWebGpu().catch((error) => error);
const must = Deno.env.get("CI") === "true";
if (!(engine instanceof Error)) globalThis.addEventListener("unload", () => engine.device.close());
else if (!must) console.log(`skipped: WebGPU: ${messageOf(engine)}`);

/**
 * A test that needs the engine; `there`: whether all else that it needs is there. Deno keeps a buffer's
 * promise open for 10 ms after it was read: see device.ts.
 */
export function gpuTest(name: string, body: (engine: WebGpuEngine) => void | Promise<void>, there = true): void {
  const fn = async () => {
    if (engine instanceof Error) throw engine;
    await body(engine);
  };
  const ignore = !there || (engine instanceof Error && !must);
  Deno.test({ name: `webgpu: ${name}`, ignore, fn, sanitizeOps: false });
}

/** A tilted detector of 100 µm pixels. */
export const GEOMETRY = {
  ...{ distance: 0.05, poni1: 30.3e-4, poni2: 74.9e-4, rot1: 0.05, rot2: -0.1, rot3: 0.4, pixel1: 1e-4, pixel2: 1e-4 },
  orientation: 3 as const,
};

/** Numbers from 0 to 1 that depend on the seed alone. */
export function uniform(seed: number): () => number {
  let state = seed;
  return () => (state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9 >>> 0) / 2 ** 32;
}
