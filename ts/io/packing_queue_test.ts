/** The queue of chunks: order, room, and what happens after a failure. */
import assert from "node:assert/strict";
import { PackingQueue } from "./packing_queue.ts";

const after = <T>(milliseconds: number, value: T) =>
  new Promise<T>((resolve) => setTimeout(() => resolve(value), milliseconds));

Deno.test("chunks are written in the order in which they came, whichever is packed first", async () => {
  const [queue, written] = [new PackingQueue(), [] as number[]];
  [9, 1, 5, 0, 3].forEach((delay, i) => queue.push(after(delay, i), (packed) => written.push(packed)));
  assert.deepEqual(written, []);
  await queue.drain();
  assert.deepEqual(written, [0, 1, 2, 3, 4]);
});

Deno.test("there is room as long as few chunks are on their way", async () => {
  const [queue, written] = [new PackingQueue(), [] as number[]];
  let release = () => {};
  const [gate, closed] = [new Promise<void>((resolve) => release = resolve), new Promise<void>(() => {})];
  for (let i = 0; i < 8; i++) queue.push(i === 0 ? gate : closed, () => written.push(i));
  await queue.room();
  assert.equal(written.length, 0);
  queue.push(closed, () => written.push(8));
  const room = queue.room().then(() => written.length);
  assert.equal(await Promise.race([room, after(5, "none")]), "none");
  release();
  assert.equal(await room, 1, "one that is written makes room for one");
});

Deno.test("the first failure is told, and nothing is written after it", async () => {
  for (const failing of ["packing", "writing"]) {
    const [queue, written] = [new PackingQueue(), [] as number[]];
    queue.push(after(2, 0), (packed) => written.push(packed));
    const packing = failing === "packing" ? Promise.reject(new Error(failing)) : after(1, 1);
    queue.push(packing, () => {
      throw new Error(failing);
    });
    queue.push(after(0, 2), (packed) => written.push(packed));
    await assert.rejects(queue.drain(), new RegExp(failing));
    await assert.rejects(queue.room(), new RegExp(failing));
    assert.deepEqual(written, [0]);
  }
});

Deno.test("a queue that is stopped writes nothing more", async () => {
  const [queue, written] = [new PackingQueue(), [] as number[]];
  queue.push(after(1, 0), (packed) => written.push(packed));
  queue.stop();
  queue.push(after(0, 1), (packed) => written.push(packed));
  await assert.rejects(queue.drain(), /given up/);
  assert.deepEqual(written, []);
});
