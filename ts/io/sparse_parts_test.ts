/** Where the bytes of sparse files are: ours tell, pyFAI's tell only the size of the values. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DEFAULT_SETTINGS } from "../engine/engine.ts";
import { mapsOf } from "../engine/array_maps.ts";
import { dataPath, dataTest, inFolder } from "../testing.ts";
import { createH5, openH5 } from "./hdf5/h5.ts";
import { GEOMETRY } from "./sink_fixtures.ts";
import { createSparse } from "./sparse.ts";
import { sparseParts } from "./sparse_parts.ts";

async function partsOf(file: string) {
  const h5 = await openH5(file);
  try {
    return sparseParts(h5);
  } finally {
    h5.close();
  }
}

Deno.test("each large part of our file tells its bytes, packed and not", () =>
  inFolder(async (folder) => {
    const file = join(folder, "s.h5");
    const radius = Float32Array.from({ length: 600 }, (_, pixel) => 1 + pixel / 100);
    const radial = Float32Array.of(1, 3, 5, 7);
    const sink = await createSparse(file, {
      geometry: GEOMETRY,
      shape: [20, 30],
      type: "uint16",
      maps: mapsOf(radius, radial, new Float32Array(600).fill(0.5)),
      radial,
      mask: new Uint8Array(600),
      settings: DEFAULT_SETTINGS,
    });
    const [mean, std] = [Float32Array.of(4, 3, 2, 1), Float32Array.of(2, 1, 1, 1)];
    await sink.append({ index: Uint32Array.of(1, 5, 9), intensity: Uint16Array.of(70, 80, 90), mean, std });
    await sink.close();
    const parts = await partsOf(file);
    assert.deepEqual(parts.map(({ name, raw }) => [name, raw]), [
      ["index", 12],
      ["intensity", 6],
      ["radius map", 2400],
      ["normalization map", 2400],
      ["background curves", 32],
      ["pixel mask", 600],
    ]);
    for (const { name, stored } of parts) assert.ok(stored! > 16 && stored! < 2400, `${name}: ${stored}`);
    const none = join(folder, "none.h5");
    (await createH5(none)).close();
    assert.deepEqual(await partsOf(none), []);
  }));

dataTest("of pyFAI's file at least the size of the values is known", ["thaumatin/pyfai_sparse.h5"], async () => {
  const parts = await partsOf(dataPath("thaumatin/pyfai_sparse.h5"));
  assert.deepEqual(parts.map(({ name, raw }) => [name, raw]), [
    ["index", 508_260],
    ["intensity", 508_260],
    ["radius map", 24_896_004],
    ["background curves", 6400],
  ]);
});
