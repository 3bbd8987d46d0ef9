/** Sparse files: written, read back, rebuilt by the note inside, by FabIO; pyFAI's own; damaged ones. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { InputError, OutputError } from "../errors.ts";
import { clientTest, dataPath, dataTest, inFolder } from "../testing.ts";
import { DEFAULT_SETTINGS, type SparseFrame } from "../engine/engine.ts";
import { mapsOf } from "../engine/array_maps.ts";
import type { PixelType } from "./frame.ts";
import { createH5, openH5 } from "./hdf5/h5.ts";
import { below, GEOMETRY, peaksAt } from "./sink_fixtures.ts";
import { fabio } from "../interop/clients.ts";
import { createSparse, type SparseHeader } from "./sparse.ts";
import { openSparse } from "./sparse_read.ts";
import { REBUILD_SCRIPT } from "./sparse_script.ts";

const PIXELS = 600;
const BINS = 16;

/** A header, and the maps that it is of. */
interface Header extends SparseHeader {
  readonly radius: Float32Array;
  readonly normalization?: Float32Array | undefined;
}

function header(type: PixelType = "int32", more: Partial<Header> = {}): Header {
  // Masked where the number is 7; radii beyond both ends of the bins too.
  const radius = more.radius ?? Float32Array.from(below(100, PIXELS), (x) => x === 7 ? NaN : x / 110);
  const radial = Float32Array.from({ length: BINS }, (_, i) => (i + 0.5) / 18 + 0.02);
  return {
    geometry: GEOMETRY,
    shape: [20, 30],
    type,
    radius,
    radial,
    maps: mapsOf(radius, radial, more.normalization),
    settings: { ...DEFAULT_SETTINGS, unit: "q_nm^-1" },
    ...more,
  };
}

/** A frame of `kept` pixels at rising places, none of them masked. */
function frame(kept: number, seed: number, h: Header): SparseFrame {
  const valid = Array.from({ length: PIXELS }, (_, i) => i).filter((i) => !Number.isNaN(h.radius[i]));
  const values = below(1000, kept, seed);
  return {
    index: Uint32Array.from(valid.slice(seed, seed + kept)),
    intensity: h.type === "uint16"
      ? Uint16Array.from(values)
      : h.type === "float32"
      ? Float32Array.from(values)
      : Int32Array.from(values),
    mean: Float32Array.from(below(100, BINS, seed), (x) => x / 8),
    std: Float32Array.from(below(100, BINS, seed + 1), (x) => x / 30),
  };
}

async function write(file: string, h: Header, kept: readonly number[], limit?: number): Promise<SparseFrame[]> {
  const frames = kept.map((n, i) => frame(n, i + 1, h));
  const sink = await createSparse(file, h, limit);
  for (const f of frames) await sink.append(f);
  assert.deepEqual([sink.frameCount, sink.keptPixels], [kept.length, kept.reduce((a, b) => a + b, 0)]);
  await sink.close();
  return frames;
}

/** Every value within half of the coarsest step that maps may have; NaN where NaN was. */
function assertNear(map: Float32Array, expected: Float32Array, step: number): void {
  assert.equal(map.length, expected.length);
  assert.ok(map.every((value, i) => Object.is(value, expected[i]) || Math.abs(value - expected[i]) <= step / 2));
}

Deno.test("frames come back as they went in, empty ones too, with geometry, cut-off and maps", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "s.h5");
    const h = header("uint16", {
      normalization: new Float32Array(PIXELS).fill(0.9),
      mask: new Uint8Array(PIXELS).fill(1, 0, 9),
    });
    const frames = await write(file, h, [5, 0, 300]);
    const back = await openSparse(file);
    assert.deepEqual([back.shape, back.type, back.frameCount, back.unit, back.dummy], [
      [20, 30],
      "uint16",
      3,
      "q_nm^-1",
      65535,
    ]);
    assert.deepEqual([back.cutoffPick, back.noise], [2, 1]);
    assert.deepEqual(back.geometry, { ...GEOMETRY, detector: "Detector" });
    assert.deepEqual(back.radial, h.radial);
    // Maps are rounded, their masked pixels are not.
    assertNear(
      back.radius,
      h.radius.map((r) => r < h.radial[0] ? h.radial[0] : r),
      (h.radial[BINS - 1] - h.radial[0]) / (BINS - 1) / 16,
    );
    assertNear(back.normalization!, h.normalization!, 1 / 256);
    assert.deepEqual(back.mask?.slice(7, 11), Uint8Array.of(1, 1, 0, 0));
    frames.forEach((f, i) => {
      const read = back.frame(i);
      assert.deepEqual([read.index, read.mean, read.std], [f.index, f.mean, f.std]);
      assert.deepEqual(Array.from(read.intensity), Array.from(f.intensity));
    });
    assert.notDeepEqual(back.frame(0).mean, frames[2].mean);
    assert.throws(() => back.frame(3), /s\.h5.*frames go from 0 to 2/);
    back.close();
  });
});

Deno.test("a mask keeps all bits that it came with", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "m.h5");
    const mask = Uint32Array.from(below(70_000, PIXELS));
    await write(file, header("int32", { mask }), [3]);
    const back = await openSparse(file);
    assert.deepEqual(back.mask, mask);
    back.close();
  });
});

Deno.test("sensor and exposure come back as they were told, and nothing that was assumed", async () => {
  await inFolder(async (folder) => {
    const told = {
      description: "X",
      sensorMaterial: "CdTe",
      sensorThickness: 1e-3,
      saturationValue: 900,
      exposureTime: 0.1,
    };
    for (const detector of [told, undefined]) {
      const file = join(folder, `${detector?.description}.h5`);
      await write(file, header("int32", { detector }), [3]);
      const back = await openSparse(file);
      const { saturationValue, ...others } = back.detector ?? {};
      const stated = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
      assert.deepEqual({ ...stated, saturationValue }, detector ?? { saturationValue: 2 ** 31 - 1 });
      back.close();
    }
  });
});

Deno.test("frame offsets are uint32 until they would overflow, then uint64", async () => {
  await inFolder(async (folder) => {
    for (const [limit, type] of [[101, "uint32"], [100, "uint64"]] as const) {
      const file = join(folder, `${type}.h5`);
      const frames = await write(file, header(), [40, 60], limit);
      const h5 = await openH5(file);
      assert.equal(h5.dataset("/entry_0000/sparse_frames/frame_ptr").type, type);
      h5.close();
      const back = await openSparse(file);
      assert.deepEqual(back.frame(1).index, frames[1].index);
      back.close();
    }
  });
});

Deno.test("peaks are written beside the frames, and a missing one is noticed", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "p.h5");
    const h = header();
    const sink = await createSparse(file, h);
    await sink.append({ ...frame(3, 1, h), peaks: peaksAt([[1, 2], [3, 4]]) });
    await sink.append({ ...frame(3, 2, h), peaks: peaksAt([]) });
    await sink.close();
    const h5 = await openH5(file);
    assert.deepEqual(h5.read("/entry_0000/peaks/nPeaks"), Int32Array.of(2, 0));
    h5.close();
    const other = await createSparse(file, h);
    await other.append({ ...frame(3, 1, h), peaks: peaksAt([]) });
    await other.append(frame(3, 2, h));
    await assert.rejects(other.close(), OutputError);
    other.abort();
  });
});

Deno.test("maps and lists of other lengths are refused", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "x.h5");
    await assert.rejects(createSparse(file, header("int32", { radius: new Float32Array(599) })), OutputError);
    const sink = await createSparse(file, header());
    const good = frame(3, 1, header());
    assert.throws(() => sink.append({ ...good, index: good.index.subarray(1) }), OutputError);
    assert.throws(() => sink.append({ ...good, std: good.std.subarray(1) }), OutputError);
    await sink.close();
  });
});

/** Frames rebuilt by FabIO and by the note in the file, as lists; the note is taken from the file itself. */
const READ_BOTH = `
import fabio, h5py, json, sys
with h5py.File(sys.argv[1]) as file:
    note = file["entry_0000/sparse_frames/script"][()].decode()
exec(note)
image = fabio.open(sys.argv[1])
frames = range(image.nframes)
print(json.dumps({
    "class": type(image).__name__,
    "dummy": float(image.dummy),
    "cutoff": image.cutoff,
    "fabio": [image.getframe(i).data.ravel().tolist() for i in frames],
    "note": [rebuild(sys.argv[1], i).ravel().tolist() for i in frames],
}))
`;

interface Rebuilt {
  class: string;
  dummy: number;
  cutoff: number;
  fabio: number[][];
  note: number[][];
}

/** The same rebuilding, straight from the definition. */
function rebuilt(h: Header, f: SparseFrame, dummy: number): number[] {
  const kept = new Map(Array.from(f.index, (pixel, i) => [pixel, f.intensity[i]]));
  return Array.from(h.radius, (radius, pixel) => {
    if (Number.isNaN(radius)) return dummy;
    const before = h.radial.findLastIndex((centre) => centre <= radius);
    const [a, b] = [Math.max(0, before), Math.min(BINS - 1, before + 1)];
    const part = a === b || before < 0 ? 0 : (radius - h.radial[a]) / (h.radial[b] - h.radial[a]);
    const background = f.mean[a] + part * (f.mean[b] - f.mean[a]);
    const value = background * (h.normalization?.[pixel] ?? 1);
    return kept.get(pixel) ?? Math.floor(value + 0.5);
  });
}

clientTest("FabIO and the note in the file rebuild what was meant", [fabio], [], async () => {
  await inFolder(async (folder) => {
    for (const [type, dummy] of [["int32", -1], ["uint16", 65535]] as const) {
      for (const normalization of [undefined, Float32Array.from(below(50, PIXELS, 9), (x) => 0.8 + x / 200)]) {
        const file = join(folder, "s.h5");
        const h = header(type, { normalization });
        const frames = await write(file, h, [100, 0, 300]);
        const seen = JSON.parse(await fabio.run(folder, "-c", READ_BOTH, file)) as Rebuilt;
        assert.deepEqual([seen.class, seen.dummy, seen.cutoff], ["SparseImage", dummy, 2]);
        frames.forEach((f, i) => {
          const expected = rebuilt(h, f, dummy);
          // One count where single precision decides about a half; never in kept and masked pixels.
          const off = (list: number[]) => list.flatMap((value, pixel) => value === expected[pixel] ? [] : [pixel]);
          // FabIO's compiled code gives pixels inside the first bin's centre the dummy; numpy's way continues the curve.
          const fabio = off(seen.fabio[i]).filter((pixel) => h.radius[pixel] >= h.radial[0]);
          assert.ok(off(seen.note[i]).length <= 2 && fabio.length <= 2, `${type} ${i}: ${off(seen.note[i])}; ${fabio}`);
          assert.ok(off(seen.note[(i + 1) % 3]).length > 100, "another frame must be seen as different");
        });
      }
    }
  });
});

dataTest("pyFAI's own file is read", ["thaumatin/pyfai_sparse.h5"], async () => {
  const file = await openSparse(dataPath("thaumatin/pyfai_sparse.h5"));
  assert.deepEqual([file.shape, file.type, file.frameCount, file.unit, file.dummy], [
    [2527, 2463],
    "int32",
    1,
    "r_m",
    0,
  ]);
  assert.deepEqual([file.cutoffPick, file.noise, file.geometry?.distance, file.geometry?.wavelength], [
    2,
    1,
    0.351,
    9.6859e-11,
  ]);
  const { index, intensity, mean, std } = file.frame(0);
  assert.deepEqual([index.length, intensity.length, mean.length, std.length], [127065, 127065, 800, 800]);
  assert.equal(file.normalization, undefined);
  file.close();
});

/** Writes a small sparse file by hand, with the parts given in place of the right ones, and opens it. */
async function openForged(folder: string, forged: Record<string, Uint32Array | Float32Array>): Promise<void> {
  const file = join(folder, "forged.h5");
  const h5 = await createH5(file);
  const data = "/entry/sparse_frames";
  const parts: Record<string, Uint32Array | Float32Array> = {
    frame_ptr: Uint32Array.of(0, 2, 3),
    index: Uint32Array.of(0, 5, 3),
    intensity: Uint32Array.of(7, 8, 9),
    radius: Float32Array.of(1, 2),
    ...forged,
  };
  h5.group("/", { default: "entry" });
  h5.group("/entry", { default: "sparse_frames" });
  for (const [name, array] of Object.entries(parts)) h5.array(`${data}/${name}`, array, [array.length]);
  h5.array(`${data}/mask`, new Float32Array(6), [2, 3]);
  for (const name of ["background_avg", "background_std"]) h5.array(`${data}/${name}`, new Float32Array(4), [2, 2]);
  h5.close();
  const sparse = await openSparse(file);
  try {
    sparse.frame(0);
    sparse.frame(1);
  } finally {
    sparse.close();
  }
}

Deno.test("damaged sparse files are refused with the file, the place and what is wrong", async () => {
  await inFolder(async (folder) => {
    await openForged(folder, {});
    const cases: [Record<string, Uint32Array | Float32Array>, RegExp][] = [
      [{ frame_ptr: Uint32Array.of(0, 3, 2) }, /frame_ptr.*do not rise/],
      [{ frame_ptr: Uint32Array.of(0, 2, 4) }, /frame_ptr.*do not rise from 0 to 3/],
      [{ frame_ptr: Uint32Array.of(1, 2, 3) }, /frame_ptr/],
      [{ frame_ptr: Uint32Array.of(0, 3) }, /2 offsets for 2 frames/],
      [{ index: Uint32Array.of(0, 6, 3) }, /frame 0 has a pixel outside the detector of 6 pixels/],
      [{ index: Uint32Array.of(0, 5, 4294967295) }, /frame 1 has a pixel outside/],
      [{ intensity: Uint32Array.of(7, 8) }, /3 positions but 2 intensities/],
      [{ radius: Float32Array.of(1, 2, 3) }, /background_avg.*not 2 frames × 3 bins/],
    ];
    for (const [forged, message] of cases) {
      await assert.rejects(openForged(folder, forged), (error: Error) => {
        assert.ok(error instanceof InputError && error.file.endsWith("forged.h5"), String(error));
        assert.match(error.message, message);
        return true;
      });
    }
    const plain = join(folder, "plain.h5");
    const h5 = await createH5(plain);
    h5.scalar("/x", 1);
    h5.close();
    await assert.rejects(openSparse(plain), /not a sparse file/);
  });
});

Deno.test("the note in the file names every dataset that it needs", () => {
  for (
    const name of ["mask", "radius", "background_avg", "frame_ptr", "index", "intensity", "dummy", "normalization"]
  ) {
    assert.ok(REBUILD_SCRIPT.includes(`"${name}"`), name);
  }
});
