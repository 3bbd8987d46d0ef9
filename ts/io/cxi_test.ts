/** CXI files: frames linked, copied or left out; the mask; the instrument in SI units. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { OutputError } from "../errors.ts";
import { commonLink, createCxi, type CxiHeader } from "./cxi.ts";
import { createDense } from "./dense.ts";
import type { FrameLink, FrameSource } from "./frame.ts";
import { openH5 } from "./hdf5/h5.ts";
import { below, GEOMETRY, peaksAt } from "./sink_fixtures.ts";
import { inFolder } from "../testing.ts";

const FRAME = Uint16Array.from(below(500, 600));
const HEADER: CxiHeader = { shape: [20, 30], type: "uint16", geometry: GEOMETRY, frames: "none" };

async function write(file: string, header: CxiHeader): Promise<void> {
  const sink = await createCxi(file, header);
  sink.append(peaksAt([[1, 2], [3, 4]]), header.frames === "copy" ? FRAME : undefined);
  sink.append(peaksAt([]), header.frames === "copy" ? FRAME.map((x) => x + 1) : undefined);
  assert.equal(sink.frameCount, 2);
  sink.close();
}

Deno.test("without frames the file has peaks, instrument and mask alone, and needs no filter plugin", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "p.cxi");
    await write(file, { ...HEADER, mask: new Uint8Array(600).fill(1, 3, 5) });
    const h5 = await openH5(file);
    assert.equal(h5.read("/cxi_version"), 160);
    assert.equal(h5.kind("/entry_1/data_1/data"), "missing");
    assert.deepEqual(h5.read("/entry_1/result_1/nPeaks"), Int32Array.of(2, 0));
    assert.deepEqual(h5.read("/entry_1/result_1/peakXPosRaw"), Float32Array.of(1, 3, 0, 0));
    assert.match(String(h5.attribute("/entry_1/result_1/peakXPosRaw", "comment")), /first pixel is 0/);
    assert.deepEqual((h5.read("/entry_1/data_1/mask") as Uint32Array).slice(2, 6), Uint32Array.of(0, 1, 1, 0));
    assert.equal(h5.read("/entry_1/instrument_1/detector_1/distance"), 0.1);
    // 1 Å is 12398.4198 eV (CODATA 2018).
    const energy = h5.read("/entry_1/instrument_1/source_1/photon_energy") as number;
    assert.ok(Math.abs(energy - 12398.4198) < 1e-4, `${energy}`);
    const filters = h5.datasets().flatMap((path) => h5.dataset(path).filters.map(({ id }) => id));
    assert.ok(filters.every((id) => id < 256), `${filters}`);
    h5.close();
  });
});

Deno.test("copied frames come back bit for bit, and must be given", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "c.cxi");
    await write(file, { ...HEADER, frames: "copy" });
    const h5 = await openH5(file);
    assert.deepEqual(h5.dataset("/entry_1/data_1/data").chunks, [1, 20, 30]);
    assert.deepEqual(h5.read("/entry_1/data_1/data", [[0, 1], [0, 20], [0, 30]]), FRAME);
    assert.notDeepEqual(h5.read("/entry_1/data_1/data", [[1, 2], [0, 20], [0, 30]]), FRAME);
    h5.close();
    const sink = await createCxi(join(folder, "d.cxi"), { ...HEADER, frames: "copy" });
    assert.throws(() => sink.append(peaksAt([])), OutputError);
    assert.throws(() => sink.append(peaksAt([]), FRAME.subarray(1)), OutputError);
    sink.close();
  });
});

Deno.test("a link is relative when the frames lie beside or below, else absolute, and survives a move of both", async () => {
  await inFolder(async (folder) => {
    const cases = [["beside", "beside", true], ["above", "above/raw", true], ["other/below", "other", false]] as const;
    for (const [from, to, moved] of cases) {
      for (const made of [from, to]) Deno.mkdirSync(join(folder, made), { recursive: true });
      const data = join(folder, to, "frames.h5");
      const dense = await createDense(data, { shape: [20, 30], type: "uint16" });
      dense.append(FRAME);
      dense.close();
      const link = { file: data, dataset: "/entry/data/data", index: 0 };
      const file = join(folder, from, "l.cxi");
      // Written in another place: the link must be right for the final one.
      const part = join(folder, `${to.replaceAll("/", "_")}.part`);
      await write(part, { ...HEADER, frames: { link }, finalPath: file });
      Deno.renameSync(part, file);
      const h5 = await openH5(file);
      assert.deepEqual(h5.read("/entry_1/data_1/data", [[0, 1], [0, 20], [0, 30]]), FRAME);
      h5.close();
      if (moved) {
        Deno.renameSync(join(folder, from), join(folder, `${from}_moved`));
        const there = await openH5(join(folder, `${from}_moved`, "l.cxi"));
        assert.equal(there.kind("/entry_1/data_1/data"), "dataset");
        there.close();
      }
    }
  });
});

/** A source whose frames lie at these places, or nowhere. */
function source(links: readonly FrameLink[] | number): FrameSource {
  return {
    name: "source",
    frameCount: typeof links === "number" ? links : links.length,
    info: { shape: [20, 30], type: "uint16" },
    read: () => ({ encoding: "raw", bytes: new Uint8Array() }),
    link: typeof links === "number" ? undefined : (index) => links[index],
    label: (index) => `source #${index}`,
    close: () => {},
  };
}

Deno.test("frames can be linked only when one dataset holds all of them in order", () => {
  const at = (index: number, file = "a.h5", dataset = "/d"): FrameLink => ({ file, dataset, index });
  assert.deepEqual(commonLink([source([at(0), at(1)]), source([at(2)])]), at(0));
  assert.equal(commonLink([source([at(1), at(0)])]), undefined);
  assert.equal(commonLink([source([at(1), at(2)])]), undefined);
  assert.equal(commonLink([source([at(0), at(1, "b.h5")])]), undefined);
  assert.equal(commonLink([source([at(0), at(1, "a.h5", "/e")])]), undefined);
  assert.equal(commonLink([source([at(0)]), source(1)]), undefined);
  assert.equal(commonLink([source(1), source([at(1)])]), undefined);
  assert.equal(commonLink([]), undefined);
});
