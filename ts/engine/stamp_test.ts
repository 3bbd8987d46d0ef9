/** The WebAssembly in the repository was built from the Rust sources beside it: core-rs/build_wasm.sh stamps it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const core = fileURLToPath(new URL("../../core-rs/", import.meta.url));
const stamp = new URL("./wasm/sources.sha256", import.meta.url);

/** As the script lists them. */
const SOURCES = ["Cargo.toml", "Cargo.lock", "build_wasm.sh"].concat(
  ...["core", "wasm", "h5-filter"].map((crate) => [`${crate}/Cargo.toml`, `${crate}/src`]),
);

function files(path: string): string[] {
  if (Deno.statSync(join(core, path)).isFile) return [path];
  return [...Deno.readDirSync(join(core, path))].flatMap((entry) => files(`${path}/${entry.name}`));
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The hash of the sources: of lines `hash  path`, sorted by path. `change` alters one file, to see that it matters. */
async function hashOfSources(change?: string): Promise<string> {
  const lines = await Promise.all(
    SOURCES.flatMap(files).sort().map(async (path) => {
      const bytes = await Deno.readFile(join(core, path));
      return `${await sha256(path === change ? bytes.slice(1) : bytes)}  ${path}\n`;
    }),
  );
  return await sha256(new TextEncoder().encode(lines.join("")));
}

Deno.test("the committed WebAssembly is that of the committed sources", async () => {
  const stamped = (await Deno.readTextFile(stamp)).trim();
  assert.equal(stamped, await hashOfSources(), "ts/engine/wasm is stale: run core-rs/build_wasm.sh and commit");
});

Deno.test("the stamp changes with every source file", async () => {
  assert.notEqual(await hashOfSources(), await hashOfSources("core/src/lib.rs"));
  assert.notEqual(await hashOfSources(), await hashOfSources("h5-filter/src/lib.rs"));
});
