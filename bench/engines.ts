/** The engines that are measured. */
import type { Engine } from "../ts/engine/engine.ts";
import { findNative, libraryPath, nativeEngine } from "../ts/engine/native.ts";
import { openLibrary } from "../ts/engine/native_calls.ts";
import { wasmEngine } from "../ts/engine/wasm.ts";
import type { Column } from "./compare.ts";

/** One way to compute. */
export interface Contender {
  readonly column: Column;
  readonly engine: Engine;
}

/** WebAssembly, and the native engine where it is built: on one thread and on all cores. */
export function contenders(): Contender[] {
  const found: Contender[] = [{ column: "wasm", engine: wasmEngine }];
  const native = findNative();
  if (native.engine) {
    found.push({ column: "native1", engine: nativeOn(1) }, { column: "native", engine: native.engine });
  } else {
    console.log(`missing: the native engine: ${native.reason}`);
  }
  return found;
}

/** The native engine on `threads` threads. Throws when the library is not there. */
export function nativeOn(threads: number): Engine {
  return nativeEngine(openLibrary(libraryPath()!), threads);
}
