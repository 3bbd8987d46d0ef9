/**
 * What sparse → dense costs serial data: the same simulated frames, with known structure factors, as they were and rebuilt
 * from sparse files, by our densify and by the published one, indexed, merged and judged by CrystFEL.
 *
 *     deno task bench:serial             2,000 frames; writes bench/results/serial.json and docs/serial.svg
 *     deno task bench:serial --smoke     100 frames, fewer variants; only shows that everything runs
 *     deno task bench:serial --frames 400    a trial, all variants; writes nothing published either
 *
 * CRYSTFEL: CrystFEL's folder; BRAGGSIEVE_PYTHON: a Python with hdf5plugin and, for the published densify, FabIO.
 * Steps that are done stay in the folder of BRAGGSIEVE_WORK, or in bench/serial/work, so that a run that was stopped goes
 * on; the smoke run's go.
 */
import { fileURLToPath } from "node:url";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { messageOf } from "../../ts/errors.ts";
import { crystfel, fabio } from "../../ts/interop/clients.ts";
import { load, machine } from "../machine.ts";
import { output } from "../program.ts";
import { evaluate, type Outcome, prepare } from "./evaluate.ts";
import { INDEXING, indexingRate } from "./index.ts";
import { MERGING, type Worth } from "./merge.ts";
import { serialPlot } from "./plot.ts";
import { RESOLUTION, SETTINGS, STRENGTHS, SYMMETRY } from "./series.ts";
import { variantsOf } from "./variants.ts";

const FULL = { frames: 2000, cutoffs: [0.8, 1.0, 1.4, 2.0], shells: 10 };
const SMOKE = { frames: 100, cutoffs: [2.0], shells: 4 };

/** CrystFEL's version; undefined, with a line that says why, when it cannot read our frames here. */
async function crystfelVersion(): Promise<string | undefined> {
  try {
    if (crystfel.absence) throw new Error(crystfel.absence);
    const printed = await crystfel.run(".", "indexamajig", "--version");
    return /CrystFEL: (\S+)/.exec(printed)?.[1] ?? "unknown";
  } catch (error) {
    console.log(`skipped: serial data: ${messageOf(error).trim().split("\n").at(-1)}`);
    return undefined;
  }
}

/** A variant's figures against the original's. */
function figures({ variant, indexed, bytes, merged }: Outcome, original: Outcome) {
  return {
    variant,
    ...indexingRate(indexed, original.indexed),
    bytes,
    ratio: original.bytes / bytes,
    merged,
  };
}

function print({ variant, rate, ratio, merged }: ReturnType<typeof figures>, seconds: number): void {
  const { rsplit, ccHalf, ccTrue, completeness, redundancy }: Worth = merged.overall;
  const percent = (value?: number) => value === undefined ? "–" : `${value.toFixed(1)} %`;
  const words = [
    `${percent(100 * rate)} indexed`,
    `Rsplit ${percent(rsplit)}`,
    `CC½ ${ccHalf?.toFixed(4)}`,
    `CC true ${ccTrue?.toFixed(4)}`,
    `complete ${percent(completeness)}`,
    `${redundancy?.toFixed(1)} measurements`,
    `ratio ${ratio.toFixed(2)}`,
  ];
  console.log(`${variant.name}: ${words.join(", ")} (${seconds.toFixed(0)} s)`);
}

async function run(folder: string, { frames, cutoffs, shells }: typeof FULL, publish: boolean): Promise<void> {
  const version = await crystfelVersion();
  if (version === undefined) return;
  const before = load();
  const versions: Record<string, string> = { CrystFEL: version };
  if (!fabio.absence) {
    versions.FabIO = (await fabio.run(".", "-c", "import fabio; print(fabio.version)")).trim();
  }
  const shared = await prepare(folder, frames, shells, versions);
  const missing: Record<string, string> = {};
  const rows: ReturnType<typeof figures>[] = [];
  let original: Outcome | undefined;
  for (const variant of variantsOf(cutoffs)) {
    if (variant.way === "densify_Bragg" && fabio.absence) {
      missing[variant.name] = fabio.absence;
      console.log(`missing: ${variant.name}: ${fabio.absence}`);
      continue;
    }
    const start = performance.now();
    const outcome = await evaluate(shared, variant);
    original ??= outcome;
    const row = figures(outcome, original);
    print(row, (performance.now() - start) / 1000);
    rows.push(row);
  }
  const figure = serialPlot(rows);
  if (!publish) {
    console.log("nothing was written");
    return;
  }
  const results = {
    machine: machine(),
    load: before,
    versions,
    series: { frames, simulation: SETTINGS, photons: STRENGTHS },
    indexing: `indexamajig ${INDEXING}`,
    merging: `process_hkl ${MERGING}; compare_hkl and check_hkl -y ${SYMMETRY} --highres=${RESOLUTION}`,
    missing,
    variants: rows,
  };
  const json = new URL("../results/serial.json", import.meta.url);
  await Deno.writeTextFile(json, JSON.stringify(results, null, 2) + "\n");
  const place = new URL("../../docs/serial.svg", import.meta.url);
  await Deno.writeTextFile(place, figure);
  await output(Deno.execPath(), ["fmt", "--quiet", fileURLToPath(place), fileURLToPath(json)]);
}

const { values } = parseArgs({
  args: Deno.args,
  options: { smoke: { type: "boolean", default: false }, frames: { type: "string" } },
});
const frames = values.smoke ? SMOKE.frames : Number(values.frames ?? FULL.frames);
if (!Number.isInteger(frames) || frames < SMOKE.frames) {
  console.error(`--frames must be a whole number of ${SMOKE.frames} or more, not ${values.frames}`);
  Deno.exit(2);
}
const given = Deno.env.get("BRAGGSIEVE_WORK");
const passing = values.smoke && given === undefined;
const kept = given ?? fileURLToPath(new URL("work", import.meta.url));
const folder = passing ? await Deno.makeTempDir() : resolve(join(kept, `serial_${frames}`));
await Deno.mkdir(folder, { recursive: true });
try {
  await run(folder, { ...(values.smoke ? SMOKE : FULL), frames }, !values.smoke && values.frames === undefined);
} finally {
  if (passing) await Deno.remove(folder, { recursive: true });
}
