/** The report: one HTML page that needs nothing else, and the numbers as JSON, in validation/report/. */
import type { Comparison } from "./baseline.ts";
import { numberText, type Verdict } from "./checks.ts";
import { escape } from "../ts/report/figure.ts";
import { figureHtml, htmlPage } from "../ts/report/page.ts";
import type { Section } from "./section.ts";

/** What a run was and found. */
export interface Report {
  readonly command: string;
  readonly machine: string;
  readonly seconds: number;
  readonly sections: readonly Section[];
  readonly comparison: Comparison;
}

function checkRow({ check, baseline, problem }: Verdict): string {
  const { name, value, unit, limit, reference, reason, lowerIsBetter } = check;
  const sign = lowerIsBetter ? "≤" : "≥";
  const cells = [value, baseline].map((n) => `<td class="number">${n === undefined ? "–" : numberText(n, unit)}</td>`);
  return `<tr><td class="${problem ? "bad" : "good"}">${problem ? "✗" : "✓"}</td><td>${escape(name)}</td>${
    cells.join("")
  }` +
    `<td class="number">${limit === undefined ? "–" : `${sign} ${numberText(limit)}`}</td>` +
    `<td>${escape(reference)}<br><span class="faint">${escape(reason)}</span></td></tr>`;
}

function checkTable(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return "";
  const wrong = verdicts.filter(({ problem }) => problem).length;
  const head = ["", "check", "value", "baseline", "limit", "reference, and why so"].map((name) => `<th>${name}</th>`);
  const rows = verdicts.map(checkRow).join("\n");
  return `<details${wrong ? " open" : ""}><summary>${verdicts.length} checks, ${wrong} failed</summary>` +
    `<table><thead><tr>${head.join("")}</tr></thead><tbody>${rows}</tbody></table></details>`;
}

function sectionHtml(section: Section, comparison: Comparison): string {
  const own = new Set(section.checks);
  const verdicts = comparison.verdicts.filter(({ check }) => own.has(check));
  const figures = section.figures.map(figureHtml);
  const skipped = section.skipped.map(({ what, reason }) =>
    `<p class="bad">skipped: ${escape(`${what}: ${reason}`)}</p>`
  );
  return `<section><h2>${escape(section.title)}</h2><p>${section.text}</p>${skipped.join("")}${figures.join("\n")}` +
    `${checkTable(verdicts)}</section>`;
}

/** The page. */
export function page({ command, machine, seconds, sections, comparison }: Report): string {
  const { verdicts, problems } = comparison;
  const verdict = problems.length === 0
    ? `<p class="good">all ${verdicts.length} checks passed</p>`
    : `<p class="bad">${problems.length} problems</p><ul>${
      problems.map((one) => `<li>${escape(one)}</li>`).join("")
    }</ul>`;
  return htmlPage(
    "Braggsieve: validation",
    `<p class="faint">${escape(command)}, ${seconds.toFixed(0)} s on ${escape(machine)}</p>
${verdict}
${sections.map((section) => sectionHtml(section, comparison)).join("\n")}`,
  );
}

/** Writes index.html and results.json into `folder`. */
export async function writeReport(report: Report, folder: URL): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(new URL("index.html", folder), page(report));
  const { sections, ...rest } = report;
  const numbers = sections.map(({ figures: _, ...section }) => section);
  await Deno.writeTextFile(new URL("results.json", folder), JSON.stringify({ ...rest, sections: numbers }) + "\n");
}
