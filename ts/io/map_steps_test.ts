/** How maps are rounded: few pixels change, whatever the background; and a coarser step would show. */
import assert from "node:assert/strict";
import { createEngine } from "../engine/create.ts";
import { countChanged } from "../engine/count_changed.ts";
import { unpackedMap } from "../engine/map_testing.ts";
import { mapsOf } from "../engine/array_maps.ts";
import { dataPath, dataTest } from "../testing.ts";
import { MapChoice } from "./map_steps.ts";
import { openSparse } from "./sparse_read.ts";

const SIDE = 700;
const BINS = 100;
/** What is promised: 0.01 % of the pixels of a frame. */
const PROMISED = 1e-4;

/** Rings around a point beside the middle, their bins, and norms that fall off outwards. */
function maps() {
  const x = (pixel: number) => pixel % SIDE - 331.37;
  const y = (pixel: number) => Math.floor(pixel / SIDE) - 367.71;
  const radius = Float32Array.from({ length: SIDE * SIDE }, (_, pixel) => 172e-6 * Math.hypot(x(pixel), y(pixel)));
  const width = radius.reduce((most, r) => Math.max(most, r), 0) / BINS;
  const radial = Float32Array.from({ length: BINS }, (_, bin) => (bin + 0.5) * width);
  const lifted = radius.map((r) => Math.max(r, radial[0]));
  lifted.fill(NaN, 5 * SIDE, 9 * SIDE);
  const normalization = lifted.map((r) => Number.isNaN(r) ? 0 : 0.98 * Math.cos(8 * r) ** 3);
  return { radius: lifted, radial, normalization };
}

/** Frames without noise, from the definition; undefined where masked. */
function rebuilt(radius: Float32Array, norms: Float32Array | undefined, radial: Float32Array, mean: Float32Array) {
  const width = (radial[BINS - 1] - radial[0]) / (BINS - 1);
  return Array.from(radius, (r, pixel) => {
    if (Number.isNaN(r)) return undefined;
    assert.ok(r >= radial[0], `radius ${r} below the first centre`);
    const u = Math.min((r - radial[0]) / width, BINS - 1);
    const below = Math.min(Math.floor(u), BINS - 2);
    const background = mean[below] + (u - below) * (mean[below + 1] - mean[below]);
    return Math.floor(background * (norms?.[pixel] ?? 1) + 0.5);
  });
}

const changed = <T>(a: readonly T[], b: readonly T[]) =>
  a.filter((value, i) => value !== b[i]).length / a.filter((value) => value !== undefined).length;

/** Backgrounds from weak to strong and steep, with rings. */
const BACKGROUNDS: Record<string, (bin: number) => number> = {
  weak: (bin) => 3 * Math.exp(-bin / 40) + 0.2 * Math.sin(bin),
  strong: (bin) => 900 * Math.exp(-bin / 25) + 60 * Math.exp(-(((bin - 50) / 3) ** 2)),
  steep: (bin) => 20_000 * Math.exp(-bin / 6),
};

for (const corrected of [false, true]) {
  for (const [name, background] of Object.entries(BACKGROUNDS)) {
    Deno.test(`rounded maps change few pixels of a ${name} background, ${corrected ? "" : "not "}corrected`, async () => {
      const { radius, radial, normalization } = maps();
      const norms = corrected ? normalization : undefined;
      const mean = Float32Array.from({ length: BINS }, (_, bin) => background(bin));
      const plan = mapsOf(radius, radial, norms);
      const choice = new MapChoice(plan, radial);
      choice.note(new Float32Array(BINS));
      choice.note(mean);
      choice.note(mean.map((value) => value / 2));
      const steps = choice.steps();
      assert.ok(steps.radius !== undefined && (steps.normalization !== undefined) === corrected);
      const exact = rebuilt(radius, norms, radial, mean);
      const part = async (factor: number) => {
        const step = factor * (steps.normalization ?? 0);
        const rounded = norms && await unpackedMap(plan, "normalization", { step, least: step });
        const radii = await unpackedMap(plan, "radius", { step: steps.radius! * factor, least: radial[0] });
        return changed(exact, rebuilt(radii, rounded, radial, mean));
      };
      const found = await part(1);
      assert.ok(found <= PROMISED, `${found} of the pixels`);
      assert.ok(await part(32) > PROMISED, "the comparison notices a step that is too coarse");
    });
  }
}

Deno.test("a background of nothing leaves the radii fine enough, and one that is no number leaves them alone", () => {
  const { radius, radial, normalization } = maps();
  const width = (radial[BINS - 1] - radial[0]) / (BINS - 1);
  const choice = new MapChoice(mapsOf(radius, radial, normalization), radial);
  choice.note(new Float32Array(BINS));
  const steps = choice.steps();
  assert.ok(steps.radius! <= width / 16 && steps.radius! > width / 32);
  assert.ok(steps.normalization! <= 1 / 256 && steps.normalization! > 1 / 1024);
  choice.note(new Float32Array(BINS).fill(NaN));
  assert.deepEqual(choice.steps(), {});
});

dataTest(
  "the map of a measured frame may be rounded: few of its pixels change",
  ["thaumatin/pyfai_sparse.h5"],
  async () => {
    const sparse = await openSparse(dataPath("thaumatin/pyfai_sparse.h5"));
    const engine = await createEngine("wasm");
    try {
      const { radius, radial, type } = sparse;
      const frame = sparse.frame(0);
      const maps = mapsOf(radius, radial);
      const choice = new MapChoice(maps, radial);
      choice.note(frame.mean);
      const step = choice.steps().radius!;
      const whole = (map: Float32Array) => {
        const densifier = engine.densifier({ type, radius: map, radial, dummy: -1 });
        const rebuilt = densifier.rebuild(frame, 0, { noise: 0, seed: 0 }).slice();
        densifier.close();
        return rebuilt;
      };
      const exact = whole(radius);
      const everywhere = Uint32Array.from(exact, (_, pixel) => pixel);
      const part = async (factor: number) => {
        const rounded = await unpackedMap(maps, "radius", { step: step * factor, least: radial[0] });
        return countChanged(whole(rounded), everywhere, exact) / exact.length;
      };
      const found = await part(1);
      assert.ok(found <= PROMISED, `${found} of the pixels`);
      assert.ok(await part(8) > PROMISED, "the comparison notices a step that is too coarse");
    } finally {
      sparse.close();
    }
  },
);
