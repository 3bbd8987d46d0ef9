/** Finding and reading frames: real stacks, a Dectris master with data files, masks, geometry, and what is refused. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { InputError } from "../../errors.ts";
import { dataPath, dataTest, inFolder } from "../../testing.ts";
import type { FrameSource } from "../frame.ts";
import { createH5, decodedFrame, type H5Writer } from "./h5.ts";
import { openHdf5 } from "./source.ts";
import { titled } from "./h5_testing.ts";

async function write(path: string, fill: (writer: H5Writer) => void): Promise<string> {
  const writer = await createH5(path);
  fill(writer);
  writer.close();
  return path;
}

/** The bytes of a frame's pixels, whatever its encoding. */
async function pixelsOf(source: FrameSource, index: number): Promise<Uint8Array<ArrayBuffer>> {
  const { info } = source;
  return decodedFrame(await source.read(index), info.type, info.shape).bytes.slice();
}

/** Sum of a frame's pixels. */
async function sumOf(source: FrameSource, index: number): Promise<number> {
  const { buffer } = await pixelsOf(source, index);
  const arrays = { uint16: Uint16Array, uint32: Uint32Array, float32: Float32Array };
  const type = source.info.type as keyof typeof arrays;
  let sum = 0;
  for (const value of new arrays[type](buffer)) sum += value;
  return sum;
}

dataTest(
  titled("the thaumatin stack: eight frames, their sums by h5py, the mask"),
  ["thaumatin/thaumatin_bslz4.h5"],
  async () => {
    const path = dataPath("thaumatin/thaumatin_bslz4.h5");
    const source = await openHdf5(path);
    assert.deepEqual(source.info.shape, [2527, 2463]);
    assert.deepEqual([source.frameCount, source.info.type, source.info.valid], [8, "uint32", [0, 2 ** 31 - 1]]);
    const sums = [
      2262270964561310,
      2262270970114317,
      2262270967712791,
      2262270964273942,
      2262270960532601,
      2262270957643433,
      2262270954272164,
      2262270954462057,
    ];
    for (let i = 0; i < 8; i++) {
      const { encoding, bytes } = await source.read(i);
      assert.equal(encoding, "bitshuffle-lz4");
      assert.ok(bytes.length < 3e6, "still compressed");
      assert.equal(await sumOf(source, i), sums[i]);
    }
    assert.equal(source.info.mask?.reduce((sum, one) => sum + one, 0), 526726);
    assert.deepEqual(source.link?.(3), { file: Deno.realPathSync(path), dataset: "/entry/data/data", index: 3 });
    assert.equal(source.label(3), `${path}::/entry/data/data #3`);
    await assert.rejects(async () => await source.read(8), /no frame 8: the frames are 0 to 7/);
    source.close();
  },
);

dataTest(titled("JUNGFRAU frames: gzip, chunks smaller than a frame, one of several stacks"), [
  "jungfrau/jungfrau_module.h5",
], async () => {
  const path = dataPath("jungfrau/jungfrau_module.h5");
  await assert.rejects(openHdf5(path), /not clear which dataset.*jungfrau_module\.h5::\/converted_photons/);
  const raw = await openHdf5(`${path}::/raw`);
  const sums = [1667427959, 1667247120, 1663260319, 1665219641];
  for (const i of [2, 0, 3, 1]) assert.equal(await sumOf(raw, i), sums[i]);
  raw.close();
  const photons = await openHdf5(`${path}::/converted_photons`);
  assert.deepEqual([photons.info.type, photons.info.valid], ["float32", undefined]);
  assert.ok(Math.abs(await sumOf(photons, 0) - 922927.4457782272) < 1e-3);
  photons.close();
});

dataTest(titled("a sparse file is recognised"), ["thaumatin/pyfai_sparse.h5"], async () => {
  await assert.rejects(openHdf5(dataPath("thaumatin/pyfai_sparse.h5")), /sparse frames; rebuild dense frames first/);
});

/** A master with two data files of 3 and 2 frames, as Dectris writes them. */
async function dectris(folder: string): Promise<string> {
  for (const [part, frames] of [[1, 3], [2, 2]] as const) {
    await write(join(folder, `x_data_00000${part}.h5`), (writer) => {
      const stack = writer.stack("/entry/data/data", "uint16", [4, 6], { filter: "bitshuffle-lz4", chunk: [1, 4, 6] });
      for (let i = 0; i < frames; i++) stack.append(new Uint16Array(24).fill(10 * part + i));
    });
  }
  return await write(join(folder, "x_master.h5"), (writer) => {
    writer.group("/entry", { NX_class: "NXentry" });
    writer.group("/entry/data", { NX_class: "NXdata" });
    for (const part of [2, 1]) {
      writer.externalLink(`/entry/data/data_00000${part}`, `x_data_00000${part}.h5`, "/entry/data/data");
    }
    const detector = "/entry/instrument/detector";
    writer.group("/entry/instrument", { NX_class: "NXinstrument" });
    writer.group(detector, { NX_class: "NXdetector" });
    const metres = { attributes: { units: "m" } };
    writer.scalar(`${detector}/detector_distance`, 150, { attributes: { units: "mm" } });
    writer.scalar(`${detector}/x_pixel_size`, 75e-6, metres);
    writer.scalar(`${detector}/y_pixel_size`, 70e-6, metres);
    writer.scalar(`${detector}/beam_center_x`, 3, { attributes: { units: "pixel" } });
    writer.scalar(`${detector}/beam_center_y`, 2);
    writer.scalar(`${detector}/sensor_material`, "Si");
    writer.scalar(`${detector}/sensor_thickness`, 450e-6, metres);
    writer.scalar(`${detector}/detectorSpecific/countrate_correction_count_cutoff`, 12345);
    writer.array(`${detector}/detectorSpecific/pixel_mask`, new Uint32Array(24).fill(256, 5, 7), [4, 6]);
    writer.group("/entry/instrument/beam", { NX_class: "NXbeam" });
    writer.scalar("/entry/instrument/beam/incident_wavelength", 0.9763, { attributes: { units: "angstrom" } });
  });
}

Deno.test(
  titled("a Dectris master: its data files are one stack, read in order and back"),
  () =>
    inFolder(async (folder) => {
      const source = await openHdf5(await dectris(folder));
      assert.equal(source.frameCount, 5);
      for (const i of [0, 4, 2, 3, 1]) {
        const wanted = [10, 11, 12, 20, 21][i]!;
        assert.deepEqual([...new Uint16Array((await pixelsOf(source, i)).buffer)], new Array(24).fill(wanted));
      }
      assert.deepEqual(source.link?.(4), {
        file: join(Deno.realPathSync(folder), "x_data_000002.h5"),
        dataset: "/entry/data/data",
        index: 1,
      });
      assert.deepEqual(source.info.valid, [0, 65534]);
      assert.deepEqual([...source.info.mask!], [0, 0, 0, 0, 0, 1, 1, ...new Array(17).fill(0)]);
      assert.deepEqual(source.info.detector, { sensorMaterial: "Si", sensorThickness: 450e-6, saturationValue: 12345 });
      const geometry = source.info.geometry!;
      assert.deepEqual([geometry.pixel1, geometry.pixel2, geometry.orientation], [70e-6, 75e-6, 3]);
      for (
        const [found, wanted] of [
          [geometry.distance, 0.15],
          [geometry.poni1, 140e-6],
          [geometry.poni2, 225e-6],
          [geometry.wavelength!, 0.9763e-10],
        ] as const
      ) assert.ok(Math.abs(found / wanted - 1) < 1e-12, `${found} for ${wanted}`);
      source.close();
    }),
);

Deno.test(titled("a master whose data file is absent names the file"), () =>
  inFolder(async (folder) => {
    const master = await dectris(folder);
    await Deno.remove(join(folder, "x_data_000002.h5"));
    await assert.rejects(openHdf5(master), /x_master\.h5 \(\/entry\/data\/data_000002\).*put x_data_000002\.h5 beside/);
  }));

Deno.test(
  titled("the NeXus default chain is followed, CXI and plain stacks are found, 2-D and 4-D data are accepted"),
  () =>
    inFolder(async (folder) => {
      const frame = Int32Array.from({ length: 6 }, (_, i) => i - 2);
      const cases: [string, (writer: H5Writer) => void][] = [
        ["/e/d/counts", (writer) => {
          writer.group("/", { default: "e" });
          writer.group("/e", { default: "d" });
          writer.group("/e/d", { NX_class: "NXdata", signal: "counts" });
          writer.array("/e/d/counts", frame, [1, 2, 3]);
          writer.array("/other", frame, [1, 2, 3]);
        }],
        ["/entry_1/data_1/data", (writer) => writer.array("/entry_1/data_1/data", frame, [2, 3])],
        ["/stack", (writer) => {
          writer.array("/stack", frame, [1, 1, 2, 3]);
          writer.array("/flatfield", frame, [2, 3]);
        }],
      ];
      for (const [dataset, fill] of cases) {
        const path = await write(join(folder, `f${dataset.length}.h5`), fill);
        const source = await openHdf5(path);
        assert.equal(source.label(0), `${path}::${dataset} #0`);
        assert.deepEqual(source.info.shape, [2, 3]);
        assert.deepEqual(new Int32Array((await pixelsOf(source, 0)).buffer), frame);
        source.close();
      }
    }),
);

Deno.test(titled("chunks of several frames give every frame, in any order"), () =>
  inFolder(async (folder) => {
    const path = await write(join(folder, "many.h5"), (writer) => {
      const stack = writer.stack("/entry/data/data", "uint16", [2, 4], { filter: "gzip", chunk: [4, 2, 4] });
      for (let i = 0; i < 11; i++) stack.append(new Uint16Array(8).fill(i));
    });
    const source = await openHdf5(path);
    for (const i of [0, 1, 10, 9, 5, 4, 8, 3]) {
      assert.deepEqual([...await pixelsOf(source, i)], new Array(8).fill([i, 0]).flat());
    }
    source.close();
  }));

Deno.test(titled("what cannot be used is refused with a remedy"), () =>
  inFolder(async (folder) => {
    const path = await write(join(folder, "odd.h5"), (writer) => {
      writer.array("/double", new Float64Array(8), [2, 2, 2]);
      writer.array("/wide", new BigUint64Array(8), [2, 2, 2]);
      writer.array("/channels", new Uint16Array(16), [2, 2, 2, 2]);
      writer.array("/line", new Uint16Array(16), [16]);
      writer.array("/masked/data", new Uint16Array(8), [2, 2, 2]);
      writer.array("/masked/mask", new Uint8Array(6), [2, 3]);
      writer.stack("/none", "uint16", [2, 2]);
    });
    const cases: [string, RegExp][] = [
      ["/double", /float64 are not supported; convert it to float32/],
      ["/wide", /uint64 are not supported; convert it to int32 or uint32/],
      ["/channels", /shape \(2, 2, 2, 2\) is not that of frames.*channel/],
      ["/line", /name a dataset of two or three dimensions/],
      ["/masked", /mask has the shape \(2, 3\), the frames \(2, 2\)/],
      ["/none", /no frames/],
      ["/nothing", /no such dataset; the file has/],
      ["", /not clear which dataset holds the frames; name one as/],
    ];
    for (const [dataset, words] of cases) {
      const spec = dataset ? `${path}::${dataset}` : path;
      await assert.rejects(
        openHdf5(spec),
        (error) => error instanceof InputError && words.test(error.message),
        dataset,
      );
    }
  }));
