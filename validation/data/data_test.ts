/** datasets.lock is as its schema says, and downloads go on, are verified, and never pass for whole when they are not. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { inFolder } from "../../ts/testing.ts";
import { download } from "./download.ts";
import { parseLock, readLock } from "./lock.ts";
import { verify } from "./verify.ts";

const BYTES = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7919) >> 3);
const HASH = createHash("sha256").update(BYTES).digest("hex");

Deno.test("the lock names every set's origin, licence and files", async () => {
  const sets = await readLock();
  assert.ok(sets.some(({ name }) => name === "thaumatin"));
  const text = JSON.stringify({ version: 1, sets });
  assert.throws(() => parseLock(text.replace('"licence"', '"license"')), /licence/);
  assert.throws(() => parseLock(text.replace(/"sha256":"../, '"sha256":"zz')), /pattern/);
  assert.throws(() => parseLock(text.replace(/"path":"/, '"path":"../')), /pattern/);
  assert.throws(() => parseLock(text.slice(1)), /not JSON/);
  const [{ files: [, second] }] = sets;
  assert.throws(() => parseLock(text.replace(sets[0].files[0].path, second.path)), /twice/);
});

/** A server that cuts off the first answers, and tells which ranges were asked for. */
async function served(
  { ranges, cuts, bytes = BYTES }: { ranges: boolean; cuts: number; bytes?: Uint8Array<ArrayBuffer> },
  use: (url: string, asked: (string | null)[]) => Promise<void>,
): Promise<void> {
  const asked: (string | null)[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const range = request.headers.get("range");
    asked.push(range);
    const from = ranges && range ? Number(/\d+/.exec(range)) : 0;
    const rest = bytes.subarray(from);
    const headers = from > 0 ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : undefined;
    const body = asked.length <= cuts ? rest.subarray(0, rest.length / 2) : rest;
    return new Response(body, { status: from > 0 ? 206 : 200, ...(headers ? { headers } : {}) });
  });
  try {
    await use(`http://127.0.0.1:${server.addr.port}/file`, asked);
  } finally {
    await server.shutdown();
  }
}

const file = (url: string, more = {}) => ({ path: "file", bytes: BYTES.length, sha256: HASH, url, ...more });

Deno.test("a download that is cut off goes on where it was", () =>
  inFolder((folder) =>
    served({ ranges: true, cuts: 2 }, async (url, asked) => {
      await download(`${folder}/a/file`, file(url));
      assert.equal(await verify(`${folder}/a/file`, file(url)), "ok");
      assert.deepEqual(asked, [null, "bytes=50000-", "bytes=75000-"]);
      assert.deepEqual([...Deno.readDirSync(`${folder}/a`)].map(({ name }) => name), ["file"]);
    })
  ));

Deno.test("a download that stays cut off leaves a part for the next run, and no file", () =>
  inFolder((folder) =>
    served({ ranges: true, cuts: 3 }, async (url, asked) => {
      await assert.rejects(download(`${folder}/file`, file(url)), /cut off after 87500 of 100000/);
      assert.equal(await verify(`${folder}/file`, file(url)), "absent");
      await download(`${folder}/file`, file(url));
      assert.equal(asked.at(-1), "bytes=87500-");
      assert.equal(await verify(`${folder}/file`, file(url)), "ok");
    })
  ));

Deno.test("a server without ranges is asked for all of it again", () =>
  inFolder((folder) =>
    served({ ranges: false, cuts: 1 }, async (url) => {
      await download(`${folder}/file`, file(url));
      assert.equal(await verify(`${folder}/file`, file(url)), "ok");
    })
  ));

Deno.test("another file than the lock means is refused and removed", () =>
  inFolder(async (folder) => {
    const other = BYTES.slice();
    other[5] ^= 1;
    await served({ ranges: true, cuts: 0, bytes: other }, async (url) => {
      await assert.rejects(download(`${folder}/file`, file(url)), /another sha256/);
      await assert.rejects(download(`${folder}/file`, file(url, { bytes: 10 })), /more than 10 bytes/);
      await assert.rejects(download(`${folder}/file`, { ...file(url), url: `${url}:1:2` }));
    });
    assert.equal(await verify(`${folder}/file`, file("http://x/")), "absent");
    Deno.writeFileSync(`${folder}/file`, other);
    assert.equal(await verify(`${folder}/file`, file("http://x/")), "has another sha256");
    Deno.writeFileSync(`${folder}/file`, other.subarray(1));
    assert.match(await verify(`${folder}/file`, file("http://x/")), /99999 bytes/);
  }));
