/** The sweep as a figure: what each threshold saves and loses, and hits told from blanks. */
import { COLOURS, Plot, sideBySide, svg } from "../../ts/report/plot.ts";
import type { SweepPoint } from "./sweep.ts";

const [WIDTH, HEIGHT] = [440, 320];
const LAYOUT = { width: WIDTH, height: HEIGHT, marginLeft: 50, marginRight: 30, marginTop: 40 };

/** SVG text: rates over the threshold, and the ROC curve with the threshold of `marked`. */
export function vetoPlot(points: readonly SweepPoint[], marked: number): string {
  return sideBySide([vetoRates(points, marked), vetoCurve(points, marked)], WIDTH, HEIGHT);
}

/** SVG text: what each threshold saves and loses; a line at `marked`. */
export function vetoRates(points: readonly SweepPoint[], marked: number): string {
  const names = {
    bandwidthSaved: "bandwidth saved",
    indexableLost: "indexable frames lost",
    indexingOfKept: "indexed, of those kept",
    indexingOfDropped: "indexed, of those dropped",
  } as const;
  const rows = points.flatMap((point) =>
    (Object.keys(names) as (keyof typeof names)[]).flatMap((key) => {
      const value = point[key];
      return value === undefined ? [] : [{ threshold: point.threshold, what: names[key], percent: 100 * value }];
    })
  );
  return svg({
    ...LAYOUT,
    x: { label: "threshold (peaks) →" },
    y: { label: "↑ %", grid: true, domain: [0, 100] },
    color: { domain: Object.values(names), range: [COLOURS.clipped, COLOURS.raw, "#3a7d44", "#b8860b"] },
    marks: [
      Plot.ruleX([marked], { stroke: COLOURS.kept, strokeDasharray: "3,3" }),
      Plot.line(rows, { x: "threshold", y: "percent", stroke: "what", strokeWidth: 2 }),
      Plot.text(
        rows,
        Plot.selectMaxX({
          x: "threshold",
          y: "percent",
          z: "what",
          text: "what",
          fill: "what",
          textAnchor: "end",
          dy: -8,
        }),
      ),
    ],
  });
}

/** SVG text: the ROC curve with the thresholds 1, 5 and `marked`. */
export function vetoCurve(points: readonly SweepPoint[], marked: number): string {
  const rows = points.filter(({ truePositives, falsePositives }) =>
    truePositives !== undefined && falsePositives !== undefined
  );
  const at = rows.filter(({ threshold }) => threshold === marked || threshold === 1 || threshold === 5);
  return svg({
    ...LAYOUT,
    x: { label: "blanks that are kept (part) →", domain: [0, 1] },
    y: { label: "↑ frames with a crystal that are kept (part)", grid: true, domain: [0, 1] },
    marks: [
      Plot.line(rows, { x: "falsePositives", y: "truePositives", stroke: COLOURS.clipped, strokeWidth: 2 }),
      Plot.dot(at, { x: "falsePositives", y: "truePositives", fill: COLOURS.raw }),
      Plot.text(at, {
        x: "falsePositives",
        y: "truePositives",
        text: (point: SweepPoint) => `${point.threshold} peaks`,
        dx: 8,
        textAnchor: "start",
      }),
    ],
  });
}
