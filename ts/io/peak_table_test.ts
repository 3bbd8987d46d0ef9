/** Peak tables: padding, empty runs, sub-views, and that no peak is lost. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { createH5, openH5 } from "./hdf5/h5.ts";
import type { Peaks } from "../engine/engine.ts";
import { PeakTable } from "./peak_table.ts";
import { below, peaksAt } from "./sink_fixtures.ts";
import { inFolder } from "../testing.ts";

/** Writes frames of peaks and reads one column back, with its shape. */
async function written(
  frames: readonly Peaks[],
  column: string,
): Promise<{ values: number[]; shape: readonly number[] }> {
  let result = { values: [] as number[], shape: [] as readonly number[] };
  await inFolder(async (folder) => {
    const file = join(folder, "peaks.h5");
    const h5 = await createH5(file);
    h5.group("/result");
    const table = new PeakTable();
    for (const peaks of frames) table.append(peaks);
    table.write(h5, "/result");
    h5.close();
    const back = await openH5(file);
    const values = Array.from(back.read(`/result/${column}`) as Float32Array);
    result = { values, shape: back.dataset(`/result/${column}`).shape };
    back.close();
  });
  return result;
}

Deno.test("rows are padded to the frame with the most peaks", async () => {
  const frames = [peaksAt([[1, 2]]), peaksAt([]), peaksAt([[3, 4], [5, 6]])];
  assert.deepEqual(await written(frames, "nPeaks"), { values: [1, 0, 2], shape: [3] });
  assert.deepEqual(await written(frames, "peakXPosRaw"), { values: [1, 0, 0, 0, 3, 5], shape: [3, 2] });
  assert.deepEqual(await written(frames, "peakYPosRaw"), { values: [2, 0, 0, 0, 4, 6], shape: [3, 2] });
  assert.deepEqual(await written(frames, "peakTotalIntensity"), { values: [12, 0, 0, 0, 34, 56], shape: [3, 2] });
  assert.deepEqual((await written(frames, "peakSNR")).values.slice(0, 2), [4, 0]);
  assert.deepEqual((await written(frames, "peakNPixels")).values, [1, 0, 0, 0, 1, 2]);
});

Deno.test("a run without any peak still has one column, because a reader cannot select none", async () => {
  assert.deepEqual(await written([peaksAt([]), peaksAt([])], "peakXPosRaw"), { values: [0, 0], shape: [2, 1] });
});

Deno.test("a frame with very many peaks keeps all of them, and blocks of rows join without a seam", async () => {
  const many = 150_000;
  const positions = (seed: number) =>
    below(4000, 2 * many, seed).map((x, i, all) => [x, all[(i + 1) % all.length]] as const);
  const frames = [1, 2, 3].map((seed) => peaksAt(positions(seed).slice(0, many - seed)));
  const { values, shape } = await written(frames, "peakXPosRaw");
  assert.deepEqual(shape, [3, many - 1]);
  frames.forEach((peaks, row) => {
    const start = row * (many - 1);
    assert.deepEqual(Float32Array.from(values.slice(start, start + peaks.x.length)), peaks.x);
  });
});

Deno.test("a table keeps what it was given, although the caller's arrays are used again", async () => {
  const room = new Float32Array(10);
  const peaks = { ...peaksAt([[1, 2]]), x: room.subarray(3, 4), sigma: Float32Array.of(1) };
  room[3] = 7;
  const table = new PeakTable();
  table.append(peaks);
  room[3] = 8;
  await inFolder(async (folder) => {
    const h5 = await createH5(join(folder, "t.h5"));
    h5.group("/r");
    table.write(h5, "/r");
    h5.close();
    const back = await openH5(join(folder, "t.h5"));
    assert.deepEqual(back.read("/r/peakXPosRaw"), Float32Array.of(7));
    back.close();
  });
});
