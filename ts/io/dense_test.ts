/** Dense files: frames bit for bit, and every field that dxtbx, neggia and CrystFEL look for. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { OutputError } from "../errors.ts";
import { createDense } from "./dense.ts";
import type { PixelArray, PixelType } from "./frame.ts";
import { openH5 } from "./hdf5/h5.ts";
import { below, GEOMETRY } from "./sink_fixtures.ts";
import { fabio } from "../interop/clients.ts";
import { clientTest, inFolder } from "../testing.ts";

const PIXELS = 600;
const FRAMES: readonly [PixelType, (seed: number) => PixelArray][] = [
  ["uint8", (seed) => Uint8Array.from(below(256, PIXELS, seed))],
  ["uint16", (seed) => Uint16Array.from(below(65536, PIXELS, seed))],
  ["uint32", (seed) => Uint32Array.from(below(2 ** 32, PIXELS, seed))],
  ["int16", (seed) => Int16Array.from(below(65536, PIXELS, seed), (x) => x - 32768)],
  ["int32", (seed) => Int32Array.from(below(2 ** 32, PIXELS, seed), (x) => x - 2 ** 31)],
  ["float32", (seed) => Float32Array.from(below(1000, PIXELS, seed), (x) => x / 7)],
];

Deno.test("frames of every type come back bit for bit, one chunk each", async () => {
  await inFolder(async (folder) => {
    for (const [type, make] of FRAMES) {
      const file = join(folder, `${type}.h5`);
      const sink = await createDense(file, { shape: [20, 30], type, geometry: GEOMETRY });
      for (const seed of [1, 2, 3]) sink.append(make(seed));
      assert.equal(sink.frameCount, 3);
      sink.close();
      const h5 = await openH5(file);
      const facts = h5.dataset("/entry/data/data");
      assert.deepEqual([facts.shape, facts.chunks, facts.type], [[3, 20, 30], [1, 20, 30], type]);
      assert.deepEqual(facts.filters.map(({ id, options }) => [id, options]), [[32008, [0, 4, facts.itemSize, 0, 2]]]);
      const second = h5.read("/entry/data/data", [[1, 2], [0, 20], [0, 30]]);
      assert.deepEqual(second, make(2));
      assert.notDeepEqual(second, make(3));
      h5.close();
    }
  });
});

Deno.test("a frame of another size is refused", async () => {
  await inFolder(async (folder) => {
    const sink = await createDense(join(folder, "d.h5"), { shape: [20, 30], type: "uint16" });
    assert.throws(() => sink.append(new Uint16Array(599)), OutputError);
    sink.close();
  });
});

const FIELDS = `
import h5py, hdf5plugin, json, sys
found = {}
def keep(name, item):
    if isinstance(item, h5py.Dataset):
        value = item[()]
        value = value.decode() if isinstance(value, bytes) else value.tolist()
        text = lambda a: a if isinstance(a, str) else (a.tolist() if hasattr(a, "tolist") else a)
        found[name] = {"value": value, **{k: text(v) for k, v in item.attrs.items()}}
with h5py.File(sys.argv[1]) as file:
    file["entry/instrument"].visititems(keep)
    keep("definition", file["entry/definition"]); keep("depends_on", file["entry/sample/depends_on"])
    found["pixel_mask"] = file["entry/instrument/detector/pixel_mask"][()].tolist()
    found["data"] = int(file["entry/data/data"][()].sum())
print(json.dumps(found))
`;

clientTest("h5py finds every field with its unit", [fabio], [], async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "d.h5");
    const mask = new Uint8Array(PIXELS);
    mask[31] = 1;
    const detector = { sensorMaterial: "CdTe", sensorThickness: 1e-3, saturationValue: 1000, exposureTime: 0.01 };
    const sink = await createDense(file, { shape: [20, 30], type: "uint16", geometry: GEOMETRY, mask, detector });
    const frame = Uint16Array.from(below(100, PIXELS));
    sink.append(frame);
    sink.append(frame);
    sink.close();
    const found = JSON.parse(await fabio.run(folder, "-c", FIELDS, file)) as Record<string, Record<string, unknown>>;
    const field = (name: string) => [found[name]?.value, found[name]?.units];
    const specific = (name: string) => found[`detector/detectorSpecific/${name}`]?.value;
    assert.deepEqual(field("definition"), ["NXmx", undefined]);
    assert.deepEqual(field("depends_on"), [".", undefined]);
    assert.deepEqual(field("beam/incident_wavelength"), [1, "angstrom"]);
    assert.deepEqual(field("detector/distance"), [0.1, "m"]);
    assert.deepEqual(field("detector/detector_distance"), [0.1, "m"]);
    assert.deepEqual(field("detector/beam_center_x").map((x) => typeof x === "number" ? x.toFixed(9) : x), [
      "15.500000000",
      "pixel",
    ]);
    assert.deepEqual(field("detector/beam_center_y").map((x) => typeof x === "number" ? x.toFixed(9) : x), [
      "10.250000000",
      "pixel",
    ]);
    assert.deepEqual(field("detector/x_pixel_size"), [1.5e-4, "m"]);
    assert.deepEqual(field("detector/y_pixel_size"), [1e-4, "m"]);
    assert.deepEqual(field("detector/sensor_material"), ["CdTe", undefined]);
    assert.deepEqual(field("detector/sensor_thickness"), [1e-3, "m"]);
    assert.deepEqual(field("detector/saturation_value"), [1000, undefined]);
    assert.deepEqual(field("detector/bit_depth_image"), [16, undefined]);
    assert.deepEqual(field("detector/count_time"), [0.01, "s"]);
    assert.deepEqual(["nimages", "ntrigger", "x_pixels_in_detector", "y_pixels_in_detector"].map(specific), [
      2,
      1,
      30,
      20,
    ]);
    assert.deepEqual(field("detector/module/data_size"), [[20, 30], undefined]);
    assert.deepEqual(found["detector/module/fast_pixel_direction"]?.vector, [-1, 0, 0]);
    assert.deepEqual(found["detector/module/slow_pixel_direction"]?.vector, [0, -1, 0]);
    assert.deepEqual(found["detector/transformations/translation"]?.depends_on, ".");
    assert.equal((found.pixel_mask as unknown as number[][])[1][1], 1);
    assert.equal(found.data, 2 * frame.reduce((sum, x) => sum + x));
  });
});

Deno.test("an unknown sensor is written as assumed, and said to be", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "d.h5");
    (await createDense(file, { shape: [20, 30], type: "int32" })).close();
    const h5 = await openH5(file);
    assert.equal(h5.read("/entry/instrument/detector/sensor_material"), "Si");
    assert.match(String(h5.attribute("/entry/instrument/detector/sensor_material", "comment")), /assumed/);
    assert.equal(h5.kind("/entry/instrument/beam/incident_wavelength"), "missing");
    h5.close();
  });
});
