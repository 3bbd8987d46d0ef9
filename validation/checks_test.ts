/** Checks go red when they must, and only then. */
import assert from "node:assert/strict";
import { compare } from "./baseline.ts";
import { type Check, judge, numberText } from "./checks.ts";
import { dataFiles } from "./frames.ts";
import { type Context, runStudy } from "./section.ts";

const CHECK: Check = {
  name: "study: error",
  value: 1,
  unit: "photons",
  reference: "truth",
  lowerIsBetter: true,
  limit: 2,
  tolerance: 0.1,
  reason: "why",
};

Deno.test("a check fails beyond its limit, beyond the baseline's room, without a baseline and for no number", () => {
  assert.equal(judge(CHECK, 1).problem, undefined);
  assert.equal(judge({ ...CHECK, value: 1.09 }, 1).problem, undefined);
  assert.match(
    judge({ ...CHECK, value: 1.11 }, 1).problem!,
    /^study: error: 1.11 photons is worse than the baseline's 1 /,
  );
  assert.equal(judge({ ...CHECK, value: 1.11, slack: 0.02 }, 1).problem, undefined);
  assert.match(judge({ ...CHECK, value: 2.1 }, 2.1).problem!, /limit of 2 photons/);
  assert.match(judge({ ...CHECK, value: NaN }, 1).problem!, /not a number/);
  assert.match(judge(CHECK, undefined).problem!, /no baseline/);
});

Deno.test("where higher is better, lower fails", () => {
  const check = { ...CHECK, lowerIsBetter: false, limit: 0.5 };
  assert.equal(judge({ ...check, value: 5 }, 1).problem, undefined);
  assert.match(judge({ ...check, value: 0.89 }, 1).problem!, /baseline/);
  assert.match(judge({ ...check, value: 0.4 }, 0.4).problem!, /limit/);
});

Deno.test("what the baseline knows must be checked or skipped by name", () => {
  const baseline = { "study: error": 1, "study: gone": 1, "other: gone": 1 };
  const problems = (skips: string[]) =>
    compare([CHECK], baseline, skips.map((checks) => ({ what: "w", reason: "r", checks })), ["study"]).problems;
  assert.deepEqual(problems([]), ["study: gone: is in the baseline and was not checked"]);
  assert.deepEqual(problems(["study: go"]), []);
  assert.throws(() => compare([CHECK, CHECK], baseline, [], ["study"]), /one name/);
});

Deno.test("a data set that is not there is skipped by name, and other errors are not", async () => {
  const context = {} as Context;
  const study = (run: () => never) => ({ name: "study", title: "Study", run });
  const absent = await runStudy(study(() => dataFiles("moon rocks", "moon/rock.h5") as never), context);
  const [skip] = absent.skipped;
  assert.deepEqual([skip.what, skip.checks], ["the data set moon rocks", "study:"]);
  assert.match(skip.reason, /rock.h5/);
  const fails = study(() => {
    throw new TypeError("a mistake");
  });
  await assert.rejects(() => runStudy(fails, context), /a mistake/);
});

Deno.test("numbers are told with their unit and not with all digits", () => {
  assert.deepEqual([numberText(0), numberText(1.23456e-9), numberText(99.98765, "%"), numberText(2e6)], [
    "0",
    "1.23e-9",
    "99.99 %",
    "2.00e6",
  ]);
});
