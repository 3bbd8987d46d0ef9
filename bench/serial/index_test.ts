import assert from "node:assert/strict";
import { indexingRate } from "./index.ts";

Deno.test("frames that are lost and gained are told beside the rate", () => {
  const [yes, no] = [true, false];
  assert.deepEqual(indexingRate([yes, no, yes, no], [yes, yes, no, no]), { indexed: 2, rate: 0.5, lost: 1, gained: 1 });
  assert.deepEqual(indexingRate([yes, no], [yes, no]), { indexed: 1, rate: 0.5, lost: 0, gained: 0 });
});
