import assert from "node:assert/strict";
import { RESOLUTION, SETTINGS } from "./series.ts";
import { trueIntensities } from "./truth.ts";

/** 1/d² in 1/Å² from the metric of the cell (International Tables C, 1.1). */
function inverseSquare(h: number, k: number, l: number): number {
  const { cell_a: a, cell_b: b, cell_c: c, cell_alpha, cell_beta, cell_gamma } = SETTINGS;
  const [ca, cb, cg] = [cell_alpha, cell_beta, cell_gamma].map((angle) => Math.cos(angle * Math.PI / 180));
  const [u, v, w] = [h / a, k / b, l / c];
  const sum = u * u * (1 - ca * ca) + v * v * (1 - cb * cb) + w * w * (1 - cg * cg) +
    2 * (v * w * (cb * cg - ca) + w * u * (cg * ca - cb) + u * v * (ca * cb - cg));
  return sum / (1 - ca * ca - cb * cb - cg * cg + 2 * ca * cb * cg);
}

Deno.test("the true intensities are those of every reflection, once, and obey Wilson and Debye-Waller", () => {
  const all = trueIntensities();
  const names = new Set(all.flatMap(({ h, k, l }) => [`${h} ${k} ${l}`, `${-h + 0} ${-k + 0} ${-l + 0}`]));
  assert.equal(names.size, 2 * all.length, "a reflection and its Friedel mate are listed apart");

  const limit = 1 / RESOLUTION ** 2;
  const most = Math.ceil(SETTINGS.cell_c / RESOLUTION) + 1;
  const range = Array.from({ length: 2 * most + 1 }, (_, i) => i - most);
  const merged = range.flatMap((h) => range.flatMap((k) => range.map((l) => [h, k, l] as const)))
    .filter(([h, k, l]) => (h || k || l) && inverseSquare(h, k, l) < limit);
  assert.ok(merged.length > 10_000);
  assert.deepEqual(merged.filter((hkl) => !names.has(hkl.join(" "))), [], "reflections without a true intensity");

  // Without the Debye-Waller factor they are exponential of mean 1: <I²> is 2, its variance 20. Five standard errors.
  for (const [from, to] of [[0, limit], [limit, 1 / SETTINGS.resolution ** 2]]) {
    const values = all.map(({ h, k, l, intensity }) => ({ square: inverseSquare(h, k, l), intensity }))
      .filter(({ square }) => square >= from && square < to)
      .map(({ square, intensity }) => intensity / Math.exp(-0.5 * SETTINGS.b_factor * square));
    const mean = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    assert.ok(Math.abs(mean(1) - 1) < 5 / Math.sqrt(values.length), `mean ${mean(1)}`);
    assert.ok(Math.abs(mean(2) - 2) < 5 * Math.sqrt(20 / values.length), `second moment ${mean(2)}`);
  }
});
