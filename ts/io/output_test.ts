import assert from "node:assert/strict";
import { join } from "node:path";
import { OutputError } from "../errors.ts";
import { withOutput } from "./output.ts";
import { inFolder } from "../testing.ts";

const names = (folder: string) => [...Deno.readDirSync(folder)].map((entry) => entry.name);

Deno.test("an output gets its name only when it is complete", () =>
  inFolder(async (folder) => {
    const path = join(folder, "out.h5");
    const result = await withOutput(path, false, async (temporary) => {
      await Deno.writeTextFile(temporary, "done");
      assert.equal(names(folder).includes("out.h5"), false);
      return 42;
    });
    assert.equal(result, 42);
    assert.deepEqual(names(folder), ["out.h5"]);
    assert.equal(await Deno.readTextFile(path), "done");
  }));

Deno.test("failed work leaves nothing, and the old file as it was", () =>
  inFolder(async (folder) => {
    const path = join(folder, "out.h5");
    await Deno.writeTextFile(path, "old");
    const work = async (temporary: string) => {
      await Deno.writeTextFile(temporary, "half");
      throw new Error("broken");
    };
    await assert.rejects(withOutput(path, true, work), /broken/);
    assert.deepEqual(names(folder), ["out.h5"]);
    assert.equal(await Deno.readTextFile(path), "old");
  }));

Deno.test("an abort leaves nothing", () =>
  inFolder(async (folder) => {
    const controller = new AbortController();
    const work = (_: string, signal: AbortSignal) => {
      controller.abort(new Error("stopped"));
      assert.ok(signal.aborted);
      return Promise.resolve();
    };
    await assert.rejects(withOutput(join(folder, "a"), false, work, controller.signal), /stopped/);
    assert.deepEqual(names(folder), []);
  }));

Deno.test("what cannot be written is refused before any work", () =>
  inFolder(async (folder) => {
    const path = join(folder, "out.h5");
    await Deno.writeTextFile(path, "old");
    const never = () => Promise.reject(new Error("worked"));
    const refused: [string, RegExp][] = [
      [path, /exists already; add --force/],
      [folder, /is a folder/],
      [join(folder, "none", "a.h5"), /the folder .*none does not exist/],
    ];
    if (Deno.build.os !== "windows") refused.push(["/dev/null", /is no regular file/]);
    for (const [target, message] of refused) {
      await assert.rejects(withOutput(target, false, never), (error) => {
        assert.ok(error instanceof OutputError, String(error));
        assert.match(error.message, message);
        return true;
      });
    }
    assert.deepEqual(names(folder), ["out.h5"]);
  }));
