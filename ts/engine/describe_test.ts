/** What `info --engines` tells. */
import assert from "node:assert/strict";
import { describeEngines } from "./describe.ts";

Deno.test({
  name: "every engine tells where its stages run, or why it is not here",
  sanitizeOps: false, // see webgpu/device.ts
  fn: async () => {
    const engines = await describeEngines();
    assert.deepEqual(engines.map(({ name }) => name), ["wasm", "native", "webgpu"]);
    assert.equal(engines[0].problem, undefined);
    for (const { name, problem, stages, runsOn } of engines) {
      if (problem === undefined) assert(runsOn && stages?.clip && stages.noise === (name === "webgpu" ? "GPU" : "CPU"));
      else assert(problem.length > 10);
    }
  },
});
