/** The scaling as a table: a line for each size, a column for each number of threads. */
import type { ScalingPoint } from "../scaling.ts";
import { digits, tableLine } from "./numbers.ts";

/** Mpixel per second. */
export function speed({ pixels, times }: ScalingPoint): number {
  return pixels / (times.median * 1e3);
}

/** Who computed a point. */
export function contender({ engine, threads }: Pick<ScalingPoint, "engine" | "threads">): string {
  return engine === "wasm" ? "WebAssembly" : `native, ${threads} thread${threads === 1 ? "" : "s"}`;
}

/** Markdown: sizes in the order they were measured in, stage by stage. */
export function scalingTable(points: readonly ScalingPoint[]): string {
  const columns = [...new Set(points.map(contender))];
  const stages = [...new Set(points.map(({ stage }) => stage))];
  const sizes = [...new Set(points.map(({ pixels }) => pixels))];
  const cell = (stage: string, pixels: number, column: string) => {
    const found = points.find((p) => p.stage === stage && p.pixels === pixels && contender(p) === column);
    return found ? digits(speed(found)) : "";
  };
  const line = (stage: string, pixels: number) =>
    tableLine([
      `${stage}, ${(pixels / 1e6).toFixed(1)} Mpixel`,
      ...columns.map((column) => cell(stage, pixels, column)),
    ]);
  return [
    tableLine(["", ...columns]),
    `|${"---|".repeat(columns.length + 1)}`,
    ...stages.flatMap((stage) => sizes.map((pixels) => line(stage, pixels))),
  ].join("\n");
}
