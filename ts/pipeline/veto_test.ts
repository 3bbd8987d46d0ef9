/** Hits and blanks: who is one, in which order they are listed, what a changed threshold changes. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { UsageError } from "../errors.ts";
import { openFrames } from "../io/open.ts";
import { inFolder } from "../testing.ts";
import { MemorySource, opener } from "./memory_source_fixture.ts";
import { Threshold, type ThresholdChange } from "./threshold.ts";
import { veto } from "./veto.ts";

/** Peaks of twelve frames, one after the other. */
const PEAKS = [0, 3, 1, 2, 4, 0, 2, 3, 1, 4, 2, 0];
const source = () => new MemorySource("a", PEAKS.length, {}, (index) => PEAKS[index]);
const settings = { bins: 10 };
const lineOf = (index: number) => `a //${index}`;
const hitsOf = (threshold: number, from = 0, to = PEAKS.length) =>
  PEAKS.flatMap((count, index) => count >= threshold && index >= from && index < to ? [lineOf(index)] : []);
const linesOf = async (path: string) => (await Deno.readTextFile(path)).split("\n").slice(0, -1);

Deno.test("frames with enough peaks are hits, whatever the number of jobs", () =>
  inFolder(async (folder) => {
    for (const threshold of [0, 1, 3, 5]) {
      for (const jobs of [1, 3]) {
        const list = join(folder, `${threshold}_${jobs}.lst`);
        const run = { files: ["a"], open: opener(source()), list, threshold: new Threshold(threshold), jobs, settings };
        const summary = await veto(run);
        assert.deepEqual(await linesOf(list), hitsOf(threshold));
        assert.deepEqual(summary.peaksPerFrame, PEAKS);
        assert.equal(summary.hits, hitsOf(threshold).length);
        assert.deepEqual(summary.thresholds, [{ from: 0, threshold }]);
      }
    }
  }));

Deno.test("a changed threshold holds from the next frame that is judged, whatever the number of jobs", () =>
  inFolder(async (folder) => {
    for (const jobs of [1, 4]) {
      const changes: ThresholdChange[] = [];
      const threshold = new Threshold(2, (change) => changes.push(change));
      const list = join(folder, `${jobs}.lst`);
      // The hit of frame 4 asks for another threshold.
      const found = (line: string) => line === lineOf(4) && threshold.change(4);
      await veto({ files: ["a"], open: opener(source()), list, threshold, jobs, found, settings });
      assert.deepEqual(await linesOf(list), [...hitsOf(2, 0, 5), ...hitsOf(4, 5)]);
      assert.deepEqual(changes, [{ from: 5, threshold: 4 }]);
      assert.deepEqual(threshold.history, [{ from: 0, threshold: 2 }, { from: 5, threshold: 4 }]);
    }
  }));

Deno.test("the file of the hits holds their pixels and no others", () =>
  inFolder(async (folder) => {
    const [list, output] = [join(folder, "hits.lst"), join(folder, "hits.h5")];
    // Float frames are compared as they are; 16-bit ones go through as the chunks that they were.
    for (const again of [false, true]) {
      const files = again ? [output] : ["a"];
      const open = again ? {} : { open: opener(source()) };
      const next = again ? join(folder, "again.h5") : output;
      const run = {
        files,
        ...open,
        list,
        output: next,
        threshold: new Threshold(again ? 4 : 3),
        force: true,
        settings,
      };
      const summary = await veto(run);
      assert.deepEqual(summary.beside, [list]);
      const hits = await openFrames(next);
      const expected = PEAKS.flatMap((count, index) => count >= (again ? 4 : 3) ? [index] : []);
      assert.equal(hits.frameCount, expected.length);
      hits.close();
      assert.equal((await linesOf(list)).length, expected.length);
    }
    // One of the hits, decoded by HDF5 itself.
    const { openH5 } = await import("../io/hdf5/h5.ts");
    const h5 = await openH5(output);
    const first = PEAKS.indexOf(3);
    const bytes = source().read(first).bytes;
    assert.deepEqual(
      h5.read("/entry/data/data", [[0, 1], [0, 64], [0, 64]]),
      new Float32Array(bytes.buffer as ArrayBuffer),
    );
    h5.close();
  }));

Deno.test("thresholds that cannot be meant are refused", async () => {
  for (const value of [-1, 1.5, NaN, Infinity]) {
    assert.throws(() => new Threshold(value), UsageError);
    assert.equal(new Threshold(1).change(value), false);
  }
  const list = "same.lst";
  await assert.rejects(veto({ files: ["a"], list, output: list, threshold: new Threshold(1) }), UsageError);
});

Deno.test("a run that is stopped leaves neither list nor hits", () =>
  inFolder(async (folder) => {
    const control = new AbortController();
    const run = veto({
      files: ["a"],
      open: opener(source()),
      list: join(folder, "hits.lst"),
      output: join(folder, "hits.h5"),
      threshold: new Threshold(1),
      found: () => control.abort(),
      settings,
    }, { signal: control.signal });
    await assert.rejects(run, /stopped/);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("a run that failed goes on with what it has judged, and with its last threshold", () =>
  inFolder(async (folder) => {
    for (const hits of [false, true]) {
      const [list, output] = [join(folder, `${hits}.lst`), join(folder, `${hits}.h5`)];
      const run = { files: ["a"], open: opener(source()), list, settings, jobs: 2, ...(hits ? { output } : {}) };
      const threshold = new Threshold(2);
      const found = (line: string) => line === lineOf(4) && threshold.change(4);
      const failing = {
        progress(done: number) {
          if (done === 7) throw new Error("a fault");
        },
      };
      await assert.rejects(
        veto({ ...run, open: opener(source()), threshold, found }, failing),
        /7 frames are kept: add --resume/,
      );
      assert(![...Deno.readDirSync(folder)].some(({ name }) => name === `${hits}.lst` || name === `${hits}.h5`));
      const other = { ...run, open: opener(source()), threshold: new Threshold(3), resume: true };
      await assert.rejects(veto(other), UsageError);
      const again = new Threshold(2);
      const summary = await veto({ ...run, open: opener(source()), threshold: again, resume: true });
      assert.equal(summary.resumedFrames, 7);
      const expected = [...hitsOf(2, 0, 5), ...hitsOf(4, 5)];
      assert.deepEqual(await linesOf(list), expected);
      assert.deepEqual(summary.thresholds, [{ from: 0, threshold: 2 }, { from: 5, threshold: 4 }]);
      assert.deepEqual(summary.peaksPerFrame, PEAKS);
      if (hits) {
        const frames = await openFrames(output);
        assert.equal(frames.frameCount, expected.length);
        frames.close();
      }
    }
  }));

Deno.test("a threshold that was asked for anew holds after what an earlier run has judged", () => {
  const threshold = new Threshold(2);
  threshold.change(5);
  threshold.replay(0, 2);
  threshold.replay(1, 3);
  assert.equal(threshold.for(2), 5);
  assert.deepEqual(threshold.history.map(({ threshold }) => threshold), [2, 3, 5]);
});
