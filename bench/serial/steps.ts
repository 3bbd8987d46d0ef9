/** Steps of a long run: each leaves one file, whole or not at all, which a later run with the same settings finds again. */
import { createHash } from "node:crypto";
import { basename, extname, join } from "node:path";

/** What a step's result depends on; anything that JSON can tell. */
export type Settings = Readonly<Record<string, unknown>>;

/** A short name for settings: the same only for the same ones, whatever the order of their keys. */
export function keyOf(settings: Settings): string {
  return createHash("sha256").update(JSON.stringify(ordered(settings))).digest("hex").slice(0, 12);
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => a < b ? -1 : 1).map(([name, part]) => [name, ordered(part)]));
}

/** Where the result of a step with these settings lies: `name` with the key before its extension. */
export function placeOf(folder: string, name: string, settings: Settings): string {
  const extension = extname(name);
  return join(folder, `${basename(name, extension)}-${keyOf(settings)}${extension}`);
}

/** Whether a step's result is there. */
export function isDone(place: string): Promise<boolean> {
  return Deno.stat(place).then(() => true, () => false);
}

/**
 * The path of a step's result, which `make` writes to the path that it is given if it is not there yet. Results of the
 * same name with other settings go, and what killed runs left: nobody asks for them again. Throws what `make` throws; then there is no result.
 */
export async function step(
  folder: string,
  name: string,
  settings: Settings,
  make: (unfinished: string) => Promise<void>,
): Promise<string> {
  const place = placeOf(folder, name, settings);
  if (await isDone(place)) return place;
  const extension = extname(name);
  const stem = RegExp.escape(basename(name, extension));
  const older = new RegExp(
    `^(${stem}-[0-9a-f]{12}${RegExp.escape(extension)}$|unfinished-\\d+-${RegExp.escape(name)})`,
  );
  for await (const entry of Deno.readDir(folder)) {
    if (older.test(entry.name)) await Deno.remove(join(folder, entry.name));
  }
  // Programs that a killed run has left behind may still write to the file of that run.
  const unfinished = join(folder, `unfinished-${Deno.pid}-${name}`);
  await make(unfinished);
  await Deno.rename(unfinished, place);
  return place;
}
