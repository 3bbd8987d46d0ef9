/** Other programs, run to their end. */
import { messageOf } from "../ts/errors.ts";

/** What a program printed on both channels. Throws its last words when it fails. */
export async function output(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], stdin: "null", ...options })
    .output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) throw new Error(`${program} failed: ${text.trim().split("\n").at(-1)?.slice(0, 300)}`);
  return text;
}

/** Removes files that may not be there. */
export async function remove(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await Deno.remove(path).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw new Error(messageOf(error), { cause: error });
    });
  }
}
