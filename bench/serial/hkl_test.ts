import assert from "node:assert/strict";
import { formatHkl, overall, parseShells } from "./hkl.ts";

Deno.test("a reflection list has CrystFEL's columns and its largest intensity is the one asked for", () => {
  const text = formatHkl(
    [
      { h: 1, k: -12, l: 0, intensity: 0.5 },
      { h: 0, k: 3, l: 4, intensity: 2 },
    ],
    "-1",
    1000,
  );
  assert.deepEqual(text.split("\n"), [
    "CrystFEL reflection list version 2.0",
    "Symmetry: -1",
    "   h    k    l          I    phase   sigma(I)   nmeas",
    "   1  -12    0     250.00        -       0.00       1",
    "   0    3    4    1000.00        -       0.00       1",
    "End of reflections",
    "",
  ]);
  assert.throws(() => formatHkl([], "-1"), /no reflection/);
});

const COMPARED = `  1/d centre Rsplit/%       nref      d / A   Min 1/nm    Max 1/nm
     1.461      36.84        431       6.84      0.419       2.503
     2.828       -nan          0       3.54      2.503       3.152
`;
const CHECKED = `Center 1/nm  # refs Possible  Compl       Meas   Red   SNR     Mean I     d(A)    Min 1/nm   Max 1/nm
     1.461      802      850  94.35       4338   5.4  4.57     229.83     6.84       0.419      2.503
`;

Deno.test("tables of shells are read, those of compare_hkl and of check_hkl", () => {
  assert.deepEqual(parseShells(COMPARED, [1, 2]), [
    { from: 0.419, to: 2.503, values: [36.84, 431] },
    { from: 2.503, to: 3.152, values: [undefined, 0] },
  ]);
  assert.deepEqual(parseShells(CHECKED, [3, 5, 6]), [{ from: 0.419, to: 2.503, values: [94.35, 5.4, 4.57] }]);
  assert.throws(() => parseShells("CrystFEL reflection list", [1]), /no table of shells/);
  assert.throws(() => parseShells(COMPARED.slice(0, -20), [1, 2]), /no row/);
  assert.throws(() => parseShells(COMPARED, [4]), /no row/);
});

Deno.test("overall values are read with or without a unit, and missed when they are not told", () => {
  const printed = "Relative scale factor = 1.18\nOverall Rsplit = 37.03 %\nOverall CC = 0.7338\nOverall <snr> = -nan\n";
  assert.equal(overall(printed, "Rsplit"), 37.03);
  assert.equal(overall(printed, "CC"), 0.7338);
  assert.equal(overall(printed, "<snr>"), undefined);
  assert.throws(() => overall(printed, "completeness"), /overall completeness/);
});
