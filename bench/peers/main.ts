/**
 * `deno task bench:peers`: makes the Python environment of the peers (see bench/python.ts), then measures ours and them
 * in turn, as `deno task bench` does, and prints times and ratios with their spread. Publishes nothing.
 *
 *     deno task bench:peers clip decode     these stages alone
 *     deno task bench:peers --smoke         once each, on small simulated frames
 *     deno task bench:peers --install       only the environment
 */
import { makeEnvironment } from "../python.ts";
import { loadBefore, measureRows, parse, ROW_STAGES, withBench } from "../suite.ts";

const words = Deno.args.filter((word) => word !== "--install");
const { smoke, stages } = parse(words, Object.keys(ROW_STAGES));
console.log(`the peers' Python: ${await makeEnvironment()}`);
if (!Deno.args.includes("--install")) {
  loadBefore();
  await withBench(smoke, async (bench, versions) => {
    await measureRows(bench, (stage) => stages.length === 0 || stages.includes(stage));
    console.log(Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", "));
  });
}
