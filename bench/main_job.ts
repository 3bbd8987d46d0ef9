/**
 * The main job against its peers, on the eight real thaumatin frames, alternating in one run:
 *
 *     deno run --allow-read --allow-write --allow-env --allow-run bench/main_job.ts
 *
 * BRAGGSIEVE_DATA: the data folder; BRAGGSIEVE_PYTHON: a Python with bench/requirements.txt; CRYSTFEL: CrystFEL's
 * folder. A peer that is missing is named as missing. Writes bench/results/main_job.json.
 */
import { DEFAULT_SETTINGS, type Plan, type PlanSettings } from "../ts/engine/engine.ts";
import { wasmEngine } from "../ts/engine/wasm.ts";
import { loadGeometry } from "../ts/geometry/load.ts";
import { openFrames } from "../ts/io/open.ts";
import { openSparse } from "../ts/io/sparse_read.ts";
import { sparsify } from "../ts/pipeline/sparsify.ts";
import { dataPath } from "../ts/testing.ts";
import { peakfinder8 } from "./crystfel.ts";
import { machine, milliseconds, show, spread } from "./machine.ts";
import { startPeers } from "./peers.ts";

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
  "pyFAI sigma_clip_ng (all cores) / gather + clip + pick (one thread)": ratio(
    "peer clip",
    "raw: gather + clip + pick",
  ),
  "CrystFEL peakfinder8 / gather + clip + peaks": ratio("peer peakfinder8", "raw: gather + clip + peaks"),
  "FabIO rebuild / densify, no noise": ratio("peer densify", "densify"),
  "FabIO rebuild / densify, noise": ratio("peer densifyNoise", "densify with noise"),
};
const report = {
  machine: await machine(),
  versions: peers?.versions ?? "no Python with bench/requirements.txt",
  frames: `${frames.frameCount} of ${frames.info.shape.join(" x ")}, ${frames.info.type}`,
  milliseconds: result,
  ratios,
};
await Deno.mkdir(new URL("results", import.meta.url), { recursive: true });
await Deno.writeTextFile(new URL("results/main_job.json", import.meta.url), JSON.stringify(report, null, 2) + "\n");
console.log(report.machine, report.versions, report.frames);
for (const [name, value] of Object.entries(result)) console.log(name.padEnd(36), show(value), "ms");
for (const [name, value] of Object.entries(ratios)) console.log(name.padEnd(72), value?.toFixed(1) ?? "missing");
await Deno.remove(folder, { recursive: true });
