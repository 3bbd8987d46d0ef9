/** Whether a file is the one that datasets.lock means. */
import { createHash } from "node:crypto";
import type { DataFile } from "./lock.ts";

/** The sha256 of a file, in hexadecimal. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of (await Deno.open(path)).readable) hash.update(chunk);
  return hash.digest("hex");
}

/** "ok", "absent", or what is wrong with the file at `path`. The size is looked at first. */
export async function verify(path: string, { bytes, sha256: wanted }: DataFile): Promise<"ok" | "absent" | string> {
  let size: number;
  try {
    size = (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "absent";
    throw error;
  }
  if (size !== bytes) return `has ${size} bytes, not ${bytes}`;
  return await sha256(path) === wanted ? "ok" : "has another sha256";
}
