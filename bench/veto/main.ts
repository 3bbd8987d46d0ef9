/**
 * The veto on a series with known hits: its speed, what each threshold saves, and which indexable frames it loses.
 *
 *     deno task bench:veto             5,000 frames; writes bench/results/veto.json and docs/veto.svg
 *     deno task bench:veto --smoke     100 frames, once; only shows that everything runs
 *
 * CRYSTFEL: CrystFEL's folder; BRAGGSIEVE_PYTHON: a Python with hdf5plugin, whose filters CrystFEL reads frames with.
 * BRAGGSIEVE_DATA: the data folder, for the real grid scan. Work files go to the folder of BRAGGSIEVE_WORK and stay
 * there, or to a temporary one.
 */
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { openFrames } from "../../ts/io/open.ts";
import { crystfel, fabio } from "../../ts/interop/clients.ts";
import { dataPath } from "../../ts/testing.ts";
import { contenders } from "../engines.ts";
import { load, machine } from "../machine.ts";
import { output } from "../program.ts";
import { indexed, INDEXING } from "./index.ts";
import { judge, type Judgement } from "./judge.ts";
import { vetoPlot } from "./plot.ts";
import { HIT_FRACTION, makeSeries, type Part, STRENGTHS } from "./series.ts";
import { type Known, sweep } from "./sweep.ts";

/** The command's own default. */
const THRESHOLD = 20;
const THRESHOLDS = Array.from({ length: 61 }, (_, threshold) => threshold);
const ROUNDS = 5;

/** Which frames are indexed, part after part; undefined, with a line that says why, when CrystFEL is missing. */
async function indexAll(folder: string, parts: readonly Part[]): Promise<boolean[] | undefined> {
  const absence = crystfel.absence ?? fabio.absence;
  if (absence) {
    console.log(`skipped: indexing: ${absence}`);
    return undefined;
  }
  const all: boolean[] = [];
  for (const part of parts) {
    const found = await indexed(folder, part);
    const count = (flags: readonly boolean[]) => flags.filter(Boolean).length;
    console.log(`${part.photons} photons: ${count(part.hits)} hits of ${found.length}, ${count(found)} indexed`);
    all.push(...found);
  }
  return all;
}

/** Bytes of each frame's chunk: what a detector would send. */
async function bytesPerFrame(parts: readonly Part[]): Promise<number[]> {
  const bytes: number[] = [];
  for (const { file } of parts) {
    const source = await openFrames(file);
    for (let index = 0; index < source.frameCount; index++) bytes.push((await source.read(index)).bytes.byteLength);
    source.close();
  }
  return bytes;
}

/** The veto on the real scan: peaks of its eight frames, the last of which is empty. */
async function gridScan(list: string): Promise<{ peaksPerFrame: readonly number[] } | undefined> {
  const file = dataPath("thaumatin/thaumatin_bslz4.h5");
  const poni = dataPath("thaumatin/thaumatin.poni");
  if (!await Deno.stat(file).then(() => true, () => false)) {
    console.log("skipped: the real scan: BRAGGSIEVE_DATA names no folder that has it");
    return undefined;
  }
  const { peaksPerFrame } = await judge("wasm", [{ file, poni, photons: 0, hits: [] }], THRESHOLD, list, 1);
  return { peaksPerFrame };
}

function print({ engine, jobs, framesPerSecond: own, wholeProgram: whole }: Judgement): void {
  const text = ({ median, min, max }: Judgement["wholeProgram"]) =>
    `${median.toFixed(0)} (${min.toFixed(0)}–${max.toFixed(0)})`;
  console.log(`${engine}, ${jobs} jobs: ${text(own)} frames/s, whole program ${text(whole)} frames/s`);
}

const smoke = Deno.args.includes("--smoke");
const given = Deno.env.get("BRAGGSIEVE_WORK");
const folder = given ?? await Deno.makeTempDir();
try {
  const before = load();
  const parts = await makeSeries(folder, smoke ? 20 : 1000);
  const list = join(folder, "hits.lst");
  const engines = contenders().some(({ engine }) => engine.name === "native")
    ? ["native", "wasm"] as const
    : ["wasm"] as const;
  const judgements: Judgement[] = [];
  for (const engine of engines) judgements.push(await judge(engine, parts, THRESHOLD, list, smoke ? 1 : ROUNDS));
  judgements.forEach(print);
  const [{ peaksPerFrame }] = judgements;
  if (judgements.some((other) => JSON.stringify(other.peaksPerFrame) !== JSON.stringify(peaksPerFrame))) {
    throw new Error("the engines count different peaks");
  }
  const found = await indexAll(folder, parts);
  const hits = parts.flatMap((part) => part.hits);
  const bytes = await bytesPerFrame(parts);
  const frames: Known[] = peaksPerFrame.map((peaks, i) => ({
    peaks,
    hit: hits[i],
    bytes: bytes[i],
    ...(found ? { indexed: found[i] } : {}),
  }));
  const points = sweep(frames, THRESHOLDS);
  const figure = vetoPlot(points, THRESHOLD);
  console.log(points[THRESHOLD]);
  const scan = await gridScan(list);
  if (scan) console.log(`the real scan: ${scan.peaksPerFrame.join(", ")} peaks`);
  if (smoke) console.log("nothing was written");
  else {
    const results = {
      machine: machine(),
      load: before,
      series: { frames: frames.length, shape: [512, 512], hitFraction: HIT_FRACTION, photons: STRENGTHS },
      indexing: found ? `indexamajig ${INDEXING}` : undefined,
      rounds: ROUNDS,
      speed: judgements.map(({ peaksPerFrame: _, ...speed }) => speed),
      sweep: points,
      ...(scan ? { gridScan: scan } : {}),
    };
    await Deno.writeTextFile(new URL("../results/veto.json", import.meta.url), JSON.stringify(results, null, 2) + "\n");
    const place = new URL("../../docs/veto.svg", import.meta.url);
    await Deno.writeTextFile(place, figure);
    await output(Deno.execPath(), ["fmt", "--quiet", fileURLToPath(place)]);
  }
} finally {
  if (given === undefined) await Deno.remove(folder, { recursive: true });
}
