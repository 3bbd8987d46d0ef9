/** Ways to sum a bin against exact arithmetic: hard sets of pixels, and the rings of real frames. */
import type { Check } from "../checks.ts";
import { thaumatin } from "../frames.ts";
import { colours, legend, Plot, plot, powerOfTen } from "../../ts/report/figure.ts";
import type { Figure } from "../../ts/report/page.ts";
import { type Context, isSkip, type Section, type Study, unlessAbsent } from "../section.ts";

/** Errors of one way to sum on one set of pixels, relative to exact arithmetic. */
interface Row {
  readonly set: string;
  /** whether all norms are 1 */
  readonly equal: boolean;
  readonly size: number;
  /** sqrt(Σs²/VV); null without scatter */
  readonly condition: number | null;
  readonly arithmetic: string;
  readonly method: string;
  readonly mean: number;
  readonly std: number;
  readonly sem: number;
}

const QUANTITIES = ["mean", "std", "sem"] as const;
/** Unit roundoffs. */
const UNIT: Readonly<Record<string, number>> = {
  "f32": 2 ** -24,
  "double-word f32": 2 ** -48,
  "f64": 2 ** -53,
  "integers": 2 ** -53,
};
/** Where errors of 0 are drawn. */
const FLOOR = 1e-18;
/** The same operations in the same order give the same bits everywhere; only roots of errors are rounded. */
const DETERMINISTIC = 0.01;

const TITLE = "Variance reductions";

async function run({ quick, folder, numbers, perturb }: Context): Promise<Section> {
  const words = [...(quick ? ["quick"] : []), ...(perturb ? [`perturb=${perturb}`] : [])];
  const { rows } = await numbers<{ rows: Row[] }>("hard-sets", ...words);
  const rings = await unlessAbsent("reductions: rings", async () => {
    const frames = await thaumatin(folder, quick ? 1 : 8);
    return (await numbers<{ rows: Row[] }>("rings", `folder=${frames}`, ...words)).rows;
  });
  const all = isSkip(rings) ? rows : [...rows, ...rings];
  return {
    title: TITLE,
    text:
      `Mean, std and sem of a bin, summed in several ways and arithmetics, against exact rational arithmetic (160 bits ` +
      `for quotients and roots). κ = √(Σs²/VV) says how much of the sum cancels. The published one-by-one form and ` +
      `union are exact for equal norms alone: where norms differ they keep an error that no precision takes away. The ` +
      `exact union has one more sum and gives what two passes give, in any tree. Frames are summed as exact integers.`,
    figures: [...figures(rows, "hard sets"), ...(isSkip(rings) ? [] : figures(rings, "rings of real frames"))],
    checks: [...checksOf("hard sets", rows), ...(isSkip(rings) ? [] : checksOf("rings", rings))],
    skipped: isSkip(rings) ? [rings] : [],
    data: all,
  };
}

export const reductions: Study = { name: "reductions", title: TITLE, run };

function checksOf(where: string, rows: readonly Row[]): Check[] {
  const groups = Map.groupBy(
    rows,
    (row) => `${row.method}, ${row.arithmetic}, ${row.equal ? "equal" : "unequal"} norms`,
  );
  return [...groups].flatMap(([name, group]) =>
    QUANTITIES.map((quantity) => ({
      name: `reductions: ${where}: ${name}: largest error of ${quantity}`,
      value: Math.max(...group.map((row) => row[quantity])),
      unit: "",
      reference: "exact rational arithmetic",
      lowerIsBetter: true,
      ...promise(group, quantity),
      tolerance: DETERMINISTIC,
      // What is exact may become inexact by a rounding.
      slack: UNIT[group[0].arithmetic],
    }))
  );
}

/** Bounds that hold whatever the baseline says, for what frames are computed with. */
function promise(group: readonly Row[], quantity: (typeof QUANTITIES)[number]): Pick<Check, "limit" | "reason"> {
  const [{ arithmetic, method, equal }] = group;
  const worst = Math.max(1, ...group.map((row) => row.condition ?? 1));
  const deterministic = "1 % and one rounding: operations and their order are the same on all machines";
  if (arithmetic === "integers") {
    if (equal) {
      const limit = quantity === "mean" ? 2 ** -52 : 2 ** -51 + 2 ** -100 * worst ** 2;
      return { limit, reason: `${deterministic}; limit: sums are exact, VV is formed to 2⁻¹⁰⁰ of Σs² (κ²·2⁻¹⁰⁰)` };
    }
    const limit = quantity === "mean" ? 2 ** -24 : 2 ** -24 * worst;
    return { limit, reason: `${deterministic}; limit: norms are rounded by 2⁻²⁴ at most, which κ magnifies` };
  }
  if (method === "two passes" && arithmetic === "f64") {
    const size = Math.max(...group.map((row) => row.size));
    const limit = quantity === "mean" ? size * 2 ** -53 : size * 2 ** -52 * (1 + worst);
    return { limit, reason: `${deterministic}; limit: n roundings of 2⁻⁵³, of the mean κ-fold` };
  }
  return { reason: `${deterministic}; no limit: it is shown for comparison` };
}

/** Error over condition number and over size, one panel an arithmetic. */
function figures(rows: readonly Row[], of: string): Figure[] {
  const methods = [...new Set(rows.map((row) => row.method))];
  const arithmetics = Object.keys(UNIT);
  return QUANTITIES.flatMap((quantity) =>
    (["condition", "size"] as const).map((axis) => {
      const points = rows.flatMap((row) => {
        const x = row[axis];
        // Side by side where they would hide each other.
        const beside = 1.1 ** (methods.indexOf(row.method) - methods.length / 2);
        return x === null ? [] : [{ ...row, x: x * beside, error: Math.max(row[quantity], FLOOR) }];
      });
      const label = axis === "size" ? "pixels in the set →" : "condition number κ →";
      return {
        svg: plot({
          height: 300,
          fx: { domain: arithmetics, label: null },
          x: { type: "log", label, ticks: 5, tickFormat: powerOfTen, insetLeft: 8, insetRight: 8 },
          y: { type: "log", label: `↑ relative error of ${quantity}`, grid: true, ticks: 6, tickFormat: powerOfTen },
          color: colours(methods),
          marks: [
            Plot.frame({ strokeOpacity: 0.2 }),
            Plot.ruleY(arithmetics, {
              fx: (name: string) => name,
              y: (name: string) => UNIT[name],
              strokeDasharray: "3,3",
            }),
            Plot.dot(points, {
              ...{ fx: "arithmetic", x: "x", y: "error", stroke: "method", r: 2.2, strokeOpacity: 0.8 },
              symbol: (row: Row) => row.equal ? "circle" : "plus",
            }),
          ],
        }),
        caption: `Relative error of ${quantity} over ${
          axis === "size" ? "the number of pixels" : "the condition number"
        }, ${of}; crosses: unequal norms; dashed: one rounding of the arithmetic; errors of 0 are drawn at 10⁻¹⁸. ${
          legend(methods)
        }`,
      };
    })
  );
}
