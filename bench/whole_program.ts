/**
 * `sparsify`, `densify` and `peaks` from the start of the process to its end, output files not there yet, input files in
 * the system's cache, against pyFAI's sparsify-Bragg, FabIO's densify_Bragg and CrystFEL's indexamajig on the same files.
 */
import { wasmEngine } from "../ts/engine/wasm.ts";
import { createDense } from "../ts/io/dense.ts";
import { findLibhdf5 } from "../ts/io/hdf5/ffi/find.ts";
import { openSparse } from "../ts/io/sparse_read.ts";
import type { Bench } from "./bench.ts";
import { braggsieve, hasOption, type Program } from "./cli.ts";
import { indexamajig } from "./crystfel.ts";
import { compare, type Effort, type Peer, type Row, type Run } from "./compare.ts";
import { encodeAll } from "./decoders.ts";
import { milliseconds } from "./machine.ts";
import { remove } from "./program.ts";
import { onOpenCl, openClDevice, poclVersion } from "./opencl.ts";
import { pythonOutput } from "./python.ts";

/** Workers of WebAssembly. */
const JOBS = 2;
/** How many times as many frames the long stack has: what a run begins and ends with counts little then. */
const LONGER = { smoke: 2, full: 10 } as const;
/** A peer takes a minute for the long stack. */
const LONG_ROUNDS = 3;

export async function wholeProgram(bench: Bench): Promise<Row[]> {
  const { input: { stack, pixels: { length } }, effort, smoke } = bench;
  const longer = LONGER[smoke ? "smoke" : "full"];
  const fewer = { rounds: Math.min(LONG_ROUNDS, effort.rounds), warm: false };
  return [
    await sparsify(bench, { path: stack, frames: length }, "`sparsify`, 2 σ azimuthal", effort),
    await sparsify(bench, await longStack(bench, longer), `the same, ${longer * length} frames`, fewer),
    await densify(bench, 1),
    await densify(bench, 0),
    await peaks(bench),
  ];
}

/** A file of frames. */
interface Stack {
  readonly path: string;
  readonly frames: number;
}

/** The frames over and over in one file. */
async function longStack({ input: { plan, pixels }, folder }: Bench, times: number): Promise<Stack> {
  const { shape, type, mask, geometry } = plan;
  const chunks = encodeAll(wasmEngine, type, shape, pixels);
  const path = `${folder}/long_stack.h5`;
  const sink = await createDense(path, { shape, type, geometry, ...(mask ? { mask } : {}) });
  for (let round = 0; round < times; round++) for (const chunk of chunks) sink.append({ chunk });
  await sink.close();
  return { path, frames: times * chunks.length };
}

/** What runs `words` and makes `made`, ms per frame, in each way that the machine can; and what a reader must know. */
async function programs({ contenders }: Bench, words: readonly string[], made: string, frames: number) {
  const [command] = words;
  const jobs = await hasOption(command, "--jobs");
  const threads = jobs ? ["--jobs", String(JOBS)] : [];
  const run = (program: Program, ...more: string[]): Run => async () =>
    await braggsieve(program, [...words, ...more], made) / frames;
  const libhdf5 = findLibhdf5().backend?.name.replace(/ \(.*/, "");
  const native = contenders.some(({ column }) => column === "native");
  const ours = {
    wasm: run("wasm", ...threads),
    ...(libhdf5 ? { wasmLibhdf5: run("wasmLibhdf5", ...threads) } : {}),
    ...(native ? { native: run("native") } : {}),
  };
  const note = jobs ? `WebAssembly with --jobs ${JOBS}` : `${command} has no --jobs: WebAssembly on one thread`;
  const files = `files by h5wasm in the first column, in the others by ${
    libhdf5 ?? "h5wasm too: no libhdf5 was found"
  }`;
  return { ours, notes: [note, files] };
}

async function size(path: string): Promise<number> {
  return (await Deno.stat(path)).size;
}

async function sparsify(bench: Bench, stack: Stack, what: string, effort: Effort): Promise<Row> {
  const { input, folder } = bench;
  const { path, frames } = stack;
  const made = `${folder}/ours_sparse.h5`;
  const { ours, notes } = await programs(bench, ["sparsify", "-p", input.poni, path], made, frames);
  const peer = await sparsifyBragg(bench, stack);
  const row = await compare({
    what,
    unit: "frames/s",
    frameBytes: input.pixels[0].byteLength,
    // What is written is known afterwards.
    movedBytes: 0,
    ours,
    peers: [peer],
  }, effort);
  const movedBytes = (await size(path) + await size(made)) / frames;
  const own = await bytesAndPixels(made, peer);
  return { ...row, movedBytes, notes: [...notes, ...own] };
}

/** What both programs made of the frames, from their files. */
async function bytesAndPixels(ours: string, { name, made, framesPerSecond }: SparsifyBragg): Promise<string[]> {
  const facts = async (file: string) => {
    const sparse = await openSparse(file);
    const kept = Array.from({ length: sparse.frameCount }, (_, i) => sparse.frame(i).index.length);
    sparse.close();
    return `${kept.reduce((sum, count) => sum + count, 0)} pixels in ${(await size(file) / 1e6).toFixed(1)} MB`;
  };
  const own = `kept by ours: ${await facts(ours)}`;
  if (framesPerSecond.length === 0) return [own];
  const rates = framesPerSecond.toSorted((a, b) => a - b).map((rate) => rate.toPrecision(3));
  return [
    `${own}; by ${name}: ${await facts(made)}`,
    `by its own clock, which leaves its start out, ${name} does ${rates.at(0)} to ${rates.at(-1)} frames/s`,
  ];
}

/** The peer, the file that it makes, and its own count of its speed in each round. */
interface SparsifyBragg extends Peer {
  readonly made: string;
  readonly framesPerSecond: number[];
}

/** pyFAI's program, on OpenCL of the processor where pocl is installed. */
async function sparsifyBragg({ input, folder, versions }: Bench, { path, frames }: Stack): Promise<SparsifyBragg> {
  versions({ ...await packageVersions("pyopencl"), ...await poclVersion() });
  const name = onOpenCl("pyFAI's sparsify-Bragg", await openClDevice());
  // Its output is named after its input and lies in the same folder.
  const place = `${folder}/sparsify-Bragg-${frames}`;
  await Deno.mkdir(place);
  await Deno.symlink(path, `${place}/stack.h5`);
  const made = `${place}/stack_sparse.h5`;
  const options = ["-p", input.poni, "-m", input.maskFile, "--error-model", "azimuthal", "--cutoff-pick", "2"];
  const framesPerSecond: number[] = [];
  const run = async (round: number) => {
    await remove(made);
    const words = ["-m", "pyFAI.app.sparsify", ...options, "-o", "{basename}_sparse.h5", "stack.h5"];
    let printed = "";
    const ms = await milliseconds(async () => printed = await pythonOutput(words, { cwd: place }));
    // Throws when there is none: a program that failed may still end well.
    await size(made);
    const own = Number(/\(([\d.]+) fps\)/.exec(printed)?.[1] ?? NaN);
    if (round >= 0 && own > 0) framesPerSecond.push(own);
    return ms / frames;
  };
  return { name, run, made, framesPerSecond };
}

/** Versions of Python packages, as far as they are there. */
async function packageVersions(...names: string[]): Promise<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const name of names) {
    const words = ["-c", `import importlib.metadata; print(importlib.metadata.version("${name}"))`];
    const version = await pythonOutput(words).catch(() => undefined);
    if (version !== undefined) versions[name] = version.trim();
  }
  return versions;
}

async function densify(bench: Bench, noise: 0 | 1): Promise<Row> {
  const { input, folder, effort } = bench;
  const frames = input.pixels.length;
  const made = `${folder}/ours_dense.h5`;
  const words = ["densify", "--noise", String(noise), input.sparse];
  const { ours, notes } = await programs(bench, words, made, frames);
  const row = await compare({
    what: `\`densify\`, ${noise ? "with" : "no"} noise`,
    unit: "frames/s",
    frameBytes: input.pixels[0].byteLength,
    movedBytes: 0,
    ours,
    peers: [densifyBragg(bench, noise)],
    notes: [...notes, "the sparse file is ours in its default layout, which FabIO reads"],
  }, effort);
  return { ...row, movedBytes: (await size(input.sparse) + await size(made)) / frames };
}

async function peaks(bench: Bench): Promise<Row> {
  const { input, folder, effort } = bench;
  const frames = input.pixels.length;
  const made = `${folder}/ours.cxi`;
  const { ours, notes } = await programs(bench, ["peaks", "-p", input.poni, input.stack], made, frames);
  const row = await compare({
    what: "`peaks`",
    unit: "frames/s",
    frameBytes: input.pixels[0].byteLength,
    movedBytes: 0,
    ours,
    peers: [await indexamajig(bench)],
    notes: [...notes, "each finder has its own settings: our defaults; threshold 20, SNR 6, 3 pixels; all cores"],
  }, effort);
  return { ...row, movedBytes: (await size(input.stack) + await size(made)) / frames };
}

/** FabIO's program. */
function densifyBragg({ input, folder }: Bench, noise: number): Peer {
  // Where it writes depends on its options: it gets a folder of its own, which is emptied.
  const place = `${folder}/densify_Bragg`;
  const run = async () => {
    await Deno.remove(place, { recursive: true }).catch(() => {});
    await Deno.mkdir(place);
    await Deno.symlink(input.sparse, `${place}/sparse.h5`);
    const words = ["-m", "fabio.app.densify", "-N", String(noise), "sparse.h5"];
    return await milliseconds(() => pythonOutput(words, { cwd: place })) / input.pixels.length;
  };
  return { name: "FabIO's densify_Bragg", run };
}
