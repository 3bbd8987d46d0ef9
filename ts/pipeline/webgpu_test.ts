/** Runs on the WebGPU engine write what runs on the WASM engine write. */
import assert from "node:assert/strict";
import { mapsOf } from "../engine/array_maps.ts";
import { join } from "node:path";
import { gpuTest, uniform } from "../engine/webgpu/testing.ts";
import { DeviceError } from "../errors.ts";
import { geometryFromBeamCentre } from "../geometry/beam.ts";
import type { EncodedFrame, FrameInfo, FrameSource } from "../io/frame.ts";
import { openH5 } from "../io/hdf5/h5.ts";
import { inFolder } from "../testing.ts";
import type { RunOptions } from "./experiment.ts";
import { integrate } from "./integrate.ts";
import { findPeaks } from "./peaks.ts";
import { runFrames } from "./run.ts";
import { FrameSeries } from "./series.ts";
import { sparsify } from "./sparsify.ts";
import type { OutputOptions } from "./to_file.ts";

const SHAPE = [83, 91] as const;

/** Counts in memory, other ones in every frame. */
class Counts implements FrameSource {
  readonly name = "counts";
  readonly frameCount = 21;
  readonly info: FrameInfo = {
    ...{ shape: SHAPE, type: "uint16" },
    geometry: geometryFromBeamCentre({
      ...{ distance: 0.1, beamX: 40, beamY: 47, pixel1: 1e-4, pixel2: 1e-4, shape: SHAPE },
    }),
  };
  read(index: number): EncodedFrame {
    const next = uniform(index + 1);
    const count = () => next() > 0.99 ? 300 * next() : 12 * next() * next();
    return { encoding: "raw", bytes: new Uint8Array(Uint16Array.from({ length: SHAPE[0] * SHAPE[1] }, count).buffer) };
  }
  label = (index: number) => `counts #${index}`;
  close() {}
}

const open = () => Promise.resolve(new Counts());

type Run = (options: RunOptions & OutputOptions) => Promise<unknown>;

/** The runs, and what of their outputs must not differ: files hold their times too. */
const RUNS: Record<string, { run: Run; datasets: string[] }> = {
  sparsify: {
    run: sparsify,
    datasets: ["index", "intensity", "frame_ptr", "radius", "background_avg", "background_std"]
      .map((name) => `/entry_0000/sparse_frames/${name}`),
  },
  peaks: {
    run: findPeaks,
    datasets: ["data_1/data", "result_1/nPeaks", "result_1/peakXPosRaw", "result_1/peakTotalIntensity"]
      .map((name) => `/entry_1/${name}`),
  },
  integrate: {
    run: integrate,
    datasets: ["raw/intensity", "raw/std", "clipped/intensity", "clipped/std", "clipped/sem", "clipped/count"]
      .map((name) => `/entry/${name}`),
  },
};

for (const [command, { run, datasets }] of Object.entries(RUNS)) {
  gpuTest(`${command} writes what the WASM engine writes, frames in order`, () =>
    inFolder(async (folder) => {
      const output = join(folder, "out.h5");
      const write = async (engine: "wasm" | "webgpu", cutoffClip = 0) => {
        const settings = { bins: 20, cutoffPick: 1.5, cutoffClip, connected: 2 };
        await run({ files: ["counts"], open, output, engine, settings, jobs: 1, force: true });
        const h5 = await openH5(output);
        const contents = datasets.map((path) => h5.read(path));
        h5.close();
        return contents;
      };
      const expected = await write("wasm");
      assert(expected.every((values) => typeof values === "object" && values.length >= 20));
      assert.deepEqual(await write("webgpu"), expected);
      assert.notDeepEqual(await write("wasm", 4), expected, "the comparison sees another background");
    }));
}

Deno.test("a frame that the engine lost for good is named, and not called corrupt", async () => {
  const series = await FrameSeries.open(["counts"], { checkGeometry: true, open });
  const pool = {
    ...{ jobs: 4, validPixels: 1, radial: new Float64Array(1) },
    maps: mapsOf(new Float32Array(8), Float64Array.of(1)),
    process: () => Promise.reject(new DeviceError("the GPU device was lost")),
    close: () => Promise.resolve(),
  };
  await assert.rejects(
    runFrames({ series, pool: Promise.resolve(pool) }, {}, () => {}),
    (error) => error instanceof DeviceError && /^counts #0: .*the GPU device was lost; take/.test(error.message),
  );
  await series.close();
});
