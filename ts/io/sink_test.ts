import assert from "node:assert/strict";
import { join } from "node:path";
import { DEFAULT_SETTINGS } from "../engine/engine.ts";
import { mapsOf } from "../engine/array_maps.ts";
import { completing } from "../pipeline/to_file.ts";
import { createProfiles } from "../pipeline/profiles.ts";
import { createCxi } from "./cxi.ts";
import { createDense } from "./dense.ts";
import { createH5 } from "./hdf5/h5.ts";
import { GEOMETRY } from "./sink_fixtures.ts";
import { type Sink, withH5 } from "./sink.ts";
import { createSparse } from "./sparse.ts";
import { inFolder } from "../testing.ts";

const shape = [20, 30] as const;
const facts = { geometry: GEOMETRY, shape, type: "uint16" } as const;
const radial = Float32Array.of(1, 2, 3);

/** Every sink on HDF5, at the start of its work. */
const SINKS: Record<string, (path: string) => Promise<Sink>> = {
  sparse: (path) =>
    createSparse(path, {
      ...facts,
      maps: mapsOf(new Float32Array(600), radial),
      radial,
      settings: { ...DEFAULT_SETTINGS, bins: 3 },
    }),
  dense: (path) => createDense(path, facts),
  cxi: (path) => createCxi(path, { ...facts, frames: "none" }),
  profiles: (path) =>
    createProfiles(path, "curves.h5", { radial: Float64Array.from(radial), unit: "r_m", settings: {}, sources: [] }),
};

Deno.test("a sink whose work failed lets go of its file, before and after it was completed", () =>
  inFolder(async (folder) => {
    for (const [name, create] of Object.entries(SINKS)) {
      const path = join(folder, `${name}.h5`);
      const sink = await create(path);
      // What the next line must not be: HDF5 refuses to make a file anew that is still open.
      await assert.rejects(createH5(path), /being read/, name);
      await assert.rejects(completing(sink, () => Promise.reject(new Error("no more frames"))), /no more frames/);
      (await createH5(path)).close();
      const complete = await create(path);
      await completing(complete, () => Promise.resolve());
      complete.abort();
      (await createH5(path)).close();
    }
  }));

Deno.test("a sink that cannot be completed or begun lets go of its file", () =>
  inFolder(async (folder) => {
    const path = join(folder, "file.h5");
    const h5 = await createH5(path);
    const close = () => {
      throw new Error("the disk is full");
    };
    await assert.rejects(completing({ close, abort: () => h5.close() }, () => Promise.resolve()), /the disk is full/);
    await assert.rejects(withH5(path, close), /the disk is full/);
    (await createH5(path)).close();
  }));

Deno.test("a text file of curves that is given up is closed once", () =>
  inFolder(async (folder) => {
    const path = join(folder, "curves.dat");
    const header = { radial: Float64Array.of(1), unit: "r_m", settings: {}, sources: [] };
    const sink = await createProfiles(path, path, header);
    await assert.rejects(completing(sink, () => Promise.reject(new Error("stopped"))), /stopped/);
    sink.abort();
    assert.throws(() => sink.close());
  }));
