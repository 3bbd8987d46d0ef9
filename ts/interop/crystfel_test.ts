/**
 * CrystFEL indexes what we write: peaks from our CXI files, and frames rebuilt from our sparse files. Its own peak
 * search indexes seven of the eight measured frames; the last one is empty.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openStream } from "../io/stream/read.ts";
import type { StreamFrame } from "../io/stream/types.ts";
import { clientTest, dataPath } from "../testing.ts";
import { braggsieve, crystfel, fabio, once, sharedFolder } from "./clients.ts";

/** Of eight frames; what CrystFEL reaches on the measured ones. */
const FEWEST_INDEXED = 7;
/** The crystal's cell, nm, and how far CrystFEL lets a found one be from it (its default: 5 %). */
const CELL = [5.78, 5.78, 15.02];
const CELL_TOLERANCE = 0.05;

const STACK = dataPath("thaumatin/thaumatin_bslz4.h5");
const PONI = dataPath("thaumatin/thaumatin.poni");
const MASK = `${STACK}::/entry/mask`;
const CBF_NAMES = ["0001", "0003", "0007", "0011", "0013", "0014", "0015", "0017"].map((number) =>
  `thaumatin/thau_3_2_${number}.cbf.bz2`
);
const CBFS = CBF_NAMES.map(dataPath);
const REFERENCE = "thaumatin/crystfel_peakfinder8.stream";
const DATA = [
  ...["thaumatin_bslz4.h5", "thaumatin.poni", "thaumatin.geom", "thaumatin.cell"].map((name) => `thaumatin/${name}`),
  REFERENCE,
  ...CBF_NAMES,
];

const PEAKFINDER8 = [
  "--peaks=peakfinder8",
  "--threshold=20",
  "--min-snr=6",
  "--min-pix-count=3",
  "--min-res=50",
  "--max-res=1600",
  "--local-bg-radius=4",
];

const folder = sharedFolder();

/**
 * The beamline's geometry with these lines before its panels, where CrystFEL wants to read where frames, masks and peaks
 * are; the other tests use the one that `--geom` writes.
 */
async function beamlineGeometry(name: string, ...lines: string[]): Promise<string> {
  const panels = await Deno.readTextFile(dataPath("thaumatin/thaumatin.geom"));
  const head = [...lines, "dim0 = %", "dim1 = ss", "dim2 = fs", "mask0_goodbits = 0x0", "mask0_badbits = 0xffff"];
  await Deno.writeTextFile(join(folder, name), `${head.join("\n")}\n${panels}`);
  return name;
}

/** The frames of a stream by file and number; it has them as they were finished. */
async function framesOf(stream: string): Promise<StreamFrame[]> {
  const frames = await Array.fromAsync(await openStream(stream));
  return frames.sort((a, b) => a.file < b.file ? -1 : a.file > b.file ? 1 : (a.index ?? 0) - (b.index ?? 0));
}

/** The frames of a file as CrystFEL's list_events finds them. It wants absolute paths. */
async function listEvents(file: string, geometry: string): Promise<string> {
  await Deno.writeTextFile(join(folder, "files.lst"), `${join(folder, file)}\n`);
  await crystfel.run(folder, "list_events", "-i", "files.lst", "-g", geometry, "-o", `${file}.lst`);
  return await Deno.readTextFile(join(folder, `${file}.lst`));
}

/** Indexes the listed frames and gives what became of each. */
async function index(name: string, list: string, geometry: string, ...options: string[]): Promise<StreamFrame[]> {
  await Deno.writeTextFile(join(folder, `${name}.lst`), list);
  const cell = [
    "-p",
    dataPath("thaumatin/thaumatin.cell"),
    "--indexing=xgandalf",
    "--xgandalf-fast-execution",
    "-j",
    "2",
  ];
  const files = ["-i", `${name}.lst`, "-g", geometry, "-o", `${name}.stream`];
  await crystfel.run(folder, "indexamajig", ...files, ...cell, ...options);
  return await framesOf(join(folder, `${name}.stream`));
}

/** Throws unless there are eight frames, enough of them with a lattice, and each lattice is the crystal's. */
function assertIndexed(frames: readonly StreamFrame[]): void {
  assert.deepEqual(frames.map((frame) => frame.index), [0, 1, 2, 3, 4, 5, 6, 7]);
  const found = frames.filter((frame) => frame.indexedBy === "xgandalf");
  const peaks = frames.map((frame) => frame.peakCount).join(", ");
  assert.ok(found.length >= FEWEST_INDEXED, `${found.length} frames indexed, from ${peaks} peaks`);
  for (const { crystals } of found) {
    assert.ok(crystals.length > 0, "an indexed frame has no cell");
    for (const { cell } of crystals) {
      const near = cell.slice(0, 3).every((edge, i) => Math.abs(edge / CELL[i] - 1) <= CELL_TOLERANCE);
      assert.ok(near, `a cell of ${cell.join(" × ")} nm is not the crystal's`);
    }
  }
}

/** The last of the eight frames is empty. */
function assertEmptyFrameIsEmpty(frames: readonly StreamFrame[]): void {
  assert.ok(frames[7].peakCount < 25, `${frames[7].peakCount} peaks in the empty frame`);
}

const CLIENTS = [crystfel, fabio];

clientTest("CrystFEL indexes our peaks in a CXI file that links to the frames", CLIENTS, DATA, async () => {
  const output = ["--geom", "linked.geom", "-o", "linked.cxi"];
  const summary = JSON.parse(await braggsieve(folder, "peaks", "-p", PONI, "-m", MASK, "--json", ...output, STACK));
  assert.equal(summary.frames, 8);
  const frames = await index("linked", await listEvents("linked.cxi", "linked.geom"), "linked.geom", "--peaks=cxi");
  assertIndexed(frames);
  assertEmptyFrameIsEmpty(frames);
  // CrystFEL measures each peak again and drops those with masked pixels in reach, at the edges of modules.
  const kept = frames.reduce((sum, frame) => sum + frame.peakCount, 0);
  assert.ok(kept > 0.8 * summary.peaks && kept <= summary.peaks, `${kept} of ${summary.peaks} peaks`);
});

clientTest(
  "CrystFEL indexes our peaks in a CXI file that holds the frames, and nothing else",
  CLIENTS,
  DATA,
  async () => {
    const inputs = join(folder, "inputs");
    await Deno.mkdir(inputs);
    const copies = CBFS.map((_, i) => join(inputs, `${i}.cbf.bz2`));
    await Promise.all(CBFS.map((file, i) => Deno.copyFile(file, copies[i])));
    await braggsieve(folder, "peaks", "-p", PONI, "-o", "copied.cxi", ...copies);
    await Deno.remove(inputs, { recursive: true });
    const geometry = await beamlineGeometry(
      "copied.geom",
      "data = /entry_1/data_1/data",
      "mask0_data = /entry_1/data_1/mask",
      "peak_list = /entry_1/result_1",
      "peak_list_type = cxi",
    );
    const frames = await index("copied", await listEvents("copied.cxi", geometry), geometry, "--peaks=cxi");
    assertIndexed(frames);
    assertEmptyFrameIsEmpty(frames);
  },
);

/** list_events wants frames to count: where there are none, the list of frames is written by hand. */
function handWritten(file: string, events: readonly number[]): string {
  return events.map((event) => `${join(folder, file)} //${event}\n`).join("");
}

/** Without frames CrystFEL can neither load images nor measure peaks again. */
const NO_FRAMES = ["--peaks=cxi", "--no-image-data", "--no-revalidate"];

const bare = once(async () => {
  await braggsieve(
    folder,
    "peaks",
    "-p",
    PONI,
    "-m",
    MASK,
    ...["--no-frames", "--geom", "bare.geom", "-o", "bare.cxi"],
    STACK,
  );
});

clientTest("CrystFEL indexes our peaks in a CXI file without frames", CLIENTS, DATA, async () => {
  await bare();
  const list = handWritten("bare.cxi", [0, 1, 2, 3, 4, 5, 6, 7]);
  const frames = await index("bare", list, "bare.geom", ...NO_FRAMES);
  assertIndexed(frames);
  assertEmptyFrameIsEmpty(frames);
});

clientTest("peaks 30 pixels off are not indexed", CLIENTS, DATA, async () => {
  await bare();
  const list = handWritten("bare.cxi", [0]);
  const geometry = await Deno.readTextFile(join(folder, "bare.geom"));
  const shifted = geometry.replace(/corner_x = (\S+)/, (_, corner) => `corner_x = ${Number(corner) + 30}`);
  assert.notEqual(shifted, geometry);
  await Deno.writeTextFile(join(folder, "shifted.geom"), shifted);
  const [frame] = await index("shifted", list, "shifted.geom", ...NO_FRAMES, "--no-retry");
  assert.equal(frame.indexedBy, undefined);
  assert.ok(frame.peakCount > 100);
});

/** Sparsifies at a cut-off, rebuilds with noise, and throws unless CrystFEL's own peak search indexes the frames. */
async function assertDensifiedIndexed(name: string, cutoff: string, inputs: string[], geometry: string): Promise<void> {
  const [sparse, dense] = [`${name}_sparse.h5`, `${name}.h5`];
  await braggsieve(folder, "sparsify", "-p", PONI, "--cutoff-pick", cutoff, "-o", sparse, ...inputs);
  await braggsieve(folder, "densify", "--geom", `${name}.geom`, "-o", dense, sparse);
  const frames = await index(name, await listEvents(dense, geometry), geometry, ...PEAKFINDER8);
  assertIndexed(frames);
  assertEmptyFrameIsEmpty(frames);
}

clientTest(
  "CrystFEL's own peak search indexes uint32 frames that were densified from 1 sigma",
  CLIENTS,
  DATA,
  () => assertDensifiedIndexed("dense1", "1", ["-m", MASK, STACK], "dense1.geom"),
);

clientTest("it indexes int32 frames that were densified from 2 sigma", CLIENTS, DATA, async () => {
  const [data, mask] = ["data = /entry/data/data", "mask0_data = /entry/instrument/detector/pixel_mask"];
  await assertDensifiedIndexed("dense2", "2", CBFS, await beamlineGeometry("beamline.geom", data, mask));
});

clientTest("a stream with one lattice less, or of another cell, is noticed", [], DATA, async () => {
  const text = await Deno.readTextFile(dataPath(REFERENCE));
  // The measured frames are files of their own there: number them.
  const numbered = async (stream: string) => {
    const path = join(folder, "changed.stream");
    await Deno.writeTextFile(path, stream);
    return (await framesOf(path)).map((frame, index) => ({ ...frame, index }));
  };
  const frames = await numbered(text);
  assertIndexed(frames);
  assertEmptyFrameIsEmpty(frames);
  const fewer = await numbered(text.replace("indexed_by = xgandalf", "indexed_by = none"));
  assert.throws(() => assertIndexed(fewer), /6 frames/);
  const other = await numbered(text.replace(/(Cell parameters )\S+/, "$15.00000"));
  assert.throws(() => assertIndexed(other), /not the crystal's/);
  assert.throws(() => assertIndexed(frames.slice(1)));
  assert.throws(() => assertEmptyFrameIsEmpty([...frames.slice(1), frames[0]]), /peaks in the empty frame/);
});
