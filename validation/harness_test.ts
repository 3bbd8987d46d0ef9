/**
 * The harness itself: one number changed in one stage (a pixel by a count, a constant by a part of 2³⁰, a lane left out)
 * turns the checks red that look at it. Without a change all of them are green.
 */
import assert from "node:assert/strict";
import { compare, readBaseline } from "./baseline.ts";
import { numbers } from "./numbers.ts";
import { Absent, type Context, runStudy, type Study } from "./section.ts";
import { STUDIES } from "./studies.ts";

const compute = numbers();

/** The problems that the quick run of a study has with a number changed there; undefined where it is skipped. */
async function problems(study: Study, perturb: string): Promise<readonly string[] | undefined> {
  const folder = await Deno.makeTempDir();
  try {
    const context: Context = {
      quick: true,
      engines: ["wasm"],
      folder,
      numbers: compute,
      perturb,
    };
    const section = await runStudy(study, context);
    if (section.checks.length === 0) {
      for (const { what, reason } of section.skipped) console.log(`skipped: ${study.name}: ${what}: ${reason}`);
      return undefined;
    }
    const { quick } = await readBaseline();
    return compare(section.checks, quick, section.skipped, [study.name]).problems;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Where a number is changed in which study, and the checks that must see it. */
const CHANGES: readonly { study: string; perturb: string; red: RegExp | RegExp[] }[] = [
  { study: "reductions", perturb: "pixel", red: /two passes, f64.*error of mean/ },
  { study: "reductions", perturb: "constant", red: /exact union, balanced, f64, equal norms: largest error of std/ },
  { study: "reductions", perturb: "lane", red: /exact union, random, double-word f32, unequal norms: .* std/ },
  { study: "engines", perturb: "profile wasm", red: /engines: wasm, norms of 1: largest error of std/ },
  { study: "error-models", perturb: "gain", red: /pull of the azimuthal variance/ },
  { study: "predecessor", perturb: "curve", red: /predecessor: sigma clipping: jumps/ },
  {
    study: "round-trip",
    perturb: "kept,noise",
    red: [/Poisson, mean 20, 2 σ: kept pixels that changed: 1 pixels/, /Poisson, mean 20, 2 σ: bias of the std/],
  },
  { study: "compression", perturb: "cutoff", red: /compression: ratio at 1 σ/ },
  { study: "peaks", perturb: "peaks", red: /peaks: ours, all, 2560 to 5000 photons: mean offset/ },
  { study: "parity", perturb: "profile wasm", red: /parity: wasm, integrate, raw, poisson: largest difference of std/ },
];

const cargo = await compute("hard-sets", "quick").then(() => undefined, (error) => {
  if (error instanceof Absent) return error.message;
  throw error;
});
if (cargo) console.log(`skipped: the harness: ${cargo}`);

for (const { study: name, perturb, red } of CHANGES) {
  Deno.test({
    name: `validation: ${name} notices a changed ${perturb}`,
    ignore: cargo !== undefined,
    // Deno keeps a buffer's promise open for 10 ms after it was read (see ts/engine/webgpu/device.ts).
    sanitizeOps: false,
    fn: async () => {
      const study = STUDIES.find((one) => one.name === name);
      assert(study, name);
      const found = await problems(study, perturb);
      if (!found) return;
      for (const one of [red].flat()) {
        assert(found.some((problem) => one.test(problem)), `not red: ${found.join("\n")}`);
      }
      assert(found.every((problem) => problem.startsWith(`${name}:`)));
    },
  });
}
