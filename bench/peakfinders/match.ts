/** Peaks of one list that lie near the places of another. */
import type { StreamPeaks, StreamReflections } from "../../ts/io/stream/types.ts";

/** Places on panels. */
type Places = Pick<StreamPeaks | StreamReflections, "count" | "x" | "y" | "panel">;

/** Pixels within which two places are one: the distance that the field's comparisons of peak finders take. */
export const NEAR = 2;

/** The cell of a grid as wide as `NEAR`. */
const cell = (panel: string, x: number, y: number) => `${panel} ${x} ${y}`;

/** Whether each place has one of `others` within `NEAR` pixels on its panel. */
export function near({ count, x, y, panel }: Places, others: Places): boolean[] {
  const grid = new Map<string, number[]>();
  for (let i = 0; i < others.count; i++) {
    const key = cell(others.panel[i], Math.floor(others.x[i] / NEAR), Math.floor(others.y[i] / NEAR));
    const there = grid.get(key);
    if (there) there.push(i);
    else grid.set(key, [i]);
  }
  const isNear = (i: number): boolean => {
    const [column, row] = [Math.floor(x[i] / NEAR), Math.floor(y[i] / NEAR)];
    for (let dx = -1; dx <= 1; dx++) {
      for (let dy = -1; dy <= 1; dy++) {
        for (const other of grid.get(cell(panel[i], column + dx, row + dy)) ?? []) {
          if (Math.hypot(x[i] - others.x[other], y[i] - others.y[other]) <= NEAR) return true;
        }
      }
    }
    return false;
  };
  return Array.from({ length: count }, (_, i) => isNear(i));
}

/** Peaks in one shell of resolution. */
export interface Shell {
  /** from and to, 1/d in nm⁻¹ */
  readonly from: number;
  readonly to: number;
  readonly peaks: number;
  /** of them, those within `NEAR` pixels of a predicted reflection */
  readonly indexed: number;
}

/** A histogram over `shells` shells of equal width up to `most`; peaks beyond are in none. */
export function histogram(
  peaks: readonly { readonly resolution: number; readonly indexed: boolean }[],
  most: number,
  shells: number,
): Shell[] {
  const width = most / shells;
  const counts = Array.from({ length: shells }, () => [0, 0]);
  for (const { resolution, indexed } of peaks) {
    const at = counts[Math.floor(resolution / width)];
    if (!at) continue;
    at[0]++;
    if (indexed) at[1]++;
  }
  return counts.map(([peaks, indexed], i) => ({ from: i * width, to: (i + 1) * width, peaks, indexed }));
}
