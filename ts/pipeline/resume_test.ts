/** Runs that end early and go on: the outcome has the bytes of an uninterrupted run. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { InterruptedError, UsageError } from "../errors.ts";
import { openH5 } from "../io/hdf5/h5.ts";
import { SimulatedSource } from "../io/simulated.ts";
import { inFolder } from "../testing.ts";
import { densify } from "./densify.ts";
import { integrate } from "./integrate.ts";
import { findPeaks } from "./peaks.ts";
import type { RunControl } from "./run.ts";
import { sparsify } from "./sparsify.ts";
import type { Summary } from "./summary.ts";

const FRAMES = 9;
const SETTINGS = { width: 150, height: 130, beam_x: 75, beam_y: 61 };

const open = () => Promise.resolve(new SimulatedSource(FRAMES, SETTINGS));

/** What a run is called with; the same for all of them. */
interface Options {
  readonly output: string;
  readonly resume: boolean;
  readonly jobs: number;
  readonly force: boolean;
}

/** The runs, and the datasets of their outputs that must not differ; a list is not compared by its times. */
const RUNS: Record<string, { run: (options: Options, control: RunControl) => Promise<Summary>; datasets: string[] }> = {
  sparsify: {
    run: (options, control) => sparsify({ files: ["simulated"], open, ...options, settings: { bins: 60 } }, control),
    datasets: ["index", "intensity", "frame_ptr", "mask", "radius", "background_avg", "background_std"]
      .map((name) => `/entry_0000/sparse_frames/${name}`),
  },
  peaks: {
    run: (options, control) => findPeaks({ files: ["simulated"], open, ...options, settings: { bins: 60 } }, control),
    datasets: ["/entry_1/data_1/data", "/entry_1/data_1/mask"].concat(
      ["nPeaks", "peakXPosRaw", "peakYPosRaw", "peakTotalIntensity", "peakSNR"].map((name) =>
        `/entry_1/result_1/${name}`
      ),
    ),
  },
  integrate: {
    run: (options, control) => integrate({ files: ["simulated"], open, ...options, settings: { bins: 60 } }, control),
    datasets: ["raw", "clipped"].flatMap((group) =>
      ["radial", "intensity", "std", "sem", "count"].map((name) => `/entry/${group}/${name}`)
    ),
  },
};

async function contents(file: string, datasets: readonly string[]): Promise<unknown[]> {
  const h5 = await openH5(file);
  try {
    return datasets.map((path) => h5.read(path));
  } finally {
    h5.close();
  }
}

/** Stops a run after `frames` frames as a fault would, not as Ctrl-C does. */
const failingAfter = (frames: number): RunControl => ({
  progress(done) {
    if (done === frames) throw new Error("a fault");
  },
});

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

for (const [command, { run, datasets }] of Object.entries(RUNS)) {
  Deno.test(`${command}: a run that failed twice goes on, to the bytes of one that did not`, () =>
    inFolder(async (folder) => {
      const [whole, output] = [join(folder, "whole.h5"), join(folder, "out.h5")];
      const options = { output, resume: true, jobs: 2, force: false };
      await run({ ...options, output: whole, resume: false, jobs: 1 }, {});
      await assert.rejects(
        run({ ...options, resume: false }, failingAfter(3)),
        /a fault; 3 frames are kept: add --resume/,
      );
      assert(!names(folder).includes("out.h5"));
      assert.equal(names(folder).length, 3, "the unfinished output and its journal");
      await assert.rejects(run(options, failingAfter(7)), /a fault; 7 frames are kept/);
      assert.equal(names(folder).length, 3, "what the first run left has served");
      const { frames, resumedFrames } = await run(options, {});
      assert.deepEqual([frames, resumedFrames], [FRAMES, 7]);
      assert.deepEqual(names(folder), ["out.h5", "whole.h5"]);
      assert.deepEqual(await contents(output, datasets), await contents(whole, datasets));
      const changed = await contents(output, datasets);
      const array = changed[0] as { [index: number]: number };
      array[0] = array[0] + 1;
      assert.notDeepEqual(changed, await contents(whole, datasets), "the comparison sees one changed value");
    }));
}

Deno.test("densify goes on likewise", () =>
  inFolder(async (folder) => {
    const [file, whole, output] = ["sparse.h5", "whole.h5", "out.h5"].map((name) => join(folder, name));
    await RUNS.sparsify.run({ output: file, resume: false, jobs: 2, force: false }, {});
    await densify({ file, output: whole, seed: 3, jobs: 1 });
    await assert.rejects(densify({ file, output, seed: 3, jobs: 2 }, failingAfter(5)), /a fault; 5 frames are kept/);
    const other = densify({ file, output, seed: 4, resume: true });
    await assert.rejects(other, (error) => error instanceof UsageError && /seed 3 became 4/.test(error.message));
    const { resumedFrames } = await densify({ file, output, seed: 3, resume: true });
    assert.equal(resumedFrames, 5);
    const datasets = ["/entry/data/data", "/entry/instrument/detector/pixel_mask"];
    assert.deepEqual(await contents(output, datasets), await contents(whole, datasets));
    assert.deepEqual(names(folder), ["out.h5", "sparse.h5", "whole.h5"]);
  }));

Deno.test("a run without --resume begins anew and takes away what an earlier one left", () =>
  inFolder(async (folder) => {
    const options = { output: join(folder, "out.h5"), resume: false, jobs: 2, force: false };
    await assert.rejects(RUNS.sparsify.run(options, failingAfter(4)), /4 frames are kept/);
    const { resumedFrames } = await RUNS.sparsify.run(options, {});
    assert.equal(resumedFrames, 0);
    assert.deepEqual(names(folder), ["out.h5"]);
  }));

Deno.test("nothing stays after Ctrl-C; --resume with nothing to go on with begins anew", () =>
  inFolder(async (folder) => {
    const options = { output: join(folder, "out.h5"), resume: true, jobs: 2, force: false };
    const controller = new AbortController();
    const stopping = {
      signal: controller.signal,
      progress: (done: number) => done === 4 && controller.abort(new InterruptedError("stopped", "SIGINT")),
    };
    await assert.rejects(RUNS.sparsify.run(options, stopping), /^InterruptedError: stopped$/);
    assert.deepEqual(names(folder), []);
    assert.equal((await RUNS.sparsify.run(options, {})).resumedFrames, 0);
  }));

/**
 * Where a journal's second record ends, which holds the first frames; the first says which run it is. How many frames
 * are in it goes by the clock. A record begins with the size of what follows its head of 8 bytes.
 */
function endOfFirstFrames(journal: Uint8Array): number {
  const view = new DataView(journal.buffer);
  const first = 8 + view.getUint32(0, true);
  return first + 8 + view.getUint32(first, true);
}

Deno.test("a journal that was cut short or damaged serves up to there", () =>
  inFolder(async (folder) => {
    const whole = join(folder, "whole.h5");
    const options = { output: join(folder, "out.h5"), resume: true, jobs: 2, force: false };
    const { run, datasets } = RUNS.sparsify;
    await run({ ...options, output: whole, resume: false }, {});
    for (const damage of ["cut", "flipped"]) {
      await assert.rejects(run({ ...options, resume: false }, failingAfter(4)), /4 frames are kept/);
      const journal = join(folder, names(folder).find((name) => name.endsWith(".journal"))!);
      const bytes = await Deno.readFile(journal);
      const end = endOfFirstFrames(bytes);
      bytes[end - 100] ^= damage === "flipped" ? 1 : 0;
      await Deno.writeFile(journal, damage === "cut" ? bytes.subarray(0, end - 5) : bytes);
      assert.equal((await run(options, {})).resumedFrames, 0);
      assert.deepEqual(await contents(options.output, datasets), await contents(whole, datasets));
      assert.deepEqual(names(folder), ["out.h5", "whole.h5"]);
      await Deno.remove(options.output);
    }
  }));
