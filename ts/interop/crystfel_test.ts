/** CrystFEL indexes what we write of eight real frames of thaumatin, seven of which it indexes from the raw ones. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openH5 } from "../io/hdf5/h5.ts";
import { hasPython, inFolder } from "../io/sink_fixtures.ts";
import { densify } from "../pipeline/densify.ts";
import { findPeaks } from "../pipeline/peaks.ts";
import { sparsify } from "../pipeline/sparsify.ts";
import { dataPath, dataTest } from "../testing.ts";
import { hasCrystfel, indexThaumatin, PEAKFINDER8 } from "./crystfel.ts";

const FILES = ["thaumatin/thaumatin_bslz4.h5", "thaumatin/thaumatin.poni", "thaumatin/thaumatin.geom"];
/** Of eight: the last frame is empty. */
const INDEXABLE = 7;
/** Peaks below which the empty frame must stay. */
const EMPTY = 25;
const input = () => ({ files: [dataPath(FILES[0])], geometry: dataPath(FILES[1]) });

/** A test with CrystFEL, Python's filter plugin for it and the real frames; what is absent is said in one line. */
function crystfelTest(name: string, body: () => Promise<void>): void {
  if (hasCrystfel && hasPython) return dataTest(name, FILES, body);
  const absent = hasCrystfel
    ? "no Python with hdf5plugin (BRAGGSIEVE_PYTHON)"
    : "no CrystFEL (BRAGGSIEVE_CRYSTFEL, the folder of indexamajig)";
  console.log(`skipped: ${name}: ${absent}`);
  Deno.test({ name, ignore: true, fn: body });
}

crystfelTest("peaks from our CXI file are indexed in seven of eight frames", async () => {
  await inFolder(async (folder) => {
    const output = join(folder, "peaks.cxi");
    await findPeaks({ ...input(), output });
    const h5 = await openH5(output);
    const counts = Array.from(h5.read("/entry_1/result_1/nPeaks") as Int32Array);
    h5.close();
    assert.ok(counts[7] < EMPTY, `${counts[7]} peaks in the empty frame`);
    const head = ["data = /entry_1/data_1/data", "peak_list = /entry_1/result_1", "peak_list_type = cxi"];
    const indexed = indexThaumatin(output, head, ["--peaks=cxi"]);
    assert.ok(indexed.frames >= INDEXABLE, `${indexed.frames} indexed; peaks ${indexed.peaks}`);
    // With the beam 60 pixels off the first frame does not fit: the test can fail.
    const spoil = (geometry: string) => geometry.replace("= -1261.61", "= -1201.61");
    assert.deepEqual(indexThaumatin(output, head, ["--peaks=cxi"], spoil).frames, 0);
  });
});

crystfelTest(
  "frames rebuilt from 1 σ and 2 σ are indexed by CrystFEL's own peak search in seven of eight",
  async () => {
    await inFolder(async (folder) => {
      for (const cutoffPick of [1, 2]) {
        const [sparse, output] = [join(folder, "sparse.h5"), join(folder, "dense.h5")];
        await sparsify({ ...input(), output: sparse, settings: { cutoffPick }, force: true });
        await densify({ file: sparse, output, force: true });
        const indexed = indexThaumatin(output, ["data = /entry/data/data"], PEAKFINDER8);
        assert.ok(indexed.frames >= INDEXABLE, `${cutoffPick} σ: ${indexed.frames} indexed; peaks ${indexed.peaks}`);
        assert.ok(indexed.peaks[7] < EMPTY, `${cutoffPick} σ: ${indexed.peaks[7]} peaks in the empty frame`);
      }
    });
  },
);
