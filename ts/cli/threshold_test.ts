/** The threshold of a running veto, changed from outside: by stdin, and by a file. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { braggsieve, braggsieveProcess, inFolder } from "../testing.ts";

const SIMULATED = ["simulate", "-o", "scan.h5", "--width", "96", "--height", "80", "--beam-x", "48", "--beam-y", "40"];
const VETO = ["veto", "-p", "scan.poni", "-f", "--json", "-l", "hits.lst", "--threshold-from"];

Deno.test("lines on stdin and a watched file change the threshold; what is none is told", () =>
  inFolder(async (folder) => {
    assert.equal((await braggsieve([...SIMULATED, "-n", "3"], folder)).code, 0);
    await Deno.writeTextFile(join(folder, "threshold.txt"), " 7\n");
    const watched = await braggsieve([...VETO, "threshold.txt", "scan.h5"], folder);
    assert.equal(watched.code, 0, watched.error);
    assert.deepEqual(JSON.parse(watched.out).thresholds, [{ from: 0, threshold: 7 }]);

    await Deno.writeTextFile(join(folder, "threshold.txt"), "many");
    const refused = await braggsieve([...VETO, "threshold.txt", "-t", "3", "scan.h5"], folder);
    assert.equal(refused.code, 0, refused.error);
    assert.match(refused.error, /threshold\.txt: "many" is no threshold: the one before stays/);
    assert.deepEqual(JSON.parse(refused.out).thresholds, [{ from: 0, threshold: 3 }]);

    // A long run, so that a line comes while it is under way.
    const long = braggsieveProcess([...SIMULATED, "-n", "400", "-f"], folder);
    assert.equal((await long.output()).code, 0);
    const words = [...VETO, "-", "--print", "-t", "0", "scan.h5"];
    const child = braggsieveProcess(words, folder, undefined, "piped").spawn();
    const writer = child.stdin.getWriter();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    assert.match((await reader.read()).value!, /^scan\.h5 \/\/0\n/);
    await writer.write(new TextEncoder().encode("1000000\n"));
    await writer.close();
    let [out, error] = ["", ""];
    const rest = async () => {
      for (let part = await reader.read(); !part.done; part = await reader.read()) out += part.value;
    };
    const told = async () => {
      for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) error += part;
    };
    await Promise.all([rest(), told()]);
    assert.equal((await child.status).code, 0, error);
    const [, from] = /^threshold 1000000 from frame (\d+) on$/m.exec(error) ?? [];
    assert.ok(Number(from) > 0 && Number(from) < 400, error);
    const lines = (await Deno.readTextFile(join(folder, "hits.lst"))).split("\n").slice(0, -1);
    assert.deepEqual(lines, Array.from({ length: Number(from) }, (_, frame) => `scan.h5 //${frame}`));
  }));

Deno.test("a threshold that cannot be meant is a wrong argument", () =>
  inFolder(async (folder) => {
    const { code, error } = await braggsieve(["veto", "-t", "2.5", "-l", "hits.lst", "none.h5"], folder);
    assert.equal(code, 2);
    assert.match(error, /--threshold must be a whole number, not 2\.5/);
  }));
