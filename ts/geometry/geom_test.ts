import assert from "node:assert/strict";
import { InputError } from "../errors.ts";
import { dataPath, dataTest } from "../testing.ts";
import { formatGeom, parseGeom } from "./geom.ts";
import { loadGeometry } from "./load.ts";
import { parsePoni } from "./poni.ts";

const GLOBAL = "clen = 0.1 m\nres = 10000\nphoton_energy = 12 keV\n";

function panel(name: string, fs: [number, number], ss: [number, number], changes: Record<string, string> = {}): string {
  const lines = {
    min_fs: fs[0],
    max_fs: fs[1],
    min_ss: ss[0],
    max_ss: ss[1],
    corner_x: fs[0] - 10,
    corner_y: ss[0] - 5,
    fs: "x",
    ss: "y",
    ...changes,
  };
  return Object.entries(lines).map(([key, value]) => `${name}/${key} = ${value}\n`).join("");
}

const TWO = GLOBAL + panel("a", [0, 3], [0, 5]) + panel("b", [6, 9], [0, 5]);

const near = (a: number, b: number, tolerance = 1e-9) => assert.ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);

Deno.test("panels on one grid become one geometry; what lies between them is masked", () => {
  const geometry = parseGeom(TWO, "a.geom");
  near(geometry.poni1, 5e-4);
  near(geometry.poni2, 10e-4);
  near(geometry.distance, 0.1);
  near(geometry.wavelength ?? 0, 1.0332016536100025e-10, 1e-20);
  assert.deepEqual(geometry.shape, [6, 10]);
  assert.deepEqual([...geometry.mask?.subarray(10, 20) ?? []], [0, 0, 0, 0, 1, 1, 0, 0, 0, 0]);
});

Deno.test("bad regions are masked, in frame and in laboratory pixels", () => {
  const bad = "badA/min_fs = 1\nbadA/max_fs = 2\nbadA/min_ss = 0\nbadA/max_ss = 0\n" +
    "badB/min_x = -4\nbadB/max_x = -2\nbadB/min_y = 0\nbadB/max_y = 9\n";
  const mask = parseGeom(TWO + bad, "a.geom").mask ?? new Uint8Array();
  assert.deepEqual([...mask.subarray(0, 10)], [0, 1, 1, 0, 1, 1, 0, 0, 0, 0]);
  // x from −4 to −2 covers the centres of columns 6 and 7; y from 0 on begins at row 5
  assert.deepEqual([...mask.subarray(50, 60)], [0, 0, 0, 0, 1, 1, 1, 1, 0, 0]);
  assert.deepEqual([...mask.subarray(40, 50)], [0, 0, 0, 0, 1, 1, 0, 0, 0, 0]);
});

Deno.test("axes that run backwards keep the beam where it is", () => {
  const signs = panel("a", [0, 3], [0, 5], { fs: "-x", ss: "-y", corner_x: "10", corner_y: "5" });
  const geometry = parseGeom(GLOBAL + signs, "a.geom");
  near(geometry.poni1, 5e-4);
  near(geometry.poni2, 10e-4);
  assert.deepEqual([geometry.rot1, geometry.rot2, geometry.rot3], [0, 0, 0]);
  const mirrored = parseGeom(GLOBAL + panel("a", [0, 3], [0, 5], { fs: "-x", corner_x: "10" }), "a.geom");
  near(mirrored.poni2, 10e-4);
  // turned by 90°: fs runs up, ss runs to −x
  const turned = panel("a", [0, 3], [0, 5], { fs: "y", ss: "-x", corner_x: "5", corner_y: "-10" });
  const quarter = parseGeom(GLOBAL + turned, "a.geom");
  near(quarter.poni1, 5e-4);
  near(quarter.poni2, 10e-4);
  near(Math.abs(quarter.rot3), Math.PI / 2);
});

Deno.test("flags become valid range and dummy; what is not done is noted", () => {
  const text =
    `flag_lessthan = -1\nflag_equal = 65535\nmask_data = /mask\nphoton_energy = /LCLS/photon_energy\nclen = 80 mm\nres = 10000\n`;
  const geometry = parseGeom(text + panel("a", [0, 3], [0, 5], { coffset: "0.02" }), "a.geom");
  near(geometry.distance, 0.1);
  assert.deepEqual(geometry.valid, [-1, Infinity]);
  assert.equal(geometry.dummy, 65535);
  assert.equal(geometry.wavelength, undefined);
  assert.match(geometry.notes?.join("\n") ?? "", /photon_energy is kept in the frames[^]*mask_data is not read/);
});

Deno.test("geometries of other kinds are refused by file, place and remedy", () => {
  const refused: [string, RegExp][] = [
    [TWO.replace("b/corner_x = -4", "b/corner_x = -3"), /panel b\): lies 1\.00 pixels off the grid of panel a/],
    [TWO.replace("b/fs = x", "b/fs = +0.9x +0.43589z"), /panel b.*tilted/],
    [TWO.replace("clen = 0.1 m", "clen = /LCLS/detector/EncoderValue"), /kept in the frames/],
    [TWO.replace("clen = 0.1 m", ""), /camera length is missing/],
    [TWO.replace("clen = 0.1 m", "clen = 0.1 parsec"), /"0.1 parsec" is not a positive number/],
    [TWO.replace("a/fs = x", "a/fs = sideways"), /"sideways" is not a direction/],
    [TWO.replace("a/max_fs = 3", "a/max_fs = 999999999"), /not a range of pixels/],
    [TWO.replace("a/max_fs = 3", ""), /"max_fs" is missing/],
    [TWO + "nonsense\n", /line 20\): "nonsense" is not/],
    ["clen = 1\n", /describes no panel/],
    [GLOBAL + panel("a", [0, 3], [0, 5], { dim0: "0" }) + panel("b", [6, 9], [0, 5], { dim0: "1" }), /stack of panels/],
  ];
  for (const [text, message] of refused) {
    assert.throws(() => parseGeom(text, "bad.geom"), (error) => {
      assert.ok(error instanceof InputError, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("a tilted geometry is written as CrystFEL places its pixels, and read back", () => {
  // pyFAI 2026.9, calc_pos_zyx: laboratory positions (x, y, z) in m of the outer corners of thaumatin/tilted.poni
  const geometry = parsePoni(
    "Distance: 0.2\nPoni1: 0.11\nPoni2: 0.2\nRot1: 0.15\nRot2: -0.1\nRot3: 0.3\nWavelength: 1e-10\nDetector: Pilatus6M\n",
    "t.poni",
  );
  const text = formatGeom(geometry, undefined, { data: "/entry/data/data" });
  assert.match(text, /^data = \/entry\/data\/data\ndim0 = %/m);
  const value = (name: string) => Number(new RegExp(`${name} = ([-\\d.]+)`).exec(text)?.[1]);
  near(value("p0/corner_x") * 172e-6, -0.18599783, 1e-8);
  near(value("p0/corner_y") * 172e-6, -0.03324282, 1e-8);
  near(value("clen"), 0.23748626, 1e-8);
  const back = parseGeom(text, "t.geom");
  for (const key of ["distance", "poni1", "poni2", "rot1", "rot2", "rot3", "pixel1", "wavelength"] as const) {
    near(back[key] ?? NaN, geometry[key] ?? NaN, 1e-9);
  }
  assert.throws(() => formatGeom({ ...geometry, pixel2: 1e-4 }), /square pixels/);
  assert.throws(() => formatGeom({ ...geometry, orientation: 2 }), /orientation 2/);
});

dataTest("the thaumatin .geom and PONI describe one experiment", [
  "thaumatin/thaumatin.geom",
  "thaumatin/thaumatin.poni",
], async () => {
  const [geom, poni] = await Promise.all(
    ["thaumatin.geom", "thaumatin.poni"].map((name) => loadGeometry(dataPath(`thaumatin/${name}`))),
  );
  for (const key of ["distance", "poni1", "poni2", "rot1", "rot2", "rot3", "pixel1", "pixel2", "wavelength"] as const) {
    near(geom[key] ?? NaN, poni[key] ?? NaN, 1e-10);
  }
  assert.deepEqual(geom.shape, poni.shape);
  assert.deepEqual(geom.valid, [0, Infinity]);
});

Deno.test("a file that is neither PONI nor .geom is refused, as is a missing one", async () => {
  const file = await Deno.makeTempFile({ suffix: ".poni" });
  try {
    await Deno.writeTextFile(file, "hello\n");
    await assert.rejects(loadGeometry(file), /neither a PONI file nor/);
    await Deno.writeFile(file, new Uint8Array(100));
    await assert.rejects(loadGeometry(file), /not a text file/);
    await Deno.writeTextFile(file, "");
    await assert.rejects(loadGeometry(file), /is empty/);
  } finally {
    await Deno.remove(file);
  }
  await assert.rejects(
    loadGeometry(file),
    (error) => error instanceof InputError && /no such file/.test(error.message),
  );
});
