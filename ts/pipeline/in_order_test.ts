import assert from "node:assert/strict";
import fc from "fast-check";
import { InterruptedError } from "../errors.ts";
import { inOrder } from "./in_order.ts";

/** The numbers below `count`; `fail` is thrown in place of that one. */
async function* numbers(count: number, fail?: number) {
  for (let i = 0; i < count; i++) {
    if (i === fail) throw new Error(`item ${i}`);
    yield await Promise.resolve(i);
  }
}

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("results are taken in the items' order, whatever the jobs and however long each takes", async () => {
  const delays = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(delays, fc.integer({ min: 1, max: 5 }), async (delays, jobs) => {
      const taken: number[] = [];
      let [held, most] = [0, 0];
      const work = async (i: number) => {
        most = Math.max(most, ++held);
        await later(delays[i]);
        return i * i;
      };
      await inOrder(numbers(delays.length), jobs, work, (square, i) => {
        held--;
        assert.equal(square, i * i);
        taken.push(i);
      });
      assert.deepEqual(taken, delays.map((_, i) => i));
      assert(most <= (jobs === 1 ? 1 : jobs + 2), `${most} items held by ${jobs} jobs`);
    }),
    { numRuns: 50 },
  );
});

Deno.test("the first error in the items' order is the one that is told", async () => {
  const work = async (i: number) => {
    await later(i === 2 ? 5 : 0);
    if (i >= 2) throw new Error(`work ${i}`);
    return i;
  };
  const taken: number[] = [];
  const take = (i: number) => void taken.push(i);
  await assert.rejects(inOrder(numbers(9), 4, work, take), /work 2/);
  assert.deepEqual(taken, [0, 1]);
  await assert.rejects(inOrder(numbers(9, 4), 4, work, take), /work 2/);
  await assert.rejects(inOrder(numbers(9, 1), 4, work, take), /item 1/);
});

Deno.test("an aborted signal ends the work", async () => {
  const controller = new AbortController();
  const taken: number[] = [];
  const run = inOrder(numbers(100), 3, (i) => Promise.resolve(i), (i) => {
    taken.push(i);
    if (i === 5) controller.abort(new InterruptedError("stopped by hand"));
  }, controller.signal);
  await assert.rejects(run, /stopped by hand/);
  assert(taken.length <= 6);
});
