/** CrystFEL's reflection lists and the tables of its compare_hkl and check_hkl. */

/** A reflection and its intensity. */
export interface Reflection {
  readonly h: number;
  readonly k: number;
  readonly l: number;
  readonly intensity: number;
}

/** The list as text that CrystFEL reads (format 2.0). Intensities are scaled so that the largest is `most`. */
export function formatHkl(reflections: readonly Reflection[], symmetry: string, most = 1e5): string {
  const largest = reflections.reduce((max, { intensity }) => Math.max(max, intensity), 0);
  if (!(largest > 0)) throw new Error("no reflection has an intensity");
  const pad = (value: number | string, width: number) => String(value).padStart(width);
  return [
    "CrystFEL reflection list version 2.0",
    `Symmetry: ${symmetry}`,
    "   h    k    l          I    phase   sigma(I)   nmeas",
    ...reflections.map(({ h, k, l, intensity }) => {
      const value = (intensity / largest * most).toFixed(2);
      return `${pad(h, 4)} ${pad(k, 4)} ${pad(l, 4)} ${pad(value, 10)} ${pad("-", 8)} ${pad("0.00", 10)} ${pad(1, 7)}`;
    }),
    "End of reflections",
    "",
  ].join("\n");
}

/** One row of a table of shells: from and to in nm⁻¹, and the asked columns; undefined where there is no number. */
export interface ShellRow {
  readonly from: number;
  readonly to: number;
  readonly values: readonly (number | undefined)[];
}

/**
 * The rows of a table that compare_hkl or check_hkl wrote, with the values of `columns` (counted from 0). The last two
 * columns are the shell's limits in both. Throws when the text is no such table.
 */
export function parseShells(text: string, columns: readonly number[]): ShellRow[] {
  const [head = "", ...lines] = text.trim().split("\n");
  if (!/Min 1\/nm\s+Max 1\/nm\s*$/.test(head)) throw new Error(`no table of shells: ${head.slice(0, 100)}`);
  return lines.map((line) => {
    const cells = line.trim().split(/\s+/);
    const [from, to] = cells.slice(-2).map(Number);
    if (!(from < to) || columns.some((column) => column >= cells.length - 2)) {
      throw new Error(`no row of a table of shells: ${line.slice(0, 100)}`);
    }
    return { from, to, values: columns.map((column) => finite(cells[column])) };
  });
}

/** The value of "Overall NAME = VALUE" in what a program printed; undefined where that is no number. Throws without one. */
export function overall(printed: string, name: string): number | undefined {
  const at = printed.split("\n").find((line) => line.trim().startsWith(`Overall ${name} = `));
  if (at === undefined) throw new Error(`nothing was told of the overall ${name}: ${printed.trim().slice(-200)}`);
  return finite(at.split(" = ")[1].trim().split(" ")[0]);
}

/** CrystFEL prints nan and inf for shells without reflections. */
function finite(word: string): number | undefined {
  const value = Number(word);
  return Number.isFinite(value) ? value : undefined;
}
