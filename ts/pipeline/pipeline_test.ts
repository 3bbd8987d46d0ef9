import assert from "node:assert/strict";
import { join } from "node:path";
import { InputError, InterruptedError, OutputError, UsageError } from "../errors.ts";
import type { FrameInfo } from "../io/frame.ts";
import { openH5 } from "../io/hdf5/h5.ts";
import { openSparse } from "../io/sparse_read.ts";
import { densify } from "./densify.ts";
import { prepare } from "./experiment.ts";
import { GEOMETRY, MemorySource, opener, SIDE } from "./memory_source_fixture.ts";
import { integrate } from "./integrate.ts";
import { findPeaks } from "./peaks.ts";
import { runFrames } from "./run.ts";
import { FrameSeries } from "./series.ts";
import { sparsify } from "./sparsify.ts";
import { toOutput } from "./to_file.ts";
import { inFolder } from "../testing.ts";

Deno.test("frames of several files come in order, one file open at a time, and all are closed", async () => {
  const sources = [new MemorySource("a", 2), new MemorySource("b", 1), new MemorySource("c", 3)];
  const series = await FrameSeries.open(["a", "b", "c"], { checkGeometry: true, open: opener(...sources) });
  const labels: string[] = [];
  for await (const { label, number } of series.frames()) {
    assert.equal(number, labels.length);
    labels.push(label);
  }
  assert.deepEqual(labels, ["a #0", "a #1", "b #0", "c #0", "c #1", "c #2"]);
  assert.ok(sources.every((source) => source.closed));
  assert.equal(series.expectedFrames, 6);
});

Deno.test("files that differ are refused, both named", async () => {
  const others: [Partial<FrameInfo>, RegExp][] = [
    [{ shape: [SIDE, 32] }, /^b: its frames have 64 × 32 pixels, unlike the 64 × 64 of a/],
    [{ type: "uint16" }, /^b: its pixels are uint16, unlike the float32 of a/],
    [{ geometry: { ...GEOMETRY, distance: 0.2 } }, /^b: its geometry differs from that of a; give one geometry/],
    [{ mask: new Uint8Array(SIDE * SIDE) }, /^b: its mask differs from that of a/],
  ];
  for (const [changes, message] of others) {
    const [a, b] = [new MemorySource("a", 1), new MemorySource("b", 1, changes)];
    const series = await FrameSeries.open(["a", "b"], { checkGeometry: true, open: opener(a, b) });
    const run = async () => {
      for await (const _ of series.frames()) { /* the second file fails */ }
    };
    await assert.rejects(run(), (error) => error instanceof InputError && message.test(error.message));
    assert.ok(a.closed && b.closed);
  }
});

Deno.test("no files, and files without frames, are refused", async () => {
  await assert.rejects(FrameSeries.open([], { checkGeometry: true }), UsageError);
  const open = opener(new MemorySource("a", 0));
  await assert.rejects(FrameSeries.open(["a"], { checkGeometry: true, open }), /a: holds no frames/);
});

Deno.test("sparsify keeps the bright pixels, bit for bit", () =>
  inFolder(async (folder) => {
    const output = join(folder, "sparse.h5");
    const open = opener(new MemorySource("a", 3), new MemorySource("b", 1));
    const settings = { bins: 10, cutoffPick: 6 };
    const progress: number[] = [];
    const summary = await sparsify({ files: ["a", "b"], open, output, settings }, {
      progress: (n) => progress.push(n),
    });
    assert.deepEqual(progress, [1, 2, 3, 4]);
    assert.equal(summary.frames, 4);
    assert.equal(summary.keptPixels, 16);
    assert.equal(summary.validPixels, 4 * SIDE * SIDE);
    const sparse = await openSparse(output);
    assert.equal(sparse.frameCount, 4);
    const frame = sparse.frame(1);
    assert.deepEqual([...frame.index], [20 * SIDE + 15, 20 * SIDE + 16, 21 * SIDE + 15, 21 * SIDE + 16]);
    assert.deepEqual([...frame.intensity], [201, 201, 201, 201]);
    assert.ok(frame.mean.every((value) => Math.abs(value - 10) < 0.5));
    sparse.close();
  }));

Deno.test("densify writes the sensor that the frames came from, and an assumed one as assumed", () =>
  inFolder(async (folder) => {
    const [file, output] = [join(folder, "sparse.h5"), join(folder, "dense.h5")];
    const detector = { sensorMaterial: "CdTe", sensorThickness: 1e-3, exposureTime: 0.25 };
    for (const changes of [{ detector }, {}]) {
      const open = opener(new MemorySource("a", 1, changes));
      await sparsify({ files: ["a"], open, output: file, force: true, settings: { bins: 10 } });
      await densify({ file, output, force: true });
      const h5 = await openH5(output);
      const place = "/entry/instrument/detector";
      const known = "detector" in changes;
      assert.equal(h5.read(`${place}/sensor_material`), known ? "CdTe" : "Si");
      assert.equal(h5.attribute(`${place}/sensor_material`, "comment") === undefined, known);
      assert.equal(h5.kind(`${place}/count_time`), known ? "dataset" : "missing");
      h5.close();
    }
  }));

Deno.test("peaks are found where the bright squares are; the counts tell", () =>
  inFolder(async (folder) => {
    const output = join(folder, "peaks.cxi");
    const open = opener(new MemorySource("a", 2));
    const summary = await findPeaks({ files: ["a"], open, output, settings: { bins: 10 } });
    assert.deepEqual(summary.peaksPerFrame, [1, 1]);
    const h5 = await openH5(output);
    const x = h5.read("/entry_1/result_1/peakXPosRaw");
    assert.ok(typeof x === "object" && Math.abs(Number(x[0]) - 10.5) < 0.1);
    h5.close();
    // stricter: no square has 25 pixels
    const none = await findPeaks({
      files: ["a"],
      open: opener(new MemorySource("a", 2)),
      output,
      force: true,
      settings: { bins: 10, connected: 25 },
    });
    assert.equal(none.peaks, 0);
  }));

Deno.test("integrate writes text and NXdata, before and after clipping", () =>
  inFolder(async (folder) => {
    const text = join(folder, "curves.dat");
    await integrate({ files: ["a"], open: opener(new MemorySource("a", 2)), output: text, settings: { bins: 10 } });
    const lines = (await Deno.readTextFile(text)).split("\n");
    assert.ok(lines.includes("# bins = 10") && lines.includes("# frame a #1"));
    const rows = lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) =>
      line.split(" ").map(Number)
    );
    assert.equal(rows.length, 20);
    assert.ok(rows.every((row) => row.length === 9 && row.every(Number.isFinite)));
    const total = (column: number) => rows.slice(0, 10).reduce((sum, row) => sum + row[column], 0);
    assert.equal(total(4), SIDE * SIDE);
    assert.ok(total(8) < total(4), "clipping drops the bright square");
    const nexus = join(folder, "curves.h5");
    await integrate({ files: ["a"], open: opener(new MemorySource("a", 2)), output: nexus, settings: { bins: 10 } });
    const h5 = await openH5(nexus);
    assert.deepEqual(h5.dataset("/entry/clipped/intensity").shape, [2, 10]);
    const counts = h5.read("/entry/raw/count");
    assert.ok(typeof counts === "object");
    assert.equal(Array.from(counts, Number).reduce((sum, n) => sum + n, 0), 2 * SIDE * SIDE);
    assert.equal(h5.attribute("/entry/raw", "signal"), "intensity");
    h5.close();
    const odd = integrate({ files: ["a"], output: join(folder, "curves.png") });
    await assert.rejects(odd, /name a \.dat or an \.h5 file/);
  }));

Deno.test("NaN is masked in its frame, counted and reported", () =>
  inFolder(async (folder) => {
    const source = new MemorySource("a", 1);
    const read = source.read.bind(source);
    source.read = (index) => {
      const frame = read(index);
      new Float32Array(frame.bytes.buffer).fill(NaN, 0, 7);
      return frame;
    };
    const output = join(folder, "sparse.h5");
    const summary = await sparsify({ files: ["a"], open: opener(source), output, settings: { bins: 10 } });
    assert.equal(summary.invalidPixels, 7);
  }));

Deno.test("a geometry must be there, fit the frames, and know the wavelength for q", async () => {
  const bare = { geometry: undefined };
  const attempts: [Parameters<typeof prepare>[0], RegExp][] = [
    [{ files: ["a"], open: opener(new MemorySource("a", 1, bare)) }, /no geometry is given and a holds none/],
    [
      { files: ["a"], open: opener(new MemorySource("a", 1, bare)), geometry: { ...GEOMETRY, shape: [3, 4] } },
      /describes a detector of 3 × 4 pixels, the frames of a have 64 × 64/,
    ],
    [
      {
        files: ["a"],
        open: opener(new MemorySource("a", 1, bare)),
        geometry: { ...GEOMETRY, wavelength: undefined },
        settings: { unit: "q_nm^-1" },
      },
      /has no wavelength, which q_nm\^-1 needs/,
    ],
    [{ files: ["a"], open: opener(new MemorySource("a", 1)), engine: "native" }, /no engine "native"/],
  ];
  for (const [options, message] of attempts) await assert.rejects(prepare(options), message);
});

Deno.test("a frame that cannot be decoded is named", async () => {
  const source = new MemorySource("a", 2);
  source.read = () => ({ encoding: "raw", bytes: new Uint8Array(5) });
  const experiment = await prepare({ files: ["a"], open: opener(source), settings: { bins: 10 } });
  await assert.rejects(runFrames(experiment, {}, () => {}), /^InputError: a #0: cannot be decoded: .*copy it again/);
  await experiment.close();
});

Deno.test("an error of the temporary file is told with the name that the user gave", () =>
  inFolder(async (folder) => {
    const path = join(folder, "out.h5");
    const full = (file: string) => Promise.reject(new OutputError("close cannot be written: No space left", file));
    const told = new RegExp(`^OutputError: ${path}: close cannot be written: No space left; make room on the disk`);
    await assert.rejects(toOutput(path, false, full), told);
    const other = () => full(join(folder, "other.h5"));
    await assert.rejects(toOutput(path, false, other), /other\.h5: close cannot be written: No space left$/);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("a run that is stopped leaves no file", () =>
  inFolder(async (folder) => {
    const output = join(folder, "sparse.h5");
    const controller = new AbortController();
    const progress = (done: number) => {
      if (done === 2) controller.abort();
    };
    const options = { files: ["a"], open: opener(new MemorySource("a", 5)), output, settings: { bins: 10 } };
    await assert.rejects(sparsify(options, { signal: controller.signal, progress }), InterruptedError);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));
