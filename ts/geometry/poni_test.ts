import assert from "node:assert/strict";
import { InputError } from "../errors.ts";
import { dataPath, dataTest } from "../testing.ts";
import { directBeam, geometryFromBeamCentre } from "./beam.ts";
import { detectors, findDetector, gapMask } from "./detectors.ts";
import { loadGeometry } from "./load.ts";
import { formatPoni, parsePoni } from "./poni.ts";

const LINES = {
  poni_version: "2.1",
  Detector: "Detector",
  Detector_config: '{"pixel1": 1e-4, "pixel2": 2e-4, "max_shape": [10, 20], "orientation": 3}',
  Distance: "0.2",
  Poni1: "0.11",
  Poni2: "0.2",
  Rot1: "0.15",
  Rot2: "-0.1",
  Rot3: "0.3",
  Wavelength: "1e-10",
};

const poni = (changes: Record<string, string | undefined> = {}) =>
  Object.entries({ ...LINES, ...changes }).filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${value}`).join("\n");

const masked = (mask: Uint8Array | undefined) => mask?.reduce((sum, value) => sum + value, 0) ?? 0;

Deno.test("a PONI's lines become a geometry; keys in any case, the last wins, comments are passed over", () => {
  const text = `# a comment: 7\nDISTANCE: 9\n${poni()}\n# Distance: 8\nrOT1: 0.25\n`;
  const geometry = parsePoni(text, "a.poni");
  assert.deepEqual(geometry, {
    distance: 0.2,
    poni1: 0.11,
    poni2: 0.2,
    rot1: 0.25,
    rot2: -0.1,
    rot3: 0.3,
    pixel1: 1e-4,
    pixel2: 2e-4,
    orientation: 3,
    wavelength: 1e-10,
    shape: [10, 20],
    detector: "Detector",
  });
});

Deno.test("version 1 files name pixel sizes on lines of their own, and may lack the wavelength", () => {
  const old = poni({ poni_version: undefined, Detector_config: undefined, Wavelength: undefined });
  const geometry = parsePoni(`${old}\nPixelSize1: 5e-5\nPixelSize2: 6e-5`, "old.poni");
  assert.equal(geometry.pixel1, 5e-5);
  assert.equal(geometry.pixel2, 6e-5);
  assert.equal(geometry.wavelength, undefined);
});

Deno.test("a known detector gives pixel size, shape and gaps; another pixel size makes them not apply", () => {
  const known = parsePoni(poni({ Detector: "Pilatus6M", Detector_config: "{}" }), "a.poni");
  assert.deepEqual([known.pixel1, known.shape, masked(known.mask)], [172e-6, [2527, 2463], 526101]);
  const binned = parsePoni(poni({ Detector: "Pilatus6M" }), "a.poni");
  assert.deepEqual([binned.pixel1, binned.shape, binned.mask], [1e-4, [10, 20], undefined]);
});

Deno.test("what is written is read back", () => {
  for (const config of [LINES.Detector_config, '{"pixel1":1e-4,"pixel2":1e-4,"orientation":2}']) {
    const geometry = parsePoni(poni({ Detector_config: config }), "a.poni");
    assert.deepEqual(parsePoni(formatPoni(geometry), "b.poni"), geometry);
  }
  const pilatus = parsePoni(poni({ Detector: "Pilatus 6M", Detector_config: "{}" }), "a.poni");
  assert.deepEqual({ ...parsePoni(formatPoni(pilatus), "b.poni"), detector: "" }, { ...pilatus, detector: "" });
  assert.notDeepEqual(parsePoni(formatPoni({ ...pilatus, rot1: 0.5 }), "b.poni").rot1, pilatus.rot1);
});

Deno.test("senseless lines are refused by file, line and remedy", () => {
  const refused: [Record<string, string | undefined>, RegExp][] = [
    [{ Distance: undefined }, /bad\.poni \(distance\): the line is missing/],
    [{ Distance: "-1" }, /Distance.*-1 cannot be a length/],
    [{ Poni1: "abc" }, /poni1.*"abc" is not a number/],
    [{ Wavelength: "0.97" }, /Wavelength.*give it in m/],
    [{ poni_version: "4" }, /version 4 is too new/],
    [{ Parallax: "True" }, /parallax correction is not supported/],
    [{ Detector: "Frelon", Detector_config: undefined }, /pixel size of detector Frelon is not known/],
    [{ Detector_config: "{pixel1" }, /not valid JSON/],
    [{ Detector_config: "[1]" }, /not a JSON object/],
    [{ Detector_config: '{"pixel1":1e-4,"pixel2":1e-4,"orientation":6}' }, /orientation 6 is not supported/],
    [{ Detector_config: '{"pixel1":1e-4,"pixel2":1e-4,"max_shape":[1e9,1e9]}' }, /is not a detector's shape/],
    [{ Detector_config: '{"pixel1":75,"pixel2":75}' }, /give the pixel size in m/],
  ];
  for (const [changes, message] of refused) {
    assert.throws(() => parsePoni(poni(changes), "bad.poni"), (error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, message);
      assert.match(error.message, /^bad\.poni/);
      return true;
    });
  }
});

Deno.test("detectors are found by the names that pyFAI and file headers use", () => {
  const names: Record<string, string> = {
    "Pilatus 6M": "Pilatus 6M",
    "PILATUS3 6M": "Pilatus 6M",
    "pilatus_300k": "Pilatus 300k",
    "Pilatus3 X 300K-W": "Pilatus 300kw",
    "PilatusCdTe2M": "Pilatus CdTe 2M",
    "Pilatus 2M CdTe": "Pilatus CdTe 2M",
    "Pilatus4_1M": "Pilatus4 1M",
    "eiger_4m": "Eiger 4M",
    "Eiger2CdTe_4M": "Eiger2 CdTe 4M",
    "Dectris EIGER2 Si 16M": "Eiger2 16M",
    "Dectris Eiger 4M": "Eiger 4M",
    "Eiger2 1M-W": "Eiger2 1MW",
    "Jungfrau4M": "Jungfrau 4M",
  };
  for (const [name, found] of Object.entries(names)) assert.equal(findDetector(name)?.name, found, name);
  assert.equal(findDetector("Frelon"), undefined);
});

Deno.test("gap masks have as many pixels as pyFAI masks", () => {
  const counts: Record<string, number> = {
    "Pilatus 1M": 73533,
    "Pilatus CdTe 1M": 79383,
    "Pilatus4 2M": 176720,
    "Pilatus4 CdTe 2M": 181310,
    "Eiger 16M": 1198210,
    "Eiger2 4M": 260328,
    "Eiger2 CdTe 9M": 682680,
    "Jungfrau 4M": 239792,
    "Eiger2 500k": 0,
  };
  for (const [name, count] of Object.entries(counts)) {
    const detector = findDetector(name);
    assert.ok(detector, name);
    assert.equal(masked(gapMask(detector)), count, name);
  }
  for (const detector of detectors.values()) {
    assert.ok(detector.shape.every((side) => Number.isInteger(side) && side > 0), detector.name);
  }
});

Deno.test("a beam centre becomes a geometry and comes back", () => {
  const geometry = geometryFromBeamCentre({ distance: 0.2, beamX: 12.5, beamY: 3, pixel1: 1e-4, pixel2: 2e-4 });
  assert.deepEqual([geometry.poni1, geometry.poni2], [3 * 1e-4, 12.5 * 2e-4]);
  const beam = directBeam(geometry);
  assert.ok(Math.abs(beam.x - 12.5) < 1e-12 && Math.abs(beam.y - 3) < 1e-12 && beam.distance === 0.2);
});

dataTest(
  "the direct beam of a tilted detector is pyFAI's, in every orientation",
  ["thaumatin/tilted.poni"],
  async () => {
    const geometry = await loadGeometry(dataPath("thaumatin/tilted.poni"));
    // pyFAI 2026.9: AzimuthalIntegrator.getFit2D of tilted.poni; flips: the pixel of smallest 2θ.
    const [x, y, distance] = [987.0520720252383, 521.5417243753839, 0.20328687616922068];
    const expected = { 1: [2463 - x, 2527 - y], 2: [x, 2527 - y], 3: [x, y], 4: [2463 - x, y] } as const;
    for (const orientation of [1, 2, 3, 4] as const) {
      const beam = directBeam({ ...geometry, orientation });
      assert.ok(Math.abs(beam.x - expected[orientation][0]) < 1e-6, `x in orientation ${orientation}`);
      assert.ok(Math.abs(beam.y - expected[orientation][1]) < 1e-6, `y in orientation ${orientation}`);
      assert.ok(Math.abs(beam.distance - distance) < 1e-9);
    }
  },
);
