/** The scaling as a table: a line for each size, a column for each number of threads. */
import type { ScalingPoint } from "../scaling.ts";
import { digits } from "./numbers.ts";

/** Mpixel per second. */
export function speed({ pixels, times }: ScalingPoint): number {
  return pixels / (times.median * 1e3);
}

/** Who computed a point. */
export function contender({ engine, threads }: ScalingPoint): string {
  return engine === "wasm" ? "WebAssembly" : `native, ${threads} thread${threads === 1 ? "" : "s"}`;
}

export function scalingTable(points: readonly ScalingPoint[]): string {
  const columns = [...new Set(points.map(contender))];
  const lines = [...new Set(points.map(({ stage, pixels }) => `${stage}, ${(pixels / 1e6).toFixed(1)} Mpixel`))];
  const cell = (line: string, column: string) => {
    const point = points.find((point) =>
      contender(point) === column && `${point.stage}, ${(point.pixels / 1e6).toFixed(1)} Mpixel` === line
    );
    return point ? digits(speed(point)) : "";
  };
  const text = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    text(["", ...columns]),
    `|${"---|".repeat(columns.length + 1)}`,
    ...lines.toSorted().map((line) => text([line, ...columns.map((column) => cell(line, column))])),
  ].join("\n");
}
