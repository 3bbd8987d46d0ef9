/**
 * `deno task validate`: the accuracy of the whole toolkit against references that are not ours.
 *
 *     deno task validate               everything this machine can check; exit 1 when something got worse
 *     deno task validate --quick       fewer and smaller cases, for continuous integration
 *     deno task validate reductions    these studies alone
 *     deno task validate --update      takes the values of this run as the baseline (validation/baseline.json)
 *
 * Writes validation/report/index.html and results.json. BRAGGSIEVE_DATA, BRAGGSIEVE_PYTHON and CRYSTFEL say where data
 * and other programs are; what is absent is skipped by name.
 */
import { fileURLToPath } from "node:url";
import { UsageError } from "../ts/errors.ts";
import { compare, type Mode, readBaseline, writeBaseline } from "./baseline.ts";
import { numbers } from "./numbers.ts";
import { writeReport } from "./report.ts";
import { runStudy, type Section } from "./section.ts";
import { STUDIES } from "./studies.ts";

/** Flags, and the studies that are asked for. Throws UsageError for what there is not. */
function parse(words: readonly string[]) {
  const flags = ["--quick", "--update"];
  const wanted = words.filter((word) => !flags.includes(word));
  const unknown = wanted.find((word) => !STUDIES.some(({ name }) => name === word));
  if (unknown) {
    throw new UsageError(`there is no study ${unknown}: take ${STUDIES.map(({ name }) => name).join(", ")}`);
  }
  const [quick, update] = flags.map((flag) => words.includes(flag));
  return { quick, update, studies: STUDIES.filter(({ name }) => wanted.length === 0 || wanted.includes(name)) };
}

const { quick, update, studies } = parse(Deno.args);
const mode: Mode = quick ? "quick" : "full";
const start = performance.now();
const elapsed = () => (performance.now() - start) / 1000;
const folder = await Deno.makeTempDir({ prefix: "braggsieve-validation-" });
const sections: Section[] = [];
try {
  const context = { quick, folder, numbers: numbers() };
  for (const study of studies) {
    const section = await runStudy(study, context);
    sections.push(section);
    console.log(`${study.name}: ${section.checks.length} checks (at ${elapsed().toFixed(0)} s)`);
    for (const { what, reason } of section.skipped) console.log(`skipped: ${study.name}: ${what}: ${reason}`);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
const checks = sections.flatMap((section) => section.checks);
const skips = sections.flatMap((section) => section.skipped);
if (update) await writeBaseline(mode, studies, checks, skips);
const names = studies.map(({ name }) => name);
const comparison = compare(checks, (await readBaseline())[mode], skips, names);
const report = new URL("report/", import.meta.url);
await writeReport({
  command: ["deno task validate", ...Deno.args].join(" "),
  machine: `${navigator.hardwareConcurrency} cores, Deno ${Deno.version.deno}`,
  seconds: elapsed(),
  sections,
  comparison,
}, report);
console.log(`${fileURLToPath(report)}index.html`);
for (const problem of comparison.problems) console.error(`regression: ${problem}`);
const failed = comparison.problems.length;
console.log(`${checks.length} checks, ${failed} problems, ${skips.length} skipped, ${elapsed().toFixed(0)} s`);
if (failed > 0) Deno.exitCode = 1;
