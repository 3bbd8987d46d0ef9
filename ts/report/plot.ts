/** Observable Plot without a browser: figures as self-contained SVG text. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** What is used of the element that Plot makes: this program has no DOM types. */
interface Figure {
  readonly tagName: string;
  readonly outerHTML: string;
  querySelector(selector: string): Figure;
  setAttribute(name: string, value: string): void;
}

/** Colours that read on a light and on a dark page alike. */
export const COLOURS = { raw: "#d1495b", clipped: "#2e86ab", kept: "#8d99ae", peak: "#d1495b" } as const;

/** One figure as SVG text with its own name space and font, ready to be a file or part of a page. */
export function svg(options: Plot.PlotOptions): string {
  const window = parseHTML("<!doctype html><html><body></body></html>");
  const { document } = window as unknown as { document: Plot.PlotOptions["document"] };
  const figure = Plot.plot({ document, ...options }) as unknown as Figure;
  const element = figure.tagName.toLowerCase() === "svg" ? figure : figure.querySelector("svg");
  element.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  element.setAttribute("font-family", "system-ui, sans-serif");
  return element.outerHTML;
}

/** Figures side by side in one SVG. */
export function sideBySide(figures: readonly string[], width: number, height: number): string {
  const placed = figures.map((figure, i) => figure.replace("<svg", `<svg x="${i * width}" y="0"`));
  const size = `width="${width * figures.length}" height="${height}"`;
  const style = "background:#fff;color:#1b1b1e";
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} style="${style}">${placed.join("")}</svg>\n`;
}

export { Plot };
