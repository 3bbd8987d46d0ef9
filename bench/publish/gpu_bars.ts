/** GPU time of each stage, however it was measured. */
import { Plot, plot } from "../../ts/report/figure.ts";
import type { Spread } from "../machine.ts";

/** Bars with the spread of each; `unit`: of the times. What the whole batch takes is no stage and left out. */
export function gpuBars(stages: readonly { readonly stage: string; readonly times: Spread }[], unit: string): string {
  const rows = stages
    .filter(({ stage }) => stage !== "clip + pick + peaks")
    .map(({ stage, times }) => ({ stage, ...times }));
  return plot({
    height: 60 + 22 * rows.length,
    marginLeft: 130,
    x: { label: `${unit} per frame, GPU time →`, grid: true },
    y: { label: null, domain: rows.map(({ stage }) => stage) },
    marks: [
      Plot.barX(rows, { x: "median", y: "stage", fill: "#4269d0" }),
      Plot.ruleY(rows, { x1: "min", x2: "max", y: "stage", stroke: "currentColor" }),
    ],
  });
}
