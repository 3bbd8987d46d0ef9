import assert from "node:assert/strict";
import { DEFAULT_SETTINGS } from "../engine/engine.ts";
import { UsageError } from "../errors.ts";
import { completeSettings } from "./settings.ts";

Deno.test("settings that are left out have their defaults", () => {
  assert.deepEqual(completeSettings({}), DEFAULT_SETTINGS);
  assert.equal(completeSettings({ bins: 100 }).bins, 100);
});

Deno.test("settings that cannot be meant are refused by the option's name", () => {
  const refused: [Record<string, unknown>, RegExp][] = [
    [{ bins: 0 }, /--bins must be a whole number from 1/],
    [{ bins: 2.5 }, /--bins/],
    [{ cycle: -1 }, /--cycle/],
    [{ cutoffPick: NaN }, /--cutoff-pick/],
    [{ cutoffClip: -1 }, /--cutoff-clip/],
    [{ polarizationFactor: 1.5 }, /--polarization must be a number from -1 to 1, not 1.5/],
    [{ unit: "q" }, /--unit must be one of r_m/],
    [{ errorModel: "gauss" }, /--error-model/],
    [{ patchSize: 4 }, /--patch-size must be one of 3, 5/],
    [{ patchSize: 3, connected: 10 }, /--connected 10 is more than a patch of 9/],
    [{ deltaDummy: 1 }, /--delta-dummy needs --dummy/],
    [{ noise: -1 }, /--noise/],
  ];
  for (const [given, message] of refused) {
    assert.throws(() => completeSettings(given), (error) => {
      assert.ok(error instanceof UsageError, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
});
