/**
 * The main job against its peers, on the eight real thaumatin frames, alternating in one run:
 *
 *     deno task bench
 *
 * BRAGGSIEVE_DATA: the data folder; BRAGGSIEVE_PYTHON: a Python with bench/requirements.txt; CRYSTFEL: CrystFEL's
 * folder. A peer that is missing is named as missing. Writes bench/results/main_job.json and the README's figures.
 */
import { DEFAULT_SETTINGS, type Engine, type Plan, type PlanSettings } from "../ts/engine/engine.ts";
import { findNative, libraryPath, nativeEngine } from "../ts/engine/native.ts";
import { openLibrary } from "../ts/engine/native_calls.ts";
import { wasmEngine } from "../ts/engine/wasm.ts";
import { loadGeometry } from "../ts/geometry/load.ts";
import { openFrames } from "../ts/io/open.ts";
import { openSparse } from "../ts/io/sparse_read.ts";
import { sparsify } from "../ts/pipeline/sparsify.ts";
import { dataPath } from "../ts/testing.ts";
import { peakfinder8 } from "./crystfel.ts";
import { type Machine, machine, milliseconds, show, type Spread, spread } from "./machine.ts";
import { startPeers } from "./peers.ts";

/** Rows of the table: what, ours, the peer's (none: no peer does it). */
const ROWS = [
  [
    "clip + pick, azimuthal, against pyFAI `sigma_clip_ng` (CSR, Cython, all cores)",
    "raw: gather + clip + pick",
    "clip",
  ],
  ["the same with solid angle and polarization", "corrected: gather + clip + pick", ""],
  [
    "clip + peaks, against CrystFEL's peakfinder8 (one thread, its own profile)",
    "raw: gather + clip + peaks",
    "peakfinder8",
  ],
  ["densify, no noise, against FabIO's rebuild", "densify", "densify"],
  ["densify with noise, against FabIO's rebuild", "densify with noise", "densifyNoise"],
  ["making a plan", "plan", ""],
] as const;

/** The engines that were measured, as the names of the times begin, and as people call them. */
const COLUMNS = [["", "WebAssembly"], ["native 1: ", "native, one thread"], ["native: ", "native, all cores"]] as const;

/** The table of the README, from what this run measured. */
function figures({ processor, cores, deno }: Machine, frames: string, result: Record<string, Spread>): string {
  const columns = COLUMNS.filter(([prefix]) => result[`${prefix}plan`]);
  const cells = (what: string, ours: string, peer: string) => {
    const theirs = result[`peer ${peer}`];
    const own = columns.map(([prefix]) => {
      const { median } = result[prefix + ours];
      return `${show(result[prefix + ours])} ms${theirs ? `, ${(theirs.median / median).toFixed(1)} ×` : ""}`;
    });
    const missing = peer === "" ? "" : "missing";
    return `| ${[what, ...own, theirs ? `${show(theirs)} ms` : missing].join(" | ")} |`;
  };
  return `<!-- figures -->
\`deno task bench\` on ${processor}, ${cores} cores, Deno ${deno}: ${frames}, in memory, alternating with the peer in one
run; median (smallest–largest) per frame, and how many times as fast as the peer. WebAssembly takes one thread.

| ${["", ...columns.map(([, name]) => name), "peer"].join(" | ")} |
|${"---|".repeat(columns.length + 2)}
${ROWS.map(([what, ours, peer]) => cells(what, ours, peer)).join("\n")}
<!-- /figures -->`;
}

const ROUNDS = 24;
const stack = dataPath("thaumatin/thaumatin_bslz4.h5");
const poni = dataPath("thaumatin/thaumatin.poni");
const times: Record<string, number[]> = {};
const note = (name: string, ms: number) => (times[name] ??= []).push(ms);

const folder = await Deno.makeTempDir();
const sparsePath = `${folder}/sparse.h5`;
await sparsify({ files: [stack], geometry: poni, output: sparsePath });

const frames = await openFrames(stack);
const geometry = await loadGeometry(poni);
// Each frame is decoded once beforehand: the peer has its frames in memory too.
const decoded: Uint8Array<ArrayBuffer>[] = [];
for (let i = 0; i < frames.frameCount; i++) decoded.push((await frames.read(i)).bytes.slice());
const sparse = await openSparse(sparsePath);
const sparseFrame = sparse.frame(0);

/** What is measured of an engine; `prefix` goes before the names of its times. */
async function contender(prefix: string, engine: Engine) {
  const makePlan = (settings: Partial<PlanSettings>): Plan =>
    engine.plan({ ...frames.info, geometry, settings: { ...DEFAULT_SETTINGS, ...settings } });
  let plan!: Plan;
  for (let i = 0; i < 5; i++) {
    plan?.close();
    note(`${prefix}plan`, await milliseconds(() => plan = makePlan({})));
  }
  const corrected = makePlan({ solidAngle: true, polarizationFactor: 0.99 });
  return { prefix, raw: plan, corrected, densifier: engine.densifier({ ...sparse, noisePick: sparse.noise }) };
}

const contenders = [await contender("", wasmEngine)];
const native = findNative();
if (native.engine) {
  contenders.push(await contender("native 1: ", nativeEngine(openLibrary(libraryPath()!), 1)));
  contenders.push(await contender("native: ", native.engine));
} else {
  console.log(`missing: the native engine: ${native.reason}`);
}

const peers = await startPeers([stack, poni, sparsePath]);
for (let round = 0; round < ROUNDS; round++) {
  const frame = { encoding: "raw", bytes: decoded[round % decoded.length] } as const;
  const job = (name: string, plan: Plan) => {
    const load = performance.now();
    plan.load(frame);
    const clip = performance.now();
    plan.clip();
    const pick = performance.now();
    plan.pick();
    const peaks = performance.now();
    plan.peaks();
    const end = performance.now();
    note(`${name}: gather`, clip - load);
    note(`${name}: clip`, pick - clip);
    note(`${name}: pick`, peaks - pick);
    note(`${name}: peaks`, end - peaks);
    note(`${name}: gather + clip + pick`, peaks - load);
    note(`${name}: gather + clip + peaks`, end - peaks + pick - load);
  };
  for (const { prefix, raw, corrected, densifier } of contenders) {
    job(`${prefix}raw`, raw);
    job(`${prefix}corrected`, corrected);
    for (const [name, noise] of [["densify", 0], ["densify with noise", 1]] as const) {
      note(prefix + name, await milliseconds(() => densifier.rebuild(sparseFrame, 0, { noise, seed: round })));
    }
  }
  if (peers) {
    for (const command of ["clip", "densify"]) {
      for (const [name, ms] of Object.entries(await peers.ask(command))) note(`peer ${name}`, ms as number);
    }
  }
}
peers?.close();
const pf8 = await peakfinder8(stack, dataPath("thaumatin/thaumatin.geom"), folder);
for (const ms of pf8 ?? []) note("peer peakfinder8", ms);

const result = Object.fromEntries(Object.entries(times).map(([name, values]) => [name, spread(values)]));
const ratios = Object.fromEntries(contenders.flatMap(({ prefix }) =>
  ROWS.flatMap(([, ours, peer]) => {
    const theirs = result[`peer ${peer}`];
    return theirs ? [[`${prefix}${peer}`, theirs.median / result[prefix + ours].median]] : [];
  })
));
const report = {
  machine: machine(),
  versions: peers?.versions ?? "no Python with bench/requirements.txt",
  frames: `${frames.frameCount} of ${frames.info.shape.join(" x ")}, ${frames.info.type}`,
  milliseconds: result,
  ratios,
};
await Deno.mkdir(new URL("results", import.meta.url), { recursive: true });
await Deno.writeTextFile(new URL("results/main_job.json", import.meta.url), JSON.stringify(report, null, 2) + "\n");
const table = figures(report.machine, report.frames, result);
const readme = new URL("../README.md", import.meta.url);
const text = await Deno.readTextFile(readme);
await Deno.writeTextFile(readme, text.replace(/<!-- figures -->[\s\S]*<!-- \/figures -->/, table));
console.log(report.machine, report.versions, report.frames);
for (const [name, value] of Object.entries(result)) console.log(name.padEnd(36), show(value), "ms");
for (const [name, value] of Object.entries(ratios)) console.log(`${name}: ${value.toFixed(1)} times`);
await Deno.remove(folder, { recursive: true });
