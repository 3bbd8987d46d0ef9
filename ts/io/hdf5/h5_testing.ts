/**
 * What the tests of HDF5 files share. The same tests run on both libraries: on h5wasm as all tests do, and on the
 * system's libhdf5 when they may load it (`deno task test` runs them again with --allow-ffi), then named `libhdf5: …`.
 */
import "../../engine/wasm_packing.ts";
import { chosenLibrary, h5LibraryName } from "./choose.ts";

/** Whether these tests run on libhdf5. Loading it here keeps it out of what a test may leave behind. */
export const onLibhdf5: boolean = await isChosen();

async function isChosen(): Promise<boolean> {
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return false;
  await chosenLibrary();
  const found = h5LibraryName()?.startsWith("libhdf5") ?? false;
  if (!found) console.log("skipped: the tests on libhdf5: there is none");
  return found;
}

/** The name of a test of HDF5 files. */
export function titled(name: string): string {
  return onLibhdf5 ? `libhdf5: ${name}` : name;
}
