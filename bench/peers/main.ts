/**
 * `deno task bench:peers`: makes the Python environment of the peers (see bench/python.ts), then measures ours and them
 * in turn, as `deno task bench` does, and prints times and ratios with their spread. Publishes nothing.
 *
 *     deno task bench:peers clip decode     these stages alone
 *     deno task bench:peers --smoke         once each, on small simulated frames
 *     deno task bench:peers --install       only the environment
 */
import { UsageError } from "../../ts/errors.ts";
import { makeEnvironment } from "../python.ts";
import { loadBefore, measureRows, parse, ROW_STAGES, runTask, withBench } from "../suite.ts";

await runTask(async () => {
  const words = Deno.args.filter((word) => word !== "--install");
  const { smoke, stages, out } = parse(words, Object.keys(ROW_STAGES));
  if (out !== undefined) throw new UsageError("bench:peers only prints: it has no --out");
  console.log(`the peers' Python: ${await makeEnvironment()}`);
  if (words.length < Deno.args.length) return;
  loadBefore();
  await withBench(smoke, async (bench, versions) => {
    await measureRows(bench, (stage) => stages.length === 0 || stages.includes(stage));
    console.log(Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", "));
  });
});
