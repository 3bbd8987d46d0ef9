/**
 * The WebGPU engine on this machine's GPU: GPU time per stage, frames per second from memory, uncompressed (as they are,
 * and narrowed by the native library where it is there) and as bitshuffle-LZ4 chunks, on the calling thread (0 workers),
 * one worker and several, and what bounds each; pyFAI's OpenCL on the same GPU where Python has it.
 *
 *   deno task bench:gpu            4 and 9 Mpixel frames
 *   deno task bench:gpu --small    reduced: any adapter, also a software one
 *
 * Real data as for the tests (BRAGGSIEVE_DATA). Writes results/<adapter>.json beside this file, or where --out says.
 */
import { parseArgs } from "node:util";
import { formatPoni } from "../../ts/geometry/poni.ts";
import { findNative } from "../../ts/engine/native.ts";
import { openWebGpu } from "../../ts/engine/webgpu/engine.ts";
import { machine } from "../machine.ts";
import { settled } from "../../ts/engine/webgpu/pool.ts";
import { Tables } from "../../ts/engine/webgpu/tables.ts";
import { boundsOf, frameTimes } from "./bounds.ts";
import { type BenchFrames, benchFrames, narrowed, type Way } from "./frames.ts";
import { copyBandwidth, stageTimes } from "./stages.ts";
import { expectations, throughput } from "./throughput.ts";

const { values: options } = parseArgs({
  options: {
    small: { type: "boolean", default: false },
    out: { type: "string" },
    workers: { type: "string" },
    batch: { type: "string", default: "16" },
    skip: { type: "string", default: "" },
  },
});
const small = options.small;
const skipped = options.skip.split(",");
const workers = (options.workers ?? (small ? "0,1" : "0,1,2,4,8")).split(",").map(Number);
const batch = small ? 4 : Number(options.batch);
const report: Record<string, unknown> = { machine: machine() };
let out = options.out;
/** Notes a figure and writes all so far: a run that is cut short has not been for nothing. */
const note = (name: string, value: unknown) => {
  report[name] = value;
  if (out) Deno.writeTextFileSync(out, JSON.stringify(report, null, 2) + "\n");
  console.log(name, JSON.stringify(value));
};

/** A row that cannot be measured here says why, and the others go on. */
async function row(name: string, work: () => unknown): Promise<void> {
  try {
    note(name, await work());
  } catch (error) {
    note(name, { failed: error instanceof Error ? error.message : String(error) });
  }
}

const engine = await openWebGpu();
const { vendor, architecture, device: model, description } = engine.device.info;
const adapter = description || `${vendor} ${architecture} ${model}`;
const name = adapter.replace(/[^A-Za-z0-9]+/g, "_").replace(/^_|_$/g, "").toLowerCase();
out ??= new URL(`./results/${name}${small ? "_small" : ""}.json`, import.meta.url).pathname;
note("adapter", adapter);
const bytes = small ? 1 << 24 : 1 << 28;
const bandwidth = copyBandwidth(engine.device, bytes);
note("copy GB/s", bandwidth);

const four = await benchFrames(small ? [517, 541] : [2068, 2162]);
note("frames", four.source);
note("compressed part", four.chunks[0].length / four.raw[0].length);
const tables = new Tables(engine.device, four.input);
const narrow = await narrowed(tables, four);
tables.close();
const library = findNative();
note(
  "narrow part",
  library.engine
    ? narrow.map((frame, at) => (frame?.bytes ?? four.raw[at]).length / four.raw[at].length)
    : library.reason,
);
for (const count of [1, batch]) {
  await row(`stages, ${count} frames a batch`, () => stageTimes(engine.device, four, count, bandwidth.median));
}
engine.device.close();

async function rates(name: string, frames: BenchFrames, ways: readonly Way[], workers: readonly number[]) {
  const expected = expectations(frames);
  for (const way of ways) {
    await settled();
    const { device } = await openWebGpu();
    const times = await frameTimes(device, frames, way, batch, small ? 1 : 15);
    note(`${name}, ${way}, a batch of ${batch}, microseconds a frame`, times);
    device.close();
    for (const n of workers) {
      const count = small ? 4 * batch : (way === "raw" ? 1500 : 2000) * (n > 1 ? 2 : 1);
      await row(
        `${name}, ${way}, ${n} workers`,
        async () => {
          const rate = await throughput(frames, expected, way, { workers: n, batch, count });
          return { ...rate, ...boundsOf(times, rate.framesPerSecond, n) };
        },
      );
    }
  }
}
if (!skipped.includes("rates")) {
  await rates(
    "frames",
    four,
    library.engine ? ["raw", "narrow", "bitshuffle-lz4"] : ["raw", "bitshuffle-lz4"],
    workers,
  );
}
if (!small && !skipped.includes("nine")) {
  const nine = await benchFrames([3108, 3262], 4);
  note("9 Mpixel frames", nine.source);
  await rates("9 Mpixel", nine, ["bitshuffle-lz4"], [1, 2, 4]);
}

/** A minimal NumPy file of a row-major array. */
function npy(type: string, shape: readonly [number, number], data: Uint8Array): Uint8Array {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`;
  const header = text.padEnd(64 * Math.ceil((text.length + 11) / 64) - 11) + "\n";
  const file = new Uint8Array(10 + header.length + data.length);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  file.set(new TextEncoder().encode(header), 10);
  file.set(data, 10 + header.length);
  return file;
}

if (!skipped.includes("pyfai")) {
  await row("pyFAI OpenCL", async () => {
    const folder = await Deno.makeTempDir();
    const { shape, mask, geometry } = four.input;
    await Deno.writeFile(`${folder}/frame.npy`, npy("<u2", shape, four.raw[0]));
    await Deno.writeFile(`${folder}/mask.npy`, npy("|u1", shape, mask!));
    await Deno.writeTextFile(`${folder}/g.poni`, formatPoni(geometry));
    const python = Deno.env.get("BRAGGSIEVE_PYTHON") ?? "python3";
    const script = new URL("./pyfai_opencl.py", import.meta.url).pathname;
    const args = [script, `${folder}/frame.npy`, `${folder}/mask.npy`, `${folder}/g.poni`];
    const { success, stdout, stderr } = await new Deno.Command(python, { args }).output();
    await Deno.remove(folder, { recursive: true });
    if (!success) throw new Error(new TextDecoder().decode(stderr).trim().split("\n").at(-1));
    return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
  });
}
console.log(`written: ${out}`);
