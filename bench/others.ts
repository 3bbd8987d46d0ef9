/** The benchmarks that are tasks of their own, as a part of the whole suite. */

/** In the order in which they run; the serial data, which take half an hour, only once and small. */
const TASKS = { full: ["veto", "peakfinders"], smoke: ["veto", "peakfinders", "serial"] };

/** Runs them one after the other; what they print is shown. Throws when one fails. */
export async function runOthers(smoke: boolean): Promise<void> {
  for (const name of smoke ? TASKS.smoke : TASKS.full) {
    console.log(`\ndeno task bench:${name}${smoke ? " --smoke" : ""}`);
    const args = ["task", "--quiet", `bench:${name}`, ...(smoke ? ["--smoke"] : [])];
    const { success } = await new Deno.Command(Deno.execPath(), { args, stdin: "null" }).spawn().status;
    if (!success) throw new Error(`deno task bench:${name} failed`);
  }
}
