/**
 * FabIO reads our sparse files and rebuilds each frame as we do, and we read pyFAI's. Eight measured frames, as uint32
 * from one HDF5 file and as int32 from eight CBF files, with and without corrections.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { clientTest, dataPath } from "../testing.ts";
import { braggsieve, fabio, once, sharedFolder } from "./clients.ts";

const COMPARE = fileURLToPath(new URL("./compare.py", import.meta.url));

/** Both round the same background to counts; FabIO interpolates in float32 or float64: one count may lie between. */
const LARGEST_DIFFERENCE = 1;
/** How many pixels may fall on the other side of a half when rounded. */
const DIFFERENT_PART = 1e-4;

const STACK = dataPath("thaumatin/thaumatin_bslz4.h5");
const NUMBERS = ["0001", "0003", "0007", "0011", "0013", "0014", "0015", "0017"];
const CBF_NAMES = NUMBERS.map((number) => `thaumatin/thau_3_2_${number}.cbf.bz2`);
const DATA = ["thaumatin/thaumatin_bslz4.h5", "thaumatin/thaumatin.poni", "thaumatin/pyfai_sparse.h5", ...CBF_NAMES];
const CBFS = CBF_NAMES.map(dataPath);
const CORRECTIONS = ["-A", "-P", "0.99"];

/** The counts that compare.py prints for one frame. */
interface FrameReport {
  type: string;
  sameType: boolean;
  valid: number;
  kept: number;
  different: number;
  largest: number;
  keptLostByUs: number;
  keptLostByFabio: number;
  maskedNotDummy: number;
  commandDifferent: number;
}

interface Report {
  shape: number[];
  nframes: number;
  ourFrames: number;
  commandFrames: number;
  normalized: boolean;
  dummy: number;
  frames: FrameReport[];
}

const folder = sharedFolder();

/** Rebuilds a sparse file by us and by FabIO's command, and gives the words that compare.py wants. */
async function rebuild(name: string, raw: readonly string[]): Promise<string[]> {
  await braggsieve(folder, "densify", "--noise", "0", "-o", `${name}_ours.h5`, `${name}.h5`);
  await fabio.run(folder, "-m", "fabio.app.densify", "-N", "0", "-o", "{basename}_fabio.h5", `${name}.h5`);
  return ["rebuilt", `${name}.h5`, `${name}_ours.h5`, `${name}_fabio.h5`, ...raw];
}

/** Sparsifies the eight frames and rebuilds them. */
function series(name: string, files: readonly string[], options: readonly string[]): () => Promise<string[]> {
  return once(async () => {
    // CBF frames mark their gaps and dead pixels themselves.
    const mask = files[0] === STACK ? ["-m", `${STACK}::/entry/mask`] : [];
    const geometry = ["-p", dataPath("thaumatin/thaumatin.poni")];
    await braggsieve(
      folder,
      "sparsify",
      ...geometry,
      ...mask,
      "--cutoff-pick",
      "2",
      ...options,
      "-o",
      `${name}.h5`,
      ...files,
    );
    return await rebuild(name, files);
  });
}

const unsigned = series("unsigned", [STACK], []);

const pyfai = once(async () => {
  await Deno.copyFile(dataPath("thaumatin/pyfai_sparse.h5"), `${folder}/pyfai.h5`);
  return await rebuild("pyfai", [CBFS[0]]);
});

async function compare<T>(words: readonly string[], ...more: string[]): Promise<T> {
  return JSON.parse(await fabio.run(folder, COMPARE, ...words, ...more)) as T;
}

/** Throws unless FabIO's rebuilt frames and ours are the same frames. */
function assertRebuilt(report: Report): void {
  assert.deepEqual([report.ourFrames, report.commandFrames], [report.nframes, report.nframes], "frames");
  for (const [i, frame] of report.frames.entries()) {
    assert.ok(frame.sameType, `frame ${i}: ${frame.type} is not the type of all`);
    assert.ok(frame.kept > 10_000 && frame.kept < frame.valid / 10, `frame ${i}: ${frame.kept} pixels kept`);
    assert.ok(frame.largest <= LARGEST_DIFFERENCE, `frame ${i}: a pixel differs by ${frame.largest}`);
    assert.ok(frame.different <= frame.valid * DIFFERENT_PART, `frame ${i}: ${frame.different} pixels differ`);
    assert.equal(frame.keptLostByUs, 0, `frame ${i}: kept pixels that we changed`);
    assert.equal(frame.keptLostByFabio, 0, `frame ${i}: kept pixels that FabIO changed`);
    assert.equal(frame.maskedNotDummy, 0, `frame ${i}: masked pixels that are not the dummy`);
    assert.equal(frame.commandDifferent, 0, `frame ${i}: pixels that differ between FabIO's command and reader`);
  }
}

const CASES = [
  { name: "uint32 from HDF5", words: unsigned, type: "<u4", normalized: false, dummy: 2 ** 32 - 1 },
  {
    name: "uint32 from HDF5, corrected",
    words: series("unsigned_corrected", [STACK], CORRECTIONS),
    type: "<u4",
    normalized: true,
    dummy: 2 ** 32 - 1,
  },
  { name: "int32 from CBF", words: series("signed", CBFS, []), type: "<i4", normalized: false, dummy: -1 },
  {
    name: "int32 from CBF, corrected",
    words: series("signed_corrected", CBFS, CORRECTIONS),
    type: "<i4",
    normalized: true,
    dummy: -1,
  },
];

for (const { name, words, type, normalized, dummy } of CASES) {
  clientTest(`FabIO rebuilds our frames as we do: ${name}`, [fabio], DATA, async () => {
    const report = await compare<Report>(await words());
    assert.deepEqual(report.shape, [2527, 2463]);
    assert.equal(report.nframes, 8);
    assert.equal(report.frames.length, 8);
    assert.equal(report.normalized, normalized);
    assert.equal(report.dummy, dummy);
    assert.ok(report.frames.every((frame) => frame.type === type));
    assertRebuilt(report);
  });
}

clientTest("the comparison with FabIO notices one changed pixel, wherever it is", [fabio], DATA, async () => {
  const words = await unsigned();
  const message = {
    kept: /kept pixels that we changed/,
    masked: /masked pixels that are not the dummy/,
    background: /a pixel differs by 2/,
    reader: /kept pixels that FabIO changed/,
    command: /between FabIO's command and reader/,
  };
  for (const [what, expected] of Object.entries(message)) {
    const report = await compare<Report>(words, "--frame", "2", "--spoil", what);
    assert.throws(() => assertRebuilt(report), expected);
  }
});

clientTest("we rebuild pyFAI's sparse file as FabIO does", [fabio], DATA, async () => {
  // pyFAI's file asks for 0 in masked pixels, which looks like no counts: ours are -1.
  const words = [...await pyfai(), "--dummy", "-1"];
  const report = await compare<Report>(words);
  assert.deepEqual([report.shape, report.nframes, report.frames[0].kept], [[2527, 2463], 1, 127_065]);
  assertRebuilt(report);
  const spoilt = await compare<Report>(words, "--spoil", "background");
  assert.throws(() => assertRebuilt(spoilt), /a pixel differs by 2/);
});

/** How the kept pixels of two sparse files compare. */
interface KeptReport {
  ours: number;
  theirs: number;
  common: number;
  equalValues: number;
}

clientTest("the pixels that we keep of a frame are those that pyFAI keeps", [fabio], DATA, async () => {
  await unsigned();
  await pyfai();
  const same = { ours: 127_065, theirs: 127_065, common: 127_065, equalValues: 127_065 };
  const words = ["kept", "unsigned.h5", "pyfai.h5"];
  assert.deepEqual(await compare<KeptReport>(words), same);
  assert.notDeepEqual(await compare<KeptReport>(words, "--spoil", "value"), same);
  assert.notDeepEqual(await compare<KeptReport>(words, "--spoil", "place"), same);
});
