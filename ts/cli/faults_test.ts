/**
 * What goes wrong on real machines while a run writes: it is killed, the disk is full, the input shrinks or is damaged,
 * the folder is read-only. Each gives one sentence, no file that looks whole, and a run that --resume completes.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openH5 } from "../io/hdf5/h5.ts";
import { braggsieve, braggsieveProcess, inFolder, type Outcome } from "../testing.ts";

const SIMULATE = ["simulate", "-o", "sim.h5", "-n", "40", "--width", "400", "--height", "400", "--hit-fraction", "1"];
/** The same frames again and again: a long run of a small file. */
const SERIES = Array.from({ length: 60 }, () => "sim.h5");
const SPARSIFY = ["sparsify", "-p", "sim.poni", "-o", "out.h5", "--bins", "200", ...SERIES];
const DATASETS = ["index", "intensity", "frame_ptr", "mask", "background_avg", "background_std"].map((name) =>
  `/entry_0000/sparse_frames/${name}`
);

const names = (folder: string) => [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function contents(file: string): Promise<unknown[]> {
  const h5 = await openH5(file);
  try {
    return DATASETS.map((path) => h5.read(path));
  } finally {
    h5.close();
  }
}

function succeeded({ code, error }: Outcome): void {
  assert.equal(code, 0, error);
}

/** One sentence that matches, exit status 1, nothing that looks like a result. */
function failed({ code, error, out }: Outcome, message: RegExp, folder: string): void {
  assert.match(error, message);
  assert.doesNotMatch(error, /\n {4}at |unexpected/);
  assert.equal(code, 1);
  assert.equal(out, "");
  assert(!names(folder).includes("out.h5"), "no output");
}

/** Waits until a run that was just started writes a journal of its own, or two seconds. */
async function journaling(folder: string): Promise<void> {
  const journals = () => names(folder).filter((name) => name.endsWith(".journal")).length;
  const before = journals();
  for (let waited = 0; waited < 2000 && journals() <= before; waited += 10) await pause(10);
}

Deno.test("a run that is killed fifty times at random moments ends with the bytes of one that was not", () =>
  inFolder(async (folder) => {
    succeeded(await braggsieve(SIMULATE, folder));
    succeeded(await braggsieve(SPARSIFY.map((word) => word === "out.h5" ? "whole.h5" : word), folder));
    const expected = await contents(join(folder, "whole.h5"));
    let [kills, resumed] = [0, 0];
    while (kills < 50) {
      const child = braggsieveProcess([...SPARSIFY, "--resume", "--json"], folder).spawn();
      const output = child.output();
      const done = await Promise.race([output, journaling(folder).then(() => pause(1200 * Math.random()))]);
      if (!done) child.kill("SIGKILL");
      const { success, stdout } = await output;
      if (success) {
        // It was quicker than the kill: the whole job is there, and begins anew.
        resumed += JSON.parse(new TextDecoder().decode(stdout)).resumedFrames;
        assert.deepEqual(await contents(join(folder, "out.h5")), expected);
        await Deno.remove(join(folder, "out.h5"));
      } else {
        kills++;
        // Killed after the file got its name: then it must be whole.
        if (names(folder).includes("out.h5")) {
          assert.deepEqual(await contents(join(folder, "out.h5")), expected);
          await Deno.remove(join(folder, "out.h5"));
        }
      }
    }
    const last = await braggsieve([...SPARSIFY, "--resume", "--json"], folder);
    succeeded(last);
    resumed += JSON.parse(last.out).resumedFrames;
    assert(resumed > 0, "killed runs had done something");
    assert.deepEqual(await contents(join(folder, "out.h5")), expected);
    assert.deepEqual(names(folder), ["out.h5", "sim.geom", "sim.h5", "sim.poni", "whole.h5"]);
  }));

/** Whether this machine lets us mount: as root on Linux. */
function canMount(): boolean {
  if (Deno.build.os !== "linux") return false;
  return new TextDecoder().decode(new Deno.Command("id", { args: ["-u"] }).outputSync().stdout).trim() === "0";
}

/** A test with a small file system of its own, of `size`, in `folder`/disk. */
function diskTest(name: string, size: string, body: (folder: string, disk: string) => Promise<void>): void {
  if (!canMount()) console.log(`skipped: ${name}: only root may mount a small disk`);
  Deno.test({
    name,
    ignore: !canMount(),
    fn: () =>
      inFolder(async (folder) => {
        const disk = join(folder, "disk");
        await Deno.mkdir(disk);
        const mounted = await new Deno.Command("mount", { args: ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", disk] })
          .output();
        assert(mounted.success, new TextDecoder().decode(mounted.stderr));
        try {
          await body(folder, disk);
        } finally {
          await new Deno.Command("umount", { args: [disk] }).output();
        }
      }),
  });
}

diskTest("a full disk is told; with more room --resume completes", "3m", async (folder, disk) => {
  succeeded(await braggsieve(SIMULATE, folder));
  const words = SPARSIFY.map((word) => word === "out.h5" ? "disk/out.h5" : word);
  failed(await braggsieve(words, folder), /disk\/out\.h5.*No space left.*make room/, disk);
  const remount = await new Deno.Command("mount", { args: ["-o", "remount,size=200m", disk] }).output();
  assert(remount.success);
  const outcome = await braggsieve([...words, "--resume", "--json"], folder);
  succeeded(outcome);
  assert.deepEqual(names(disk), ["out.h5"]);
  succeeded(await braggsieve(SPARSIFY, folder));
  assert.deepEqual(await contents(join(disk, "out.h5")), await contents(join(folder, "out.h5")));
});

diskTest("a read-only folder is told before the work begins", "1m", async (folder, disk) => {
  succeeded(await braggsieve(SIMULATE, folder));
  assert((await new Deno.Command("mount", { args: ["-o", "remount,ro", disk] }).output()).success);
  const words = SPARSIFY.map((word) => word === "out.h5" ? "disk/out.h5" : word);
  failed(await braggsieve(words, folder), /disk\/out\.h5: .*(read-only|not writable).*choose another/i, disk);
});

Deno.test("an input that is cut short while it is read is told with its frame; mended, --resume completes", () =>
  inFolder(async (folder) => {
    succeeded(await braggsieve(SIMULATE, folder));
    const input = join(folder, "sim.h5");
    const bytes = await Deno.readFile(input);
    const { mtime } = await Deno.stat(input);
    const child = braggsieveProcess(SPARSIFY, folder).spawn();
    const output = child.output();
    // Until the journal holds frames.
    const journal = () => names(folder).find((name) => name.endsWith(".journal"));
    const size = () => journal() ? Deno.statSync(join(folder, journal()!)).size : 0;
    while (size() < 10_000) await pause(5);
    await Deno.truncate(input, bytes.length / 2);
    const { code, stdout, stderr } = await output;
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    const message = /sim\.h5.*(cannot be read|truncated|cannot be decoded).*\d+ frames are kept: add --resume/;
    failed({ code, out: decode(stdout), error: decode(stderr) }, message, folder);
    await Deno.writeFile(input, bytes);
    await Deno.utime(input, mtime!, mtime!);
    const resumed = await braggsieve([...SPARSIFY, "--resume", "--json"], folder);
    succeeded(resumed);
    assert(JSON.parse(resumed.out).resumedFrames > 0);
    succeeded(await braggsieve(SPARSIFY.map((word) => word === "out.h5" ? "whole.h5" : word), folder));
    assert.deepEqual(await contents(join(folder, "out.h5")), await contents(join(folder, "whole.h5")));
  }));

Deno.test("a flipped bit in a chunk is told with file and frame, or changes nothing but pixels", () =>
  inFolder(async (folder) => {
    succeeded(await braggsieve(SIMULATE, folder));
    const bytes = await Deno.readFile(join(folder, "sim.h5"));
    let told = 0;
    for (let place = bytes.length / 4; place < bytes.length; place += bytes.length / 9) {
      const damaged = bytes.slice();
      damaged[Math.floor(place)] ^= 0x10;
      await Deno.writeFile(join(folder, "bad.h5"), damaged);
      const outcome = await braggsieve(["sparsify", "-p", "sim.poni", "-o", "out.h5", "bad.h5"], folder);
      if (outcome.code === 0) {
        await Deno.remove(join(folder, "out.h5"));
        continue;
      }
      failed(outcome, /bad\.h5.*(#|frame |\()/, folder);
      told++;
    }
    assert(told > 0, "LZ4 has no checksum, but some damage does not decode");
  }));
