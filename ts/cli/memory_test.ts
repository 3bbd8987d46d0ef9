/** The memory of a run does not grow with its frames. */
import assert from "node:assert/strict";
import { braggsieve, braggsieveProcess, inFolder } from "../testing.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs the command line; gives the most memory that it had at a time, in bytes. */
async function peakMemory(words: readonly string[], folder: string): Promise<number> {
  const child = braggsieveProcess(words, folder).spawn();
  const output = child.output();
  let [ended, most] = [false, 0];
  output.finally(() => ended = true);
  while (!ended) {
    // The high-water mark of the resident set, as Linux counts it.
    const status = await Deno.readTextFile(`/proc/${child.pid}/status`).catch(() => "");
    most = Math.max(most, 1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0));
    await pause(20);
  }
  const { success, stderr } = await output;
  assert(success, new TextDecoder().decode(stderr));
  return most;
}

const linux = Deno.build.os === "linux";
if (!linux) console.log("skipped: the memory of long runs: only Linux tells it");

/** What the collector of garbage may leave lying about, and buffers that grow once. */
const SLACK = 100 * 2 ** 20;

Deno.test({
  name: "a run of ten times the frames needs no more memory, however many are worked on at a time",
  ignore: !linux,
  fn: () =>
    inFolder(async (folder) => {
      const size = ["--width", "600", "--height", "600"];
      assert.equal((await braggsieve(["simulate", "-o", "sim.h5", "-n", "30", ...size], folder)).code, 0);
      const series = (times: number) => Array.from({ length: times }, () => "sim.h5");
      const sparsify = (times: number, jobs: number) =>
        peakMemory(["sparsify", "-f", "-p", "sim.poni", "-j", `${jobs}`, "-o", "sparse.h5", ...series(times)], folder);
      for (const jobs of [1, 3]) {
        const short = await sparsify(5, jobs);
        const long = await sparsify(50, jobs);
        // 1500 frames of 720 kB are 1 GB; their kept pixels, held to the end, would be 200 MB.
        assert(long < short + SLACK, `${long >> 20} MiB against ${short >> 20} MiB by ${jobs} jobs`);
      }
      // A sparse file of 1500 frames lies there now: 1 GB of pixels come back.
      const densify = await peakMemory(["densify", "-f", "-j", "2", "-o", "dense.h5", "sparse.h5"], folder);
      await sparsify(5, 1);
      const short = await peakMemory(["densify", "-f", "-j", "2", "-o", "dense.h5", "sparse.h5"], folder);
      assert(densify < short + SLACK, `densify: ${densify >> 20} MiB against ${short >> 20} MiB`);
    }),
});
