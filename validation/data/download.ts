/** Downloads that go on where they were cut off and are verified before anybody can use them. */
import { dirname } from "node:path";
import { InputError, messageOf } from "../../ts/errors.ts";
import type { DataFile } from "./lock.ts";
import { verify } from "./verify.ts";

/** How often a download that was cut off goes on. */
const TRIES = 3;

/**
 * Downloads `file` to exactly `path`. Until it is whole and verified it is called `path.part`; a later call goes on
 * there. Throws InputError when the server does not give it, or gives another file (which is removed).
 */
export async function download(path: string, file: DataFile): Promise<void> {
  const { url } = file;
  if (url === undefined) throw new InputError("cannot be downloaded: it was made for this project", { file: path });
  await Deno.mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  for (let tried = 1;; tried++) {
    try {
      await goOn(part, url, file.bytes);
      break;
    } catch (error) {
      if (error instanceof InputError || tried === TRIES) {
        throw error instanceof InputError ? error : new InputError(messageOf(error), { file: url });
      }
    }
  }
  const found = await verify(part, file);
  if (found !== "ok") {
    await Deno.remove(part);
    throw new InputError(`what came ${found}`, { file: url, remedy: "datasets.lock and the server do not agree" });
  }
  await Deno.rename(part, path);
}

/** Adds to `part` what is missing of `bytes` bytes. */
async function goOn(part: string, url: string, bytes: number): Promise<void> {
  const target = await Deno.open(part, { create: true, write: true });
  try {
    let have = (await target.stat()).size;
    if (have === bytes) return;
    if (have > bytes) have = 0;
    const response = await fetch(url, have > 0 ? { headers: { range: `bytes=${have}-` } } : {});
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new InputError(`the server answers ${response.status}`, { file: url });
    }
    // A server that does not know ranges sends all of it.
    const from = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1];
    if (response.status !== 206 || Number(from) !== have) have = 0;
    await target.truncate(have);
    await target.seek(have, Deno.SeekMode.Start);
    for await (const chunk of response.body) {
      have += chunk.length;
      if (have > bytes) throw new InputError(`more than ${bytes} bytes came`, { file: url });
      for (let at = 0; at < chunk.length;) at += await target.write(chunk.subarray(at));
    }
    if (have < bytes) throw new Error(`cut off after ${have} of ${bytes} bytes`);
  } finally {
    target.close();
  }
}
