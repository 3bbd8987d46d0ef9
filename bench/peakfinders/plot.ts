/** Peaks per resolution shell of each finder, the indexed part dashed. */
import { COLOURS, Plot, sideBySide, svg } from "../../ts/report/plot.ts";
import type { Found } from "./compare.ts";

const [WIDTH, HEIGHT] = [440, 320];
const PALETTE = [COLOURS.raw, COLOURS.clipped, "#3a7d44"];

/** SVG text, a panel for each set of frames. */
export function peakfindersPlot(sets: readonly { readonly title: string; readonly found: readonly Found[] }[]): string {
  return sideBySide(sets.map(({ title, found }) => peakfindersPanel(title, found)), WIDTH, HEIGHT);
}

/** SVG text: one set of frames. */
export function peakfindersPanel(title: string, found: readonly Found[]): string {
  const rows = found.flatMap(({ finder, shells }) =>
    shells.map(({ from, to, peaks, indexed }) => ({ finder, at: (from + to) / 2, peaks, indexed }))
  );
  return svg({
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 50,
    marginRight: 20,
    marginTop: 40,
    x: { label: "1/d (nm⁻¹) →" },
    y: { label: "↑ peaks in the shell", grid: true },
    color: { domain: found.map(({ finder }) => finder), range: PALETTE },
    marks: [
      Plot.line(rows, { x: "at", y: "peaks", stroke: "finder", strokeWidth: 2, curve: "step" }),
      Plot.line(rows, { x: "at", y: "indexed", stroke: "finder", strokeDasharray: "3,3", curve: "step" }),
      ...found.map(({ finder, peaks }, row) =>
        Plot.text([`${finder}: ${peaks}`], {
          frameAnchor: "top-right",
          fill: PALETTE[row],
          dy: 14 * row,
          textAnchor: "end",
        })
      ),
      Plot.text([`${title}; dashed: near a predicted reflection`], { frameAnchor: "top", dy: -26 }),
    ],
  });
}
