/** The report: one HTML page that needs nothing else, and the numbers as JSON, in validation/report/. */
import type { Comparison } from "./baseline.ts";
import { numberText, type Verdict } from "./checks.ts";
import { escape } from "./plots.ts";
import type { Section } from "./section.ts";

/** What a run was and found. */
export interface Report {
  readonly command: string;
  readonly machine: string;
  readonly seconds: number;
  readonly sections: readonly Section[];
  readonly comparison: Comparison;
}

/** Everything that a reader's browser needs is in the page. */
const STYLE = `
:root { color-scheme: light dark; --page: #fff; --text: #1b1b1e; --faint: #6a6f78; --line: #d8dbe0; --bad: #c0262d; --good: #1f7a3a }
@media (prefers-color-scheme: dark) { :root { --page: #16181c; --text: #e8e9ec; --faint: #9aa0aa; --line: #3a3e46; --bad: #ff7b72; --good: #58c77a } }
body { background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; max-width: 900px; margin: 2em auto; padding: 0 1em }
figure { margin: 1.5em 0; overflow-x: auto } figcaption, .faint { color: var(--faint); font-size: 13px }
svg { color: var(--text); max-width: 100%; height: auto; display: block }
table { border-collapse: collapse; width: 100%; font-size: 12.5px } td, th { text-align: left; padding: 2px 8px 2px 0; vertical-align: top; border-bottom: 1px solid var(--line) }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
.bad { color: var(--bad); font-weight: 600 } .good { color: var(--good) }
.legend span { margin-right: 1em; white-space: nowrap } .legend i { display: inline-block; width: 10px; height: 10px; margin-right: 4px; border-radius: 50% }
summary { cursor: pointer }`;

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
  const figures = section.figures.map(({ svg, caption }) =>
    `<figure>${svg}<figcaption>${caption}</figcaption></figure>`
  );
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
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Braggsieve: validation</title><link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body><h1>Braggsieve: validation</h1>
<p class="faint">${escape(command)}, ${seconds.toFixed(0)} s on ${escape(machine)}</p>
${verdict}
${sections.map((section) => sectionHtml(section, comparison)).join("\n")}
</body></html>
`;
}

/** Writes index.html and results.json into `folder`. */
export async function writeReport(report: Report, folder: URL): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(new URL("index.html", folder), page(report));
  const { sections, ...rest } = report;
  const numbers = sections.map(({ figures: _, ...section }) => section);
  await Deno.writeTextFile(new URL("results.json", folder), JSON.stringify({ ...rest, sections: numbers }) + "\n");
}
