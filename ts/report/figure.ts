/** What the figures share: size, colours, legends, and axes that say their unit. */
import type * as PlotModule from "@observablehq/plot";
import { Plot, svg } from "./plot.ts";

export { Plot };

/** Colours of Observable's categorical scheme and two more, which read on light and dark pages. */
export const PALETTE = [
  ...["#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#3ca951", "#a463f2"],
  ...["#97bbf5", "#9c6b4e", "#ff8ab7", "#9498a0", "#1b9e9e", "#c98500"],
];

export const WIDTH = 860;

/** One figure of the page's width. Options may change everything. */
export function plot(options: PlotModule.PlotOptions): string {
  return svg({ width: WIDTH, height: 340, marginLeft: 64, marginBottom: 44, marginRight: 16, ...options });
}

/** A colour scale over names, the same in figure and legend. */
export function colours(names: readonly string[]): { domain: readonly string[]; range: readonly string[] } {
  return { domain: names, range: names.map((_, i) => PALETTE[i % PALETTE.length]) };
}

/** A legend as HTML. */
export function legend(names: readonly string[]): string {
  const { domain, range } = colours(names);
  return `<span class="legend">${
    domain.map((name, i) => `<span><i style="background:${range[i]}"></i>${escape(name)}</span>`).join("")
  }</span>`;
}

/** Text that may stand in HTML. */
export function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** A number in full, where Plot would write thousands and thousandths as letters. */
export function plain(value: number): string {
  return String(Number(value.toPrecision(6)));
}

const DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** 10ⁿ; nothing for what is no power of ten. */
export function powerOfTen(value: number): string {
  const power = Math.log10(value);
  if (Math.abs(power - Math.round(power)) > 1e-9) return "";
  return `10${[...String(Math.round(power))].map((c) => c === "-" ? "⁻" : DIGITS[Number(c)]).join("")}`;
}
