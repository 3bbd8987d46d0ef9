/** Peaks against the spots that were simulated, ours and those of CrystFEL's peakfinder8 on the same frames. */
import { join } from "node:path";
import { simulate } from "../../ts/pipeline/simulate.ts";
import type { Check } from "../checks.ts";
import { indexamajig, PEAKFINDER8, peakLines } from "../crystfel.ts";
import { colours, legend, plain, Plot, plot } from "../../ts/report/figure.ts";
import type { Figure } from "../../ts/report/page.ts";
import { type Context, isSkip, type Section, type Study, unlessAbsent } from "../section.ts";

/** Spots of a class of photons and a resolution shell, and how they were found. */
interface Row {
  readonly way: string;
  readonly shell: string;
  /** expected photons, from and to */
  readonly low: number;
  readonly high: number;
  readonly spots: number;
  readonly found: number;
  /** root mean square distance of peak and spot, pixels; length of the mean distance; both null without peaks */
  readonly centroid: number | null;
  readonly offset: number | null;
  /** sum of found intensities over expected ones − 1 */
  readonly bias: number | null;
}

interface Numbers {
  readonly rows: readonly Row[];
  /** all peaks, and those on a spot of at least one photon */
  readonly lists: readonly { way: string; peaks: number; onSpots: number }[];
  readonly roundTrips: readonly { cutoff: number; before: number; lost: number; false: number }[];
  readonly shells: readonly string[];
}

const TITLE = "Peaks against truth";
/** Spots of so many photons or more must be found by anybody. */
const STRONG = 320;

async function run({ quick, folder, numbers, perturb }: Context): Promise<Section> {
  const words = [...(quick ? ["quick"] : []), ...(perturb ? [`perturb=${perturb}`] : [])];
  const foreign = await unlessAbsent("peaks: peakfinder8", async () => {
    const { frames, settings } = await numbers<{ frames: number; settings: Record<string, number> }>(
      "peak-settings",
      ...words,
    );
    const [stack, list] = [join(folder, "peaks.h5"), join(folder, "peaks.txt")];
    await simulate({ output: stack, frames, settings });
    const options = [...PEAKFINDER8, "--threshold=6", "--min-snr=5", "--indexing=none"];
    const found = await indexamajig(folder, "peakfinder8", stack, join(folder, "peaks.geom"), options);
    await Deno.writeTextFile(list, peakLines(found));
    return list;
  });
  const more = isSkip(foreign) ? [] : [`foreign=${foreign}`];
  const found = await numbers<Numbers>("peaks", ...words, ...more);
  const { lists, rows, roundTrips } = found;
  const told = lists.map(({ way, peaks, onSpots }) =>
    `${way}: ${peaks} peaks, ${(100 * onSpots / peaks).toFixed(2)} % of them on a spot`
  );
  return {
    title: TITLE,
    text:
      `Simulated frames with every spot known; spots that are whole on the detector and 6 pixels from stronger ones ` +
      `are judged. Ours: 3 σ, 4 pixels of 5 × 5. CrystFEL's peakfinder8: signal to noise 5, 3 pixels, threshold 6. ` +
      `${
        told.join("; ")
      }. The intensity of faint spots is biased upwards for whoever finds only those that fluctuated up.`,
    figures: [...over(found), ...shells(found), trips(roundTrips)],
    checks: [...rows.flatMap(checksOf), ...lists.map(precision), ...roundTrips.flatMap(tripChecks)],
    skipped: isSkip(foreign) ? [foreign] : [],
    data: found,
  };
}

export const peaks: Study = { name: "peaks", title: TITLE, run };

const middle = ({ low, high }: Row) => Math.sqrt(low * high);
const QUANTITIES = [
  { key: "recall", label: "recall (%)", percent: true, of: (row: Row) => row.found / row.spots },
  {
    key: "centroid",
    label: "distance of peak and spot, root mean square (pixels)",
    percent: false,
    of: (row: Row) => row.centroid,
  },
  { key: "bias", label: "bias of the intensity (%)", percent: true, of: (row: Row) => row.bias },
] as const;

function over({ rows, lists }: Numbers): Figure[] {
  const ways = lists.map(({ way }) => way);
  return QUANTITIES.map(({ label, percent, of }) => {
    const points = rows.filter(({ shell }) => shell === "all").flatMap((row) => {
      const value = of(row);
      return value === null ? [] : [{ way: row.way, photons: middle(row), value }];
    });
    return {
      svg: plot({
        height: 280,
        x: {
          type: "log",
          domain: [5, 5000],
          label: "expected photons of the spot →",
          ticks: [5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000],
          tickFormat: plain,
        },
        y: { label: `↑ ${label}`, percent, grid: true },
        color: colours(ways),
        marks: [
          Plot.ruleY([0]),
          Plot.line(points, { x: "photons", y: "value", stroke: "way", strokeWidth: 2 }),
          Plot.dot(points, { x: "photons", y: "value", fill: "way" }),
        ],
      }),
      caption: `${label}, all resolutions. ${legend(ways)}`,
    };
  });
}

function shells({ rows, lists, shells }: Numbers): Figure[] {
  const ways = lists.map(({ way }) => way);
  return QUANTITIES.map(({ label, percent, of }) => {
    const points = rows.filter(({ shell }) => shell !== "all").flatMap((row) => {
      const value = of(row);
      return value === null ? [] : [{ way: row.way, shell: row.shell, photons: middle(row), value }];
    });
    return {
      svg: plot({
        height: 260,
        fx: { domain: shells, label: null },
        x: {
          type: "log",
          domain: [5, 5000],
          label: "expected photons of the spot →",
          ticks: [10, 100, 1000],
          tickFormat: plain,
        },
        y: { label: `↑ ${label}`, percent, grid: true },
        color: colours(ways),
        marks: [
          Plot.frame({ strokeOpacity: 0.2 }),
          Plot.line(points, { fx: "shell", x: "photons", y: "value", stroke: "way" }),
          Plot.dot(points, { fx: "shell", x: "photons", y: "value", fill: "way", r: 2.5 }),
        ],
      }),
      caption: `${label}, by resolution shell. ${legend(ways)}`,
    };
  });
}

function trips(rows: Numbers["roundTrips"]): Figure {
  const names = ["lost", "false"];
  const points = rows.flatMap((row) =>
    (["lost", "false"] as const).map((what) => ({ what, cutoff: row.cutoff, part: row[what] / row.before }))
  );
  return {
    svg: plot({
      height: 240,
      x: { label: "cut-off of the sparse file, σ →", ticks: [0.8, 1, 1.4, 2, 3] },
      y: { label: "↑ part of the peaks (%)", percent: true, grid: true, zero: true },
      color: colours(names),
      marks: [
        Plot.line(points, { x: "cutoff", y: "part", stroke: "what", strokeWidth: 2 }),
        Plot.dot(points, { x: "cutoff", y: "part", fill: "what" }),
      ],
    }),
    caption: `Peaks that a round trip through a sparse file loses and makes. ${legend(names)}`,
  };
}

const COMMON = {
  ...{ unit: "", reference: "simulated spots", tolerance: 0.01 },
  reason: "1 % and a spot or two: frames are simulated from a seed, but peakfinder8's build may differ",
} as const;

function checksOf(row: Row): Check[] {
  const { way, shell, low, high, spots, found, centroid, offset, bias } = row;
  const name = `peaks: ${way}, ${shell}, ${low} to ${high} photons`;
  const recall: Check = {
    ...{ ...COMMON, name: `${name}: recall`, value: found / spots, lowerIsBetter: false, slack: 1.5 / spots },
    ...(way === "ours" && low >= STRONG && shell === "all" ? { limit: 0.98 } : {}),
  };
  if (shell !== "all" || centroid === null || offset === null || bias === null || found < 10) return [recall];
  return [
    recall,
    { ...COMMON, name: `${name}: distance`, value: centroid, unit: "pixels", lowerIsBetter: true, slack: 0.01 },
    { ...COMMON, name: `${name}: mean offset`, value: offset, unit: "pixels", lowerIsBetter: true, slack: 0.01 },
    { ...COMMON, name: `${name}: bias of the intensity`, value: Math.abs(bias), lowerIsBetter: true, slack: 0.01 },
  ];
}

function precision({ way, peaks, onSpots }: Numbers["lists"][number]): Check {
  return { ...COMMON, name: `peaks: ${way}: precision`, value: onSpots / peaks, lowerIsBetter: false, slack: 0.005 };
}

function tripChecks({ cutoff, before, lost, false: made }: Numbers["roundTrips"][number]): Check[] {
  const common = { ...COMMON, unit: "", lowerIsBetter: true, slack: 1.5 / before, reference: "peaks of the original" };
  return [
    { ...common, name: `peaks: round trip at ${cutoff} σ: lost`, value: lost / before },
    { ...common, name: `peaks: round trip at ${cutoff} σ: false`, value: made / before },
  ];
}
