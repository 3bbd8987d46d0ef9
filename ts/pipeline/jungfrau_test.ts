/** Real JUNGFRAU frames: photons as float32, raw counts with gain bits as uint16, several chunks per frame, gzip. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { geometryFromBeamCentre } from "../geometry/beam.ts";
import { openH5 } from "../io/hdf5/h5.ts";
import { openSparse } from "../io/sparse_read.ts";
import { dataPath, dataTest, inFolder } from "../testing.ts";
import { densify } from "./densify.ts";
import { describe } from "./info.ts";
import { sparsify } from "./sparsify.ts";

const FILE = "jungfrau/jungfrau_module.h5";
const SHAPE = [512, 1024] as const;
// The file tells none: a module of 75 µm pixels, the beam in its middle.
const geometry = geometryFromBeamCentre({
  ...{ distance: 0.1, beamX: 512, beamY: 256, pixel1: 75e-6, pixel2: 75e-6, wavelength: 1e-10, shape: SHAPE },
});

for (const [dataset, type] of [["converted_photons", "float32"], ["raw", "uint16"]] as const) {
  dataTest(`JUNGFRAU: ${dataset} are sparsified, rebuilt and described`, [FILE], () =>
    inFolder(async (folder) => {
      const [sparse, dense] = [join(folder, "sparse.h5"), join(folder, "dense.h5")];
      const summary = await sparsify({ files: [`${dataPath(FILE)}::/${dataset}`], geometry, output: sparse });
      assert.equal(summary.frames, 4);
      assert.equal(summary.validPixels, 4 * SHAPE[0] * SHAPE[1]);
      assert.equal(summary.invalidPixels, 0);
      const kept = summary.keptPixels ?? 0;
      assert.ok(kept > 0 && kept < 0.1 * summary.validPixels, `${kept} pixels kept`);
      const facts = await describe({ file: sparse });
      assert.equal(facts.kind, "sparse");
      assert.equal(facts.type, type);
      assert.deepEqual(facts.shape, [...SHAPE]);
      await densify({ file: sparse, output: dense });
      const described = await describe({ file: dense, frame: 3 });
      assert.equal(described.type, type);
      assert.deepEqual(described.storage?.chunks, [1, ...SHAPE]);
      assert.equal(described.frame?.validPixels, SHAPE[0] * SHAPE[1]);
      // Kept pixels come back bit for bit.
      const [file, before, after] = [await openSparse(sparse), await openH5(dataPath(FILE)), await openH5(dense)];
      const place = [[3, 4], [0, SHAPE[0]], [0, SHAPE[1]]] as const;
      const [original, rebuilt] = [before.read(`/${dataset}`, place), after.read("/entry/data/data", place)];
      assert.ok(typeof original === "object" && typeof rebuilt === "object");
      const { index } = file.frame(3);
      assert.ok(index.length > 0 && index.every((pixel) => original[pixel] === rebuilt[pixel]));
      assert.ok(original.length === rebuilt.length && !original.every((value, i) => value === rebuilt[i]));
      for (const open of [file, before, after]) open.close();
    }));
}
