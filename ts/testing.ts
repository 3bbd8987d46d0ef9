/** Where the tests find real data: the folder that BRAGGSIEVE_DATA names, or ../shared/data beside the repository. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = Deno.env.get("BRAGGSIEVE_DATA") ?? fileURLToPath(new URL("../../shared/data", import.meta.url));

/** The path of a real data file. */
export function dataPath(name: string): string {
  return join(root, name);
}

/** A test on real data: when one of the files is absent it says so in one line and is ignored. */
export function dataTest(name: string, files: readonly string[], body: () => void | Promise<void>): void {
  const absent = files.filter((file) => {
    try {
      return !Deno.statSync(dataPath(file)).isFile;
    } catch {
      return true;
    }
  });
  if (absent.length > 0) console.log(`skipped: ${name}: no ${absent.join(", ")} in the data folder`);
  Deno.test({ name, ignore: absent.length > 0, fn: body });
}
