import assert from "node:assert/strict";
import { serialPlot } from "./plot.ts";
import { variantsOf } from "./variants.ts";

Deno.test("there is one original, and each cut-off is rebuilt in both ways", () => {
  const variants = variantsOf([0.8, 2]);
  const names = ["dense", "braggsieve_0.8", "braggsieve_2.0", "densify_Bragg_0.8", "densify_Bragg_2.0"];
  assert.deepEqual(variants.map(({ name }) => name), names);
  assert.deepEqual(variants.filter(({ cutoff }) => cutoff === undefined), [{ name: "dense" }]);
});

Deno.test("the figure has all six panels, and leaves out what is not known", () => {
  const drawn = variantsOf([1, 2]).map((variant, i) => ({
    variant,
    rate: 0.9,
    ratio: 1 + i,
    merged: {
      overall: { rsplit: 10 + i },
      shells: [{ from: 0, to: 1, rsplit: 5, ccHalf: 0.9 }, { from: 1, to: 2, rsplit: 9 }],
    },
  }));
  const text = serialPlot(drawn);
  for (const label of ["↑ Rsplit (%)", "↑ CC½", "true intensities", "all shells", "frames indexed", "compression"]) {
    assert.ok(text.includes(label), label);
  }
  assert.equal(text.match(/<svg/g)?.length, 1 + 2 + 6);
  assert.ok(!text.includes("NaN"));
});
