/** Error models and clipping on simulated frames, whose standard deviation is known. */
import type { Check } from "../checks.ts";
import { colours, legend, plain, Plot, plot, powerOfTen } from "../../ts/report/figure.ts";
import type { Figure } from "../../ts/report/page.ts";
import type { Context, Section, Study } from "../section.ts";

interface Uncertainty {
  readonly rows: readonly {
    /** mm */
    readonly radius: number;
    readonly truth: number;
    readonly azimuthal: number;
    readonly poisson: number;
    readonly semTruth: number;
    readonly semAzimuthal: number;
    readonly semPoisson: number;
  }[];
  /** root mean square of deviations in units of their standard error */
  readonly pull: { readonly mean: number; readonly azimuthal: number };
  /** root mean square of std/truth − 1 of the Poisson model, above 5 photons a pixel and below 0.1 */
  readonly poisson: { readonly bright: number; readonly dark: number };
}

interface Moments {
  readonly mean: number;
  readonly std: number;
  readonly count: number;
}

interface Clipping {
  readonly ring: {
    readonly counts: readonly number[];
    readonly low: number;
    readonly high: number;
    readonly before: Moments;
    readonly after: Moments;
    /** expected counts */
    readonly truth: number;
  };
  readonly emptied: readonly { photons: number; model: string; emptied: number; starved: number }[];
  readonly cycles: readonly { model: string; cycle: number; changed: number }[];
  readonly cutoffs: readonly { frames: string; cutoff: number; mean: number; std: number; dropped: number }[];
}

const TITLE = "Error models and clipping";
const MODELS = ["azimuthal", "poisson", "hybrid"];
const SEEDED = "1 %: frames are simulated from a seed and the same everywhere";

async function run({ quick, numbers, perturb }: Context): Promise<Section> {
  const words = [...(quick ? ["quick"] : []), ...(perturb ? [`perturb=${perturb}`] : [])];
  const uncertainty = await numbers<Uncertainty>("uncertainty", ...words);
  const clipping = await numbers<Clipping>("clipping", ...words);
  return {
    title: TITLE,
    text: `Simulated Pilatus 6M frames: Poisson counts of a known background, and for clipping the reflections of a ` +
      `crystal. The Poisson model takes max(1, counts) for the variance of a pixel, as pyFAI does: far below one photon ` +
      `a pixel it says 1. Two pixels of 1 and 199 are 1 σ apart from their mean under the azimuthal model and 10 σ under ` +
      `Poisson: strong peaks empty the bins of the latter. Hybrid clips with the one and tells the std of the other.`,
    figures: [
      ...uncertainties(uncertainty),
      ring(clipping.ring),
      emptied(clipping.emptied),
      cycles(clipping.cycles),
      ...cutoffs(clipping.cutoffs),
    ],
    checks: checksOf(uncertainty, clipping),
    skipped: [],
    data: { uncertainty, clipping: { ...clipping, ring: { ...clipping.ring, counts: undefined } } },
  };
}

export const errorModels: Study = { name: "error-models", title: TITLE, run };

function uncertainties({ rows }: Uncertainty): Figure[] {
  const names = ["truth", "azimuthal", "poisson"];
  return (["", "sem"] as const).map((of) => {
    const keys = of ? ["semTruth", "semAzimuthal", "semPoisson"] as const : ["truth", "azimuthal", "poisson"] as const;
    const points = keys.flatMap((key, i) => rows.map((row) => ({ model: names[i], r: row.radius, value: row[key] })));
    return {
      svg: plot({
        x: { label: "radius (mm) →" },
        y: { type: "log", label: `↑ ${of || "std of one pixel"} (photons)`, grid: true, ticks: 5, tickFormat: plain },
        color: colours(names),
        marks: [
          Plot.dot(points.filter(({ model, value }) => model !== "truth" && value > 0), {
            ...{ x: "r", y: "value", stroke: "model", r: 1.5 },
          }),
          Plot.line(points.filter(({ model }) => model === "truth"), {
            x: "r",
            y: "value",
            stroke: "model",
            strokeWidth: 2,
          }),
        ],
      }),
      caption:
        `${of ? "Uncertainty of the ring's mean" : "Uncertainty of one pixel"} over the radius under both models, ` +
        `and the true one. ${legend(names)}`,
    };
  });
}

function ring({ counts, low, high, before, after, truth }: Clipping["ring"]): Figure {
  const names = ["before clipping", "after clipping"];
  const top = Math.ceil(before.mean + 8 * before.std);
  const kept = counts.filter((count) => count >= low && count <= high);
  const histogram = (of: readonly number[], name: string) =>
    [...Map.groupBy(of, (count) => Math.min(count, top))].map(([count, same]) => ({
      count,
      pixels: same.length,
      name,
    }));
  const gaussian = ({ mean, std, count: n }: Moments, name: string) =>
    Array.from({ length: 200 }, (_, i) => i * top / 199).map((count) => ({
      ...{ count, name },
      pixels: n * Math.exp(-(((count - mean) / std) ** 2) / 2) / (std * Math.sqrt(2 * Math.PI)),
    }));
  const dots = [...histogram(counts, names[0]), ...histogram(kept, names[1])];
  const lines = [...gaussian(before, names[0]), ...gaussian(after, names[1])].filter(({ pixels }) => pixels > 0.3);
  return {
    svg: plot({
      x: { label: "counts of a pixel →" },
      y: { type: "log", label: "↑ pixels of the ring", grid: true, domain: [0.5, counts.length] },
      color: colours(names),
      marks: [
        Plot.ruleX([low, high].filter((edge) => edge > 0), { strokeDasharray: "4,3" }),
        Plot.line(lines, { x: "count", y: "pixels", stroke: "name" }),
        Plot.dot(dots, { x: "count", y: "pixels", stroke: "name", r: 3 }),
      ],
    }),
    caption:
      `Counts in one ring of a frame with strong reflections, with the normal distributions of their moments; dashed: ` +
      `where clipping ends; the last dot holds all larger counts. Expected ${truth.toFixed(2)} photons, mean before ` +
      `${before.mean.toFixed(2)}, after ${after.mean.toFixed(2)}. ${legend(names)}`,
  };
}

function emptied(rows: Clipping["emptied"]): Figure {
  return {
    svg: plot({
      x: { type: "log", label: "photons of a typical reflection →", ticks: 5, tickFormat: powerOfTen },
      y: { label: "↑ bins of 800 that lost nine tenths of their pixels", grid: true },
      color: colours(MODELS),
      marks: [
        Plot.line(rows, { x: "photons", y: "starved", stroke: "model", strokeWidth: 2 }),
        Plot.dot(rows, { x: "photons", y: "starved", fill: "model" }),
        Plot.line(rows, { x: "photons", y: "emptied", stroke: "model", strokeDasharray: "4,3" }),
      ],
    }),
    caption: `Bins that clipping starves (lines) and empties (dashed). Azimuthal and hybrid lie on the axis. ${
      legend(MODELS)
    }`,
  };
}

function cycles(rows: Clipping["cycles"]): Figure {
  return {
    svg: plot({
      x: { label: "cycle →", ticks: 10 },
      y: { label: "↑ part of the bins that still drop pixels", grid: true, percent: true },
      color: colours(MODELS),
      marks: [
        Plot.line(rows, { x: "cycle", y: "changed", stroke: "model", strokeWidth: 2 }),
        Plot.dot(rows, { x: "cycle", y: "changed", fill: "model" }),
      ],
    }),
    caption: `Cycles that clipping needs, on a frame with reflections (%). Hybrid clips as azimuthal does. ${
      legend(MODELS)
    }`,
  };
}

function cutoffs(rows: Clipping["cutoffs"]): Figure[] {
  const names = ["no peaks", "strong peaks"];
  const label = (cutoff: number) => cutoff === 0 ? "Chauvenet" : `${cutoff} σ`;
  const domain = [...new Set(rows.map(({ cutoff }) => label(cutoff)))];
  return (["mean", "std"] as const).map((quantity) => ({
    svg: plot({
      height: 260,
      x: { type: "point", domain, label: "cut-off; Chauvenet's depends on the number of pixels →" },
      y: { label: `↑ bias of the ${quantity} (%)`, grid: true, percent: true },
      color: colours(names),
      marks: [
        Plot.ruleY([0]),
        Plot.line(rows, { x: (row) => label(row.cutoff), y: quantity, stroke: "frames", strokeWidth: 2 }),
        Plot.dot(rows, { x: (row) => label(row.cutoff), y: quantity, fill: "frames" }),
      ],
    }),
    caption:
      `Bias of the clipped ${quantity} against the truth, averaged over the pixels. Counts are skewed, so that ` +
      `dropping the highest lowers the mean even without peaks. ${legend(names)}`,
  }));
}

function checksOf({ pull, poisson }: Uncertainty, { ring, emptied, cycles, cutoffs }: Clipping): Check[] {
  const check = (name: string, value: number, rest: Partial<Check>): Check => ({
    ...{ name: `error-models: ${name}`, value, unit: "", reference: "expected counts of the simulation" },
    ...{ lowerIsBetter: true, tolerance: 0.01, reason: SEEDED },
    ...rest,
  });
  const strongest = Math.max(...emptied.map(({ photons }) => photons));
  const starved = (model: string) => emptied.find((row) => row.model === model && row.photons === strongest)!.starved;
  const late = Math.max(...cycles.filter(({ cycle }) => cycle > 5).map(({ changed }) => changed));
  const biases = cutoffs.filter(({ cutoff }) => cutoff === 0);
  const honest = `${SEEDED}; limit: the pull of 800 bins is 1 ± 0.03`;
  return [
    check("pull of the mean by its azimuthal sem", pull.mean, { limit: 1.15, reason: honest }),
    check("pull of the azimuthal variance", pull.azimuthal, { limit: 1.15, reason: honest }),
    check("Poisson std against truth above 5 photons a pixel", poisson.bright, {
      ...{ limit: 0.02, reason: `${SEEDED}; limit: counting statistics of the rings` },
    }),
    check("bins starved by azimuthal clipping, strongest reflections", starved("azimuthal"), {
      unit: "bins",
      limit: 0,
    }),
    check("bins starved by hybrid clipping, strongest reflections", starved("hybrid"), { unit: "bins", limit: 0 }),
    check("bins starved by Poisson clipping, strongest reflections", starved("poisson"), {
      ...{
        unit: "bins",
        lowerIsBetter: false,
        limit: 1,
        reason: `${SEEDED}; limit: the pathology must be seen at all`,
      },
    }),
    check("part of the bins that need more than 5 cycles", late, { slack: 0.002 }),
    check("error of a clipped ring's mean", Math.abs(ring.after.mean / ring.truth - 1), { slack: 0.001 }),
    ...biases.flatMap(({ frames, mean, std }) => [
      check(`bias of the mean with Chauvenet's cut-off, ${frames}`, Math.abs(mean), { slack: 1e-4 }),
      check(`bias of the std with Chauvenet's cut-off, ${frames}`, Math.abs(std), { slack: 1e-4 }),
    ]),
  ];
}
