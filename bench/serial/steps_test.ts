import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { isDone, keyOf, placeOf, step } from "./steps.ts";

Deno.test("a key is that of the settings, not of their order", () => {
  const key = keyOf({ frames: 100, search: { snr: 4, radius: [3, 4] } });
  assert.match(key, /^[0-9a-f]{12}$/);
  assert.equal(key, keyOf({ search: { radius: [3, 4], snr: 4 }, frames: 100, seed: undefined }));
  assert.notEqual(key, keyOf({ frames: 101, search: { snr: 4, radius: [3, 4] } }));
  assert.notEqual(key, keyOf({ frames: 100, search: { snr: 4, radius: [4, 3] } }));
});

Deno.test("a step is done once, anew for other settings, and leaves nothing whole when it fails", async () => {
  const folder = await Deno.makeTempDir();
  try {
    let made = 0;
    const write = async (path: string) => await Deno.writeTextFile(path, String(++made));
    const once = await step(folder, "a.stream", { cutoff: 1 }, write);
    assert.equal(await step(folder, "a.stream", { cutoff: 1 }, write), once);
    assert.equal(once, placeOf(folder, "a.stream", { cutoff: 1 }));
    assert.equal(await Deno.readTextFile(once), "1");

    const failing = async (path: string) => {
      await Deno.writeTextFile(path, "half");
      throw new Error("killed");
    };
    await assert.rejects(step(folder, "b.stream", { cutoff: 1 }, failing), /killed/);
    assert.equal(await isDone(placeOf(folder, "b.stream", { cutoff: 1 })), false);
    assert.equal(await Deno.readTextFile(await step(folder, "b.stream", { cutoff: 1 }, write)), "2");

    const other = await step(folder, "a.stream", { cutoff: 2 }, write);
    assert.equal(await isDone(once), false, "the result with other settings is still there");
    const left = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => join(folder, name)).sort();
    assert.deepEqual(left, [other, placeOf(folder, "b.stream", { cutoff: 1 })].sort());
    assert.match(basename(other), /^a-[0-9a-f]{12}\.stream$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
