/**
 * `deno task data`: verifies the data sets of datasets.lock in the folder that BRAGGSIEVE_DATA names (or in the cache
 * folder), downloads what is missing and can be downloaded, and says what is absent. `--offline` downloads nothing.
 * Exit 1 when a file is not the one that the lock means.
 */
import { join } from "node:path";
import { messageOf } from "../../ts/errors.ts";
import { download } from "./download.ts";
import { readLock } from "./lock.ts";
import { verify } from "./verify.ts";

const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? ".";
const cache = join(Deno.env.get("XDG_CACHE_HOME") ?? join(home, ".cache"), "braggsieve", "data");
const folder = Deno.env.get("BRAGGSIEVE_DATA") ?? cache;
const offline = Deno.args.includes("--offline");

let damaged = 0;
console.log(`data folder: ${folder}`);
for (const { name, title, files, licence, origin } of await readLock()) {
  const absent: string[] = [];
  for (const file of files) {
    const path = join(folder, file.path);
    let found = await verify(path, file);
    if (found === "absent" && file.url && !offline) {
      try {
        console.log(`downloading ${file.url}`);
        await download(path, file);
        found = "ok";
      } catch (error) {
        console.log(messageOf(error));
      }
    }
    if (found === "absent") absent.push(file.path);
    else if (found !== "ok") {
      damaged++;
      console.error(`${path} ${found}`);
    }
  }
  const state = absent.length === 0 ? "verified" : `absent: ${absent.join(", ")}`;
  console.log(`${name} (${title}; licence: ${licence ?? "not stated"}; ${origin}): ${state}`);
}
if (folder === cache) console.log(`tests and validation find it with BRAGGSIEVE_DATA=${folder}`);
if (damaged > 0) Deno.exitCode = 1;
