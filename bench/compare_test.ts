/** The comparison: turns, ratios, what is missing, what fails. */
import assert from "node:assert/strict";
import { compare, type Trial } from "./compare.ts";

const TRIAL: Trial = { what: "work", unit: "ms", frameBytes: 4, movedBytes: 8, ours: {}, peers: [] };

Deno.test("medians, spreads and ratios come from the rounds that count", async () => {
  const times = [99, 3, 1, 2];
  const seen: number[] = [];
  const own = (round: number) => {
    seen.push(round);
    return times[round + 1];
  };
  const row = await compare(
    { ...TRIAL, ours: { wasm: own }, peers: [{ name: "slow", run: () => 8 }, { name: "quick", run: () => 1 }] },
    { rounds: 3, warm: true },
  );
  assert.deepEqual(seen, [-1, 0, 1, 2]);
  assert.deepEqual(row.ours, { wasm: { median: 2, min: 1, max: 3 } });
  assert.deepEqual(row.peers.map(({ ratios }) => ratios), [{ wasm: 4 }, { wasm: 0.5 }]);
});

Deno.test("a ratio has the spread of the rounds' own pairs", async () => {
  const [ours, theirs] = [[1, 2, 4], [4, 8, 8]];
  const row = await compare(
    { ...TRIAL, ours: { wasm: (round) => ours[round] }, peers: [{ name: "peer", run: (round) => theirs[round] }] },
    { rounds: 3, warm: false },
  );
  assert.deepEqual(row.peers[0].ratios, { wasm: 4 });
  assert.deepEqual(row.peers[0].ratioSpreads, { wasm: { median: 4, min: 2, max: 4 } });
});

Deno.test("everybody is first in turn", async () => {
  const order: string[] = [];
  const turn = (name: string) => () => order.push(name);
  await compare(
    { ...TRIAL, ours: { wasm: turn("wasm"), native: turn("native") }, peers: [{ name: "peer", run: turn("peer") }] },
    { rounds: 3, warm: false },
  );
  assert.deepEqual([order[0], order[3], order[6]], ["wasm", "native", "peer"]);
  assert.equal(order.length, 9);
});

Deno.test("a peer that is missing or fails is named with its reason and has no ratio", async () => {
  let asked = 0;
  const failing = () => {
    asked++;
    throw new Error("it broke");
  };
  const row = await compare(
    {
      ...TRIAL,
      ours: { wasm: () => 1 },
      peers: [{ name: "absent", reason: "not installed" }, { name: "failing", run: failing }],
    },
    { rounds: 3, warm: true },
  );
  assert.equal(asked, 1, "it is not asked again");
  assert.deepEqual(row.peers, [
    { name: "absent", reason: "not installed", ratios: {} },
    { name: "failing", reason: "it broke", ratios: {} },
  ]);
});

Deno.test("what fails of ours is no figure", async () => {
  const failing = () => Promise.reject(new Error("ours broke"));
  await assert.rejects(compare({ ...TRIAL, ours: { wasm: failing } }, { rounds: 1, warm: false }), /ours broke/);
  const nothing = { ...TRIAL, ours: { wasm: () => NaN } };
  await assert.rejects(compare(nothing, { rounds: 1, warm: false }), /nothing was measured/);
});
