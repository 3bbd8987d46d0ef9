/**
 * Modules of the runtime that take longer to start than all of this program's own, loaded where they are first needed:
 * most runs need none of them.
 */

/** Compression, with the streams that it loads. */
export function zlib(): typeof import("node:zlib") {
  return process.getBuiltinModule("node:zlib");
}

/** Values as bytes. */
export function v8(): typeof import("node:v8") {
  return process.getBuiltinModule("node:v8");
}
