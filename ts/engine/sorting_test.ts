/** Where WebAssembly's own loops put the pixels of a plan: the bins in raster order are those of the permutation. */
import assert from "node:assert/strict";
import { DEFAULT_SETTINGS, type PlanInput } from "./engine.ts";
import { PlanOnWasm } from "./wasm_plan.ts";

/** Rows that are no whole groups; neighbours on them, and the end of one and the start of the next, are far apart. */
const SHAPE = [301, 205] as const;
const PIXELS = SHAPE[0] * SHAPE[1];
/** As in core-rs/core/src/bins/windows.rs. */
const [GROUP, NONE, NOWHERE] = [32, 31, 2 ** 32 - 1];

function input(bins: number): PlanInput {
  const mask = Uint8Array.from({ length: PIXELS }, (_, pixel) => Number(pixel % 97 < 9 || pixel % 6000 < 300));
  const geometry = {
    distance: 0.1,
    poni1: 0.02,
    poni2: 0.011,
    rot1: 0.1,
    rot2: -0.2,
    rot3: 0.3,
    pixel1: 1e-4,
    pixel2: 1.1e-4,
    orientation: 3,
  } as const;
  return { geometry, shape: SHAPE, type: "uint32", settings: { ...DEFAULT_SETTINGS, unit: "r_m", bins }, mask };
}

/** The lists of a sorting, in the order of `Sorting::write`. */
function listsOf(words: Uint32Array): Uint32Array[] {
  const lists = [];
  for (let at = 0; at < words.length; at += 1 + words[at]) lists.push(words.slice(at + 1, at + 1 + words[at]));
  return lists;
}

/** The bin of each pixel, by the runs of the permutation. */
function binsOfRuns([, offsets, [parts], [, end], stretches, wide, exact]: Uint32Array[]): Uint32Array {
  assert.equal(parts, 1);
  const bins = new Uint32Array(PIXELS).fill(NOWHERE);
  const binAt = Uint32Array.from({ length: offsets.at(-1)! });
  for (let bin = 0; bin + 1 < offsets.length; bin++) binAt.fill(bin, offsets[bin], offsets[bin + 1]);
  const put = (start: number, place: number, length: number) => {
    for (let at = 0; at < length; at++) bins[start + at] = binAt[place + at];
  };
  let [pixel, stretch] = [0, 0];
  wide.forEach((run, number) => {
    if (stretches[2 * stretch + 1] === number) pixel = stretches[2 * stretch++];
    const length = (run & 3) + 1;
    put(pixel, run >>> 2, length);
    pixel += length;
  });
  assert.equal(pixel, end);
  for (let at = 0; at < exact.length; at += 3) put(exact[at], exact[at + 1], exact[at + 2]);
  return bins;
}

/** The bin of each pixel, by the windows of its group; and which groups are spelled out. */
function binsOfWindows(lists: Uint32Array[]): { bins: Uint32Array; far: Uint32Array } {
  const [[isThere], lowest, above, far, spelled] = lists.slice(8);
  assert.equal(isThere, 1);
  const bytes = new Uint8Array(above.buffer);
  const bins = Uint32Array.from(bytes, (byte, pixel) => byte === NONE ? NOWHERE : lowest[pixel >> 5] + byte);
  far.forEach((group, at) => bins.set(spelled.subarray(at * GROUP, (at + 1) * GROUP), group * GROUP));
  return { bins: bins.slice(0, PIXELS), far };
}

Deno.test("wasm: the bins in raster order are those of the permutation, and no group is spelled out in vain", () => {
  for (const bins of [1, 60, 100]) {
    const plan = new PlanOnWasm(input(bins));
    const lists = listsOf(plan.sorting());
    plan.close();
    const expected = binsOfRuns(lists);
    const got = binsOfWindows(lists);
    assert.deepEqual(got.bins, expected);
    for (const group of got.far) {
      const own = expected.subarray(group * GROUP, (group + 1) * GROUP).filter((bin) => bin !== NOWHERE);
      assert(Math.max(...own) - Math.min(...own) >= NONE, `group ${group} fits into a window`);
    }
    assert.equal(got.far.length > 0, bins > 1);
  }
});

Deno.test("wasm: one pixel in another bin is seen", () => {
  const plan = new PlanOnWasm(input(100));
  const lists = listsOf(plan.sorting());
  plan.close();
  new Uint8Array(lists[10].buffer)[5000] ^= 1;
  assert.throws(() => assert.deepEqual(binsOfWindows(lists).bins, binsOfRuns(lists)));
});
