/** `deno task bench:report`: bench/report/ from the results that are published, without measuring anything. */
import { readPublished, REPORT, RESULTS } from "./published.ts";
import { writeReport } from "./report.ts";

console.log(await writeReport(await readPublished(RESULTS), REPORT));
