/** What a command loads before it knows what it works on: modules that start slowly are not among it. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

interface Graph {
  readonly roots: readonly string[];
  readonly redirects: Readonly<Record<string, string>>;
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly { readonly isDynamic?: boolean; readonly code?: { readonly specifier: string } }[];
  }[];
}

/** All modules that a file imports statically, and what they do. */
async function loadedBy(file: string): Promise<Set<string>> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", path] }).output();
  const { roots, redirects, modules } = JSON.parse(new TextDecoder().decode(stdout)) as Graph;
  const known = new Map(modules.map((module) => [module.specifier, module]));
  const loaded = new Set<string>();
  const load = (named: string) => {
    const specifier = redirects[named] ?? named;
    if (loaded.has(specifier)) return;
    loaded.add(specifier);
    for (const { isDynamic, code } of known.get(specifier)?.dependencies ?? []) {
      if (!isDynamic && code) load(code.specifier);
    }
  };
  load(roots[0]);
  return loaded;
}

const SLOW = /braggsieve_bg\.wasm$|h5wasm|^node:(zlib|fs|child_process|process|stream|v8)$/;

for (const command of ["sparsify", "densify", "peaks", "integrate", "veto"]) {
  Deno.test(`${command} loads nothing slow before it is needed`, async () => {
    const loaded = [...await loadedBy(`./${command}.ts`)];
    assert(loaded.some((specifier) => specifier.endsWith("/engine/native_calls.ts")), "the graph is that of a command");
    assert.deepEqual(loaded.filter((specifier) => SLOW.test(specifier)), []);
  });
}

Deno.test("a thread loads neither the pool that started it nor anything of Node's, which takes 10 ms to begin with", async () => {
  const loaded = [...await loadedBy("../engine/wasm_worker.ts")];
  assert(loaded.some((specifier) => specifier.endsWith("/engine/wasm_plan.ts")), "the graph is that of a worker");
  assert.deepEqual(loaded.filter((specifier) => /^node:|worker_pool/.test(specifier)), []);
});

Deno.test("the test sees a slow module", async () => {
  const loaded = [...await loadedBy("../engine/wasm.ts")];
  assert(loaded.some((specifier) => SLOW.test(specifier)));
});
