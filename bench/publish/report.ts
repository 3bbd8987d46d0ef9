/** The report of the benchmarks: one HTML page that needs nothing else, and its numbers as JSON. */
import { fileURLToPath } from "node:url";
import { escape } from "../../ts/report/figure.ts";
import { figureHtml, htmlPage } from "../../ts/report/page.ts";
import { headline } from "./headline.ts";
import { otherTasks } from "./other_tasks.ts";
import type { Published } from "./published.ts";
import { scalingSection } from "./scaling_figures.ts";
import { machineText, type Section } from "./section.ts";
import { where } from "./where.ts";

/** The page. */
export function reportPage(published: Published): string {
  const first = headline(published);
  const sections = [where(published), scalingSection(published), ...otherTasks(published)];
  return htmlPage(
    "Braggsieve: speed",
    [...(first ? [sectionHtml(first)] : []), machineHtml(published), ...sections.map(sectionHtml)].join("\n"),
  );
}

/** What the suite's own results were measured on, and with which versions. */
function machineHtml({ rows, stages }: Published): string {
  const common = Object.values(rows)[0] ?? stages;
  if (!common) return "<p>Nothing is published yet: <code>deno task bench</code>.</p>";
  const versions = Object.entries(common.versions).map(([name, version]) => `${name} ${version}`).join(", ");
  return `<section><h2>Machine and versions</h2><p>${escape(machineText(common.machine))}; load ${
    common.load.toFixed(1)
  } in the minute before; ${escape(common.input)}. Peers: ${
    escape(versions || "none were found")
  }. Each figure below names its own machine and the command that measures it again.</p></section>`;
}

function sectionHtml({ title, text, figures, after }: Section): string {
  return `<section><h2>${escape(title)}</h2><div>${text}</div>${figures.map(figureHtml).join("\n")}${
    after ?? ""
  }</section>`;
}

/** Writes index.html and report.json into `folder`; the path of the page. */
export async function writeReport(published: Published, folder: URL): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  const page = new URL("index.html", folder);
  await Deno.writeTextFile(page, reportPage(published));
  await Deno.writeTextFile(new URL("report.json", folder), JSON.stringify(published, null, 2) + "\n");
  return fileURLToPath(page);
}
