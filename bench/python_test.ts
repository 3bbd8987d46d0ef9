/** An environment is complete when it was finished with these very requirements. */
import assert from "node:assert/strict";
import { isComplete } from "./python.ts";
import { inFolder } from "../ts/testing.ts";

Deno.test("an environment that is missing, cut short or of other requirements is not complete", () =>
  inFolder(async (folder) => {
    assert.equal(isComplete(`${folder}/none`, "a==1\n"), false);
    assert.equal(isComplete(folder, "a==1\n"), false, "without its stamp it was cut short");
    await Deno.writeTextFile(`${folder}/requirements.txt`, "a==1\n");
    assert.equal(isComplete(folder, "a==1\n"), true);
    assert.equal(isComplete(folder, "a==2\n"), false);
  }));
