/** FabIO's `densify_Bragg` and we rebuild the same frames from our sparse files of real frames. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { PlanSettings } from "../engine/engine.ts";
import { hasPython, inFolder, runPython } from "../io/sink_fixtures.ts";
import { densify } from "../pipeline/densify.ts";
import { sparsify } from "../pipeline/sparsify.ts";
import { dataPath, dataTest } from "../testing.ts";

const FILES = ["thaumatin/thaumatin_bslz4.h5", "thaumatin/thaumatin.poni"];

/**
 * Compares, frame by frame: sparse file by FabIO, dense file of ours, raw frames. Printed per frame: pixels by which
 * FabIO and we differ (and by how much), kept pixels that are not the raw ones, masked ones that are not the dummy,
 * and, to see that the comparison can fail, the pixels that differ from the next frame.
 */
const COMPARE = `
import fabio, h5py, hdf5plugin, json, numpy, sys
sparse, dense, raw = sys.argv[1:]
image = fabio.open(sparse)
with h5py.File(sparse) as file, h5py.File(dense) as ours, h5py.File(raw) as original:
    data = file["entry_0000/sparse_frames"]
    radius, pointer, index = data["mask"][()], data["frame_ptr"][()].astype(int), data["index"][()]
    masked = ~numpy.isfinite(radius)
    # FabIO gives pixels inside the centre of the first bin the dummy value; numpy.interp and we continue the curve.
    compared = ~masked & (radius >= data["radius"][0])
    dummy = numpy.array(data["dummy"][()]).astype(image.data.dtype)
    stack, frames = ours["entry/data/data"], original["entry/data/data"]
    results = []
    for i in range(image.nframes):
        theirs, mine = image.getframe(i).data.astype(numpy.int64), stack[i].astype(numpy.int64)
        kept = index[pointer[i]:pointer[i + 1]]
        other = stack[(i + 1) % image.nframes].astype(numpy.int64)
        results.append({
            "differ": int((theirs != mine)[compared].sum()),
            "most": int(abs(theirs - mine)[compared].max()),
            "kept": int((mine.ravel()[kept] != frames[i].ravel()[kept].astype(numpy.int64)).sum()),
            "count": len(kept),
            "masked": int((mine[masked] != dummy).sum() + (theirs[masked] != dummy).sum()),
            "next": int((theirs != other)[compared].sum()),
        })
print(json.dumps({"compared": int(compared.sum()), "left out": int((~compared & ~masked).sum()), "frames": results}))
`;

interface Compared {
  readonly compared: number;
  readonly "left out": number;
  readonly frames: readonly Record<"differ" | "most" | "kept" | "count" | "masked" | "next", number>[];
}

/**
 * Pixels per million that may differ, by one count: FabIO interpolates in single precision, so a background that is
 * half a count but for its last bit is rounded the other way.
 */
const PER_MILLION = 1;

function compareTest(name: string, settings: Partial<PlanSettings>): void {
  if (!hasPython) {
    console.log(`skipped: ${name}: no Python with h5py, hdf5plugin and fabio (BRAGGSIEVE_PYTHON)`);
    Deno.test({ name, ignore: true, fn: () => {} });
    return;
  }
  dataTest(name, FILES, () =>
    inFolder(async (folder) => {
      const [sparse, output] = [join(folder, "sparse.h5"), join(folder, "dense.h5")];
      const raw = dataPath(FILES[0]);
      await sparsify({ files: [raw], geometry: dataPath(FILES[1]), settings, output: sparse });
      await densify({ file: sparse, output, noise: 0 });
      const seen = runPython(COMPARE, sparse, output, raw) as Compared;
      assert.equal(seen.frames.length, 8);
      assert.ok(seen.compared > 5_000_000 && seen["left out"] < 20, JSON.stringify(seen));
      for (const [i, frame] of seen.frames.entries()) {
        const found = `frame ${i}: ${JSON.stringify(frame)}`;
        assert.ok(frame.differ <= PER_MILLION * seen.compared / 1e6 && frame.most <= 1, found);
        assert.ok(frame.kept === 0 && frame.masked === 0 && frame.count > 10_000, found);
        assert.ok(frame.next > 10_000, `${found}: another frame must be seen as different`);
      }
    }));
}

compareTest("FabIO rebuilds our sparse frames as we do", {});
compareTest("FabIO rebuilds them as we do with corrections too", { solidAngle: true, polarizationFactor: 0.99 });
