/** Sparsify → densify: what is kept against theory, and whether rebuilt frames have the original's distribution. */
import type { Check } from "../checks.ts";
import { thaumatin } from "../frames.ts";
import { colours, legend, plain, Plot, plot } from "../../ts/report/figure.ts";
import type { Figure } from "../../ts/report/page.ts";
import { type Context, isSkip, type Section, type Study, unlessAbsent } from "../section.ts";

/** Kept and rebuilt pixels together against the original, over all rings. */
interface Comparison {
  /** bias of the mean in parts of the std, of the std in parts of itself, difference of the skewness */
  readonly mean: number;
  readonly std: number;
  readonly skewness: number;
  /** root mean square of the rings' deviations in units of their statistical error; null where nothing scatters */
  readonly meanPull: number | null;
  readonly variancePull: number | null;
  /** per degree of freedom, of the pixels that were not kept, original against rebuilt */
  readonly chi2: number | null;
}

interface Row {
  readonly case: string;
  readonly cutoff: number;
  /** part of the pixels; of a normal background, and of the one that is known */
  readonly kept: number;
  readonly normal: number;
  readonly theory: number | null;
  /** kept pixels that are not equal after the round trip */
  readonly changed: number;
  readonly pixels: number;
  /** as the engines do it */
  readonly ours: Comparison;
  /** the reference of core-rs/core/src/densify/reference.rs */
  readonly conditional: Comparison;
  readonly published: Comparison;
}

const TITLE = "Sparsify → densify round trips";
const WAYS = ["published", "ours", "conditional"] as const;
const NAMES = ["published: max(0, N)", "engines: discrete, conditional", "reference: pixel by pixel"];
/** Rings of chance have a pull of 1 and less, since recorded moments are matched; some hundred rings scatter little. */
const MOST_PULL = 1.2;
const QUANTITIES = ["mean", "std", "skewness"] as const;

async function run({ quick, folder, numbers, perturb }: Context): Promise<Section> {
  const words = [...(quick ? ["quick"] : []), ...(perturb ? [`perturb=${perturb}`] : [])];
  const { rows } = await numbers<{ rows: Row[] }>("round-trips", ...words);
  const measured = await unlessAbsent("round-trip: frame", async () => {
    const frames = await thaumatin(folder, quick ? 1 : 8, {});
    return (await numbers<{ rows: Row[] }>("measured-round-trips", `folder=${frames}`, ...words)).rows;
  });
  const all = isSkip(measured) ? rows : [...rows, ...measured];
  return {
    title: TITLE,
    text:
      `Each frame is clipped, its pixels above the cut-off are kept, the rest is drawn anew with noise and compared ` +
      `with the original, ring by ring. The published tool draws max(0, N(mean, std)) for every pixel. A pixel that was ` +
      `not kept is known to lie below the cut-off: the engines subtract the kept pixels from the recorded moments and ` +
      `draw what is left below it, counts for detectors that count and charge for those that integrate, by tables for ` +
      `groups of pixels; the reference does so with the limit of each pixel. Pulls are deviations in units of their ` +
      `statistical error: about 1 where a rebuilt frame cannot be told from the original. χ² compares the values of the ` +
      `pixels that were not kept.`,
    figures: [kept(all), ...QUANTITIES.flatMap((quantity) => bias(all, quantity)), ...pulls(all)],
    checks: all.flatMap(checksOf),
    skipped: isSkip(measured) ? [measured] : [],
    data: all,
  };
}

export const roundTrip: Study = { name: "round-trip", title: TITLE, run };

function kept(rows: readonly Row[]): Figure {
  const name = (row: Row) => row.theory === null ? "measured frames" : row.case;
  const cases = [...new Set(rows.map(name))];
  return {
    svg: plot({
      x: { label: "cut-off n →", ticks: [0.8, 1, 1.4, 2, 3] },
      y: { type: "log", label: "↑ part of the pixels kept (%)", percent: true, grid: true, tickFormat: plain },
      color: colours(cases),
      marks: [
        Plot.line(rows.filter(({ theory }) => theory !== null), {
          ...{ x: "cutoff", y: "theory", stroke: "case", strokeOpacity: 0.6, z: "case" },
        }),
        Plot.line(rows.slice(0, 5), { x: "cutoff", y: "normal", strokeDasharray: "5,4" }),
        Plot.dot(rows, { x: "cutoff", y: "kept", fill: name, r: 3.5 }),
      ],
    }),
    caption:
      `Part of the pixels that is kept (dots), expected of the known distribution at its true mean and std (lines), ` +
      `and of a normal background (dashed). Where counts are discrete, a threshold within rounding of an integer keeps a ` +
      `whole count more or less. ${legend(cases)}`,
  };
}

function bias(rows: readonly Row[], quantity: (typeof QUANTITIES)[number]): Figure[] {
  const label = quantity === "skewness" ? "difference of the skewness" : `bias of the ${quantity} (% of the std)`;
  const y = { label: `↑ ${label}`, grid: true, percent: quantity !== "skewness" };
  const caption = `Rebuilt against original: ${label}, averaged over the rings. ${legend(NAMES)}`;
  return byCase(rows, (comparison) => comparison[quantity], y).map((svg) => ({ svg, caption }));
}

function pulls(rows: readonly Row[]): Figure[] {
  const quantities = [
    ["meanPull", "pull of the mean"],
    ["variancePull", "pull of the variance"],
    ["chi2", "χ² per degree of freedom"],
  ] as const;
  return quantities.flatMap(([quantity, label]) => {
    const y = { type: "log", label: `↑ ${label}`, grid: true, tickFormat: plain };
    const caption = `Rebuilt against original: ${label}; 1 (ruled) is what chance does. ${legend(NAMES)}`;
    return byCase(rows, (comparison) => comparison[quantity], y).map((svg) => ({ svg, caption }));
  });
}

/** Panels of a figure; more are not readable. */
const MOST_PANELS = 6;

/** One panel a case, as many figures as they need. */
function byCase(
  rows: readonly Row[],
  value: (comparison: Comparison) => number | null,
  y: Record<string, unknown>,
): string[] {
  const cases = [...Map.groupBy(rows, (row) => row.case).values()];
  const scatter = cases.filter((own) => own.some((row) => WAYS.some((way) => value(row[way]) !== null)));
  return Array.from(
    { length: Math.ceil(scatter.length / MOST_PANELS) },
    (_, i) => panels(scatter.slice(i * MOST_PANELS, (i + 1) * MOST_PANELS).flat(), value, y),
  );
}

/** One panel a case, the cut-off along x, all ways. */
function panels(
  rows: readonly Row[],
  value: (comparison: Comparison) => number | null,
  y: Record<string, unknown>,
): string {
  const points = rows.flatMap((row) =>
    WAYS.flatMap((way, i) => {
      const found = value(row[way]);
      return found === null
        ? []
        : [{ case: row.case.replace(", mean ", "\n"), cutoff: row.cutoff, way: NAMES[i], found }];
    })
  );
  return plot({
    height: 280,
    marginTop: 40,
    fx: { label: null, domain: [...new Set(points.map((point) => point.case))] },
    x: { label: "cut-off n →", ticks: [1, 2, 3], inset: 6 },
    y,
    color: colours(NAMES),
    marks: [
      Plot.frame({ strokeOpacity: 0.2 }),
      Plot.ruleY([y.type === "log" ? 1 : 0]),
      Plot.line(points, { fx: "case", x: "cutoff", y: "found", stroke: "way", strokeWidth: 1.5 }),
      Plot.dot(points, { fx: "case", x: "cutoff", y: "found", fill: "way", r: 2.5 }),
    ],
  });
}

function checksOf(row: Row): Check[] {
  const name = `round-trip: ${row.case}, ${row.cutoff} σ`;
  const common = { unit: "", reference: "the original frame", lowerIsBetter: true, tolerance: 0.01 };
  const seeded = "1 %: frames and noise are drawn from a seed and the same everywhere";
  const check = (what: string, value: number | null, slack: number): Check[] =>
    value === null ? [] : [{ ...common, name: `${name}: ${what}`, value, slack, reason: seeded }];
  return [
    {
      ...common,
      ...{ name: `${name}: kept pixels that changed`, value: row.changed, unit: "pixels", limit: 0 },
      reason: "kept pixels are put back bit for bit",
    },
    ...check("bias of the mean", Math.abs(row.ours.mean), 1e-4),
    ...check("bias of the std", Math.abs(row.ours.std), 1e-4),
    ...check("difference of the skewness", Math.abs(row.ours.skewness), 1e-3),
    ...check("χ² per degree of freedom", row.ours.chi2, 0.02),
    ...(["ours", "conditional"] as const).flatMap((way) =>
      (["meanPull", "variancePull"] as const).flatMap((quantity) => {
        const what = `${way === "ours" ? "" : "reference's "}pull of the ${
          quantity === "meanPull" ? "mean" : "variance"
        }`;
        return check(what, row[way][quantity], 0.02)
          // On measured frames clipping and reflections decide too: there the baseline alone.
          .map((one) => row.theory === null ? one : { ...one, limit: MOST_PULL, reason: `${seeded}; limit: chance` });
      })
    ),
  ];
}
