/** The public names, so that none appears or disappears unnoticed, and the README's program. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import * as api from "../../mod.ts";
import { inFolder } from "../testing.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("mod.ts exports these names and no others", () => {
  assert.deepEqual(Object.keys(api).sort(), [
    "BraggsieveError",
    "DEFAULT_SETTINGS",
    "DeviceError",
    "ENGINE_NAMES",
    "ERROR_MODELS",
    "InputError",
    "InterruptedError",
    "OutputError",
    "SimulatedSource",
    "Threshold",
    "UNITS",
    "UsageError",
    "createCxi",
    "createDense",
    "createEngine",
    "createSparse",
    "densify",
    "describe",
    "detectors",
    "findDetector",
    "findPeaks",
    "formatGeom",
    "formatPoni",
    "formats",
    "geometryFromBeamCentre",
    "integrate",
    "loadGeometry",
    "mapsOf",
    "messageOf",
    "openFrames",
    "openSparse",
    "openStream",
    "openTruth",
    "parseGeom",
    "parsePoni",
    "readField",
    "readMask",
    "simulate",
    "simulationSettings",
    "sparsify",
    "veto",
  ]);
});

Deno.test("the README's program finds the peaks of the demo's frames", async () => {
  const readme = await Deno.readTextFile(`${root}README.md`);
  const program = /```ts\n([\s\S]*?)```/.exec(readme)?.[1];
  assert(program, "a TypeScript program in README.md");
  assert(program.trim().split("\n").length <= 12, "about ten lines");
  await inFolder(async (folder) => {
    await api.simulate({ output: `${folder}/simulated.h5`, frames: 4, settings: {} });
    const here = program.replaceAll("./mod.ts", new URL("../../mod.ts", import.meta.url).href)
      .replaceAll("demo/", `${folder}/`);
    await Deno.writeTextFile(`${folder}/program.ts`, here);
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "--config", `${root}deno.json`, `--allow-read=${folder}`, `${folder}/program.ts`],
    });
    const { success, stdout, stderr } = await command.output();
    assert(success, new TextDecoder().decode(stderr));
    assert.equal(new TextDecoder().decode(stdout).trim().split("\n").length, 4, "a line per frame");
  });
});
