/**
 * The main job against its peers, on the eight real thaumatin frames, alternating in one run:
 *
 *     deno task bench
 *
 * BRAGGSIEVE_DATA: the data folder; BRAGGSIEVE_PYTHON: a Python with bench/requirements.txt; CRYSTFEL: CrystFEL's
 * folder. A peer that is missing is named as missing. Writes bench/results/main_job.json and the README's figures.
 */
import { DEFAULT_SETTINGS, type Plan, type PlanSettings } from "../ts/engine/engine.ts";
import { wasmEngine } from "../ts/engine/wasm.ts";
import { loadGeometry } from "../ts/geometry/load.ts";
import { openFrames } from "../ts/io/open.ts";
import { openSparse } from "../ts/io/sparse_read.ts";
import { sparsify } from "../ts/pipeline/sparsify.ts";
import { dataPath } from "../ts/testing.ts";
import { peakfinder8 } from "./crystfel.ts";
import { type Machine, machine, milliseconds, show, type Spread, spread } from "./machine.ts";
import { startPeers } from "./peers.ts";

/** The table of the README, from what this run measured. */
function figures(
  { processor, cores, deno }: Machine,
  frames: string,
  result: Record<string, Spread>,
  ratios: Record<string, number>,
): string {
  const row = (what: string, ours: string, peer: string, ratio: string) => {
    const theirs = result[peer] ? `${show(result[peer])} ms` : "missing";
    return `| ${what} | ${show(result[ours])} ms | ${theirs} | ${ratios[ratio]?.toFixed(1) ?? ""} |`;
  };
  return `<!-- figures -->
\`deno task bench\` on ${processor}, ${cores} cores, Deno ${deno}: ${frames}, in memory, alternating with the peer in one
run; median (smallest–largest) per frame. Ours is WebAssembly on one thread.

| | Braggsieve | peer | ratio |
|---|---|---|---|
${
    row(
      "clip + pick, azimuthal, against pyFAI `sigma_clip_ng` (CSR, Cython, all cores)",
      "raw: gather + clip + pick",
      "peer clip",
      "clip",
    )
  }
${row("the same with solid angle and polarization", "corrected: gather + clip + pick", "", "")}
${
    row(
      "clip + peaks, against CrystFEL's peakfinder8 (one thread, its own profile)",
      "raw: gather + clip + peaks",
      "peer peakfinder8",
      "peaks",
    )
  }
${row("densify, no noise, against FabIO's rebuild", "densify", "peer densify", "densify")}
${row("densify with noise, against FabIO's rebuild", "densify with noise", "peer densifyNoise", "densifyNoise")}
${row("making a plan", "plan", "", "")}
<!-- /figures -->`.replaceAll("| missing |  |", "| | |");
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
const makePlan = (settings: Partial<PlanSettings>): Plan =>
  wasmEngine.plan({ ...frames.info, geometry, settings: { ...DEFAULT_SETTINGS, ...settings } });
let plan!: Plan;
for (let i = 0; i < 5; i++) {
  plan?.close();
  note("plan", await milliseconds(() => plan = makePlan({})));
}
const corrected = makePlan({ solidAngle: true, polarizationFactor: 0.99 });
// Each frame is decoded once beforehand: the peer has its frames in memory too.
const decoded: Uint8Array[] = [];
for (let i = 0; i < frames.frameCount; i++) decoded.push((await frames.read(i)).bytes.slice());
const sparse = await openSparse(sparsePath);
const densifier = wasmEngine.densifier({ ...sparse, noisePick: sparse.noise });
const sparseFrame = sparse.frame(0);

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
  job("raw", plan);
  job("corrected", corrected);
  for (const [name, noise] of [["densify", 0], ["densify with noise", 1]] as const) {
    note(name, await milliseconds(() => densifier.rebuild(sparseFrame, 0, { noise, seed: round })));
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
const ratio = (peer: string, ours: string) => result[peer] && result[peer].median / result[ours].median;
const ratios = {
  clip: ratio("peer clip", "raw: gather + clip + pick"),
  peaks: ratio("peer peakfinder8", "raw: gather + clip + peaks"),
  densify: ratio("peer densify", "densify"),
  densifyNoise: ratio("peer densifyNoise", "densify with noise"),
};
const report = {
  machine: machine(),
  versions: peers?.versions ?? "no Python with bench/requirements.txt",
  frames: `${frames.frameCount} of ${frames.info.shape.join(" x ")}, ${frames.info.type}`,
  milliseconds: result,
  ratios,
};
await Deno.mkdir(new URL("results", import.meta.url), { recursive: true });
await Deno.writeTextFile(new URL("results/main_job.json", import.meta.url), JSON.stringify(report, null, 2) + "\n");
const table = figures(report.machine, report.frames, result, ratios);
const readme = new URL("../README.md", import.meta.url);
const text = await Deno.readTextFile(readme);
await Deno.writeTextFile(readme, text.replace(/<!-- figures -->[\s\S]*<!-- \/figures -->/, table));
console.log(report.machine, report.versions, report.frames);
for (const [name, value] of Object.entries(result)) console.log(name.padEnd(36), show(value), "ms");
for (const [name, value] of Object.entries(ratios)) console.log(`${name}: ${value?.toFixed(1) ?? "missing"} times`);
await Deno.remove(folder, { recursive: true });
