/** Words of the command line. */
import assert from "node:assert/strict";
import { UsageError } from "../ts/errors.ts";
import { parse } from "./suite.ts";

Deno.test("stages, --smoke and --out are taken; anything else is refused by name", () => {
  assert.deepEqual(parse([], ["clip"]), { smoke: false, alone: false, stages: [] });
  assert.deepEqual(parse(["--smoke", "--alone", "clip", "--out=x"], ["clip"]), {
    ...{ smoke: true, alone: true, stages: ["clip"], out: "x" },
  });
  assert.throws(() => parse(["clap"], ["clip"]), (error) => error instanceof UsageError && /clap/.test(error.message));
  assert.throws(() => parse(["--smok"], ["clip"]), UsageError);
});
