/** What the report's sections share: figures that name their machine and command, tables, names of engines. */
import { escape } from "../../ts/report/figure.ts";
import type { Figure } from "../../ts/report/page.ts";
import type { Column } from "../compare.ts";
import type { Machine } from "../machine.ts";

/** A part of the report. */
export interface Section {
  readonly title: string;
  /** HTML above the figures */
  readonly text: string;
  readonly figures: readonly Figure[];
  /** HTML below the figures */
  readonly after?: string;
}

/** Where figures come from. */
export interface Source {
  readonly machine: Machine;
  readonly command: string;
  /** what was measured on, and what else a reader must know */
  readonly input?: string;
}

export const COLUMN_NAMES: Readonly<Record<Column, string>> = {
  wasm: "WebAssembly",
  wasmLibhdf5: "WebAssembly, libhdf5",
  native1: "native, one thread",
  native: "native, all cores",
};

/** A machine in words. */
export function machineText({ processor, cores, deno }: Machine): string {
  return `${processor}, ${cores} cores, Deno ${deno}`;
}

/** Where a figure comes from, as HTML. */
export function sourceHtml({ machine, command, input }: Source): string {
  const parts = [machineText(machine), ...(input === undefined ? [] : [input])].map(escape);
  return `<span class="faint">${parts.join("; ")}. Again: <code>${escape(command)}</code></span>`;
}

/** A figure with its caption (HTML) and its source. */
export function sourced(svg: string, caption: string, source: Source): Figure {
  return { svg, caption: `${caption}<br>${sourceHtml(source)}` };
}

/** A table of HTML cells; those of columns from the `numbers`-th on are numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], numbers: number): string {
  const cells = (tag: "th" | "td", row: readonly string[]) =>
    row.map((html, at) => `<${tag}${at < numbers ? "" : ' class="number"'}>${html}</${tag}>`).join("");
  const lines = rows.map((row) => `<tr>${cells("td", row)}</tr>`);
  return `<table><thead><tr>${cells("th", head.map(escape))}</tr></thead><tbody>${lines.join("\n")}</tbody></table>`;
}
