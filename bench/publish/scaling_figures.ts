/** Small multiples: how the stages scale with the frame's size, threads, bins, cycles of clipping, and what is kept. */
import { colours, legend, plain, Plot, plot } from "../../ts/report/figure.ts";
import type { Figure } from "../../ts/report/page.ts";
import type { ScalingPoint } from "../scaling.ts";
import type { Setting, SettingPoint } from "../scaling_settings.ts";
import type { Published } from "./published.ts";
import { megapixels } from "./scaling_plot.ts";
import { contender, speed } from "./scaling_table.ts";
import { type Section, type Source, sourced } from "./section.ts";

const LAYOUT = { height: 280, marginTop: 36, marginLeft: 60 } as const;

/** One dot of a panel. */
interface Dot {
  readonly panel: string;
  readonly series: string;
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

/** How a figure's axes are called and divided. */
interface Axes {
  readonly x: string;
  readonly y: string;
  readonly ticks: readonly number[];
}

export function scalingSection({ scaling, settings }: Published): Section {
  const figures = [
    ...(scaling ? sizesAndThreads(scaling.points, { ...scaling, command: "deno task bench scaling" }) : []),
    ...(settings ? overSettings(settings.points, { ...settings, command: "deno task bench scaling_settings" }) : []),
  ];
  const missing = [
    ...(scaling ? [] : ["over frame sizes and threads: <code>deno task bench scaling</code>"]),
    ...(settings ? [] : ["over bins, cycles and kept pixels: <code>deno task bench scaling_settings</code>"]),
  ];
  const text =
    "Real counts, cut around the beam or repeated to other sizes; one thing is changed at a time. Dots are " +
    "medians, lines through them go from the smallest to the largest round." +
    missing.map((what) => ` Not measured yet ${what}.`).join("");
  return { title: "Scaling", text, figures };
}

function sizesAndThreads(points: readonly ScalingPoint[], source: Source): Figure[] {
  const dots = (series: (point: ScalingPoint) => string, x: (point: ScalingPoint) => number) =>
    points.map((point): Dot => {
      const rate = (ms: number) => point.pixels / (ms * 1e3);
      const { min, max } = point.times;
      return {
        panel: point.stage,
        series: series(point),
        x: x(point),
        y: speed(point),
        low: rate(max),
        high: rate(min),
      };
    });
  const sizes = unique(points.map(({ pixels }) => pixels / 1e6));
  const threads = unique(points.filter(({ engine }) => engine === "native").map((point) => point.threads));
  const bySize = panels(dots(contender, ({ pixels }) => pixels / 1e6), {
    x: "Mpixel a frame →",
    y: "↑ Mpixel/s",
    ticks: sizes.map((size) => Number(size.toPrecision(2))),
  });
  const native = dots(({ pixels }) => megapixels(pixels), (point) => point.threads)
    .filter((_, at) => points[at].engine === "native");
  const byThreads = panels(native, { x: "threads of the native engine →", y: "↑ Mpixel/s", ticks: threads });
  return [
    sourced(bySize.svg, `Speed over the size of the frame. ${legend(bySize.series)}`, source),
    ...(native.length > 0
      ? [sourced(byThreads.svg, `Speed over the number of threads. ${legend(byThreads.series)}`, source)]
      : []),
  ];
}

const SETTINGS: Readonly<Record<Setting, { x: string; caption: string }>> = {
  bins: { x: "bins →", caption: "Time of gather, clip and pick over the number of bins" },
  cycle: {
    x: "most cycles of clipping →",
    caption: "The same over the most cycles of clipping, which ends where nothing is clipped any more",
  },
  cutoffPick: { x: "kept pixels (%) →", caption: "The same over the part of the pixels that is kept" },
};
const STAGES = ["correct", "clip", "pick"] as const;

function overSettings(points: readonly SettingPoint[], source: Source): Figure[] {
  const measured = (Object.keys(SETTINGS) as Setting[]).filter((name) =>
    points.some(({ setting }) => setting === name)
  );
  return measured.map((setting) => {
    const own = points.filter((point) => point.setting === setting);
    const kept = (point: SettingPoint) => Number((100 * point.kept).toPrecision(2));
    const x = (point: SettingPoint) => setting === "cutoffPick" ? kept(point) : point.value;
    const dots = own.flatMap((point) =>
      STAGES.map((stage): Dot => {
        const { median, min, max } = point[stage];
        return { panel: stage, series: contender(point), x: x(point), y: median, low: min, high: max };
      })
    );
    const { svg, series } = panels(dots, { x: SETTINGS[setting].x, y: "↑ ms per frame", ticks: unique(own.map(x)) });
    const cutoffs = setting === "cutoffPick"
      ? ` (cut-offs of ${unique(own.map(({ value }) => value)).join(", ")} σ, the largest keeps least)`
      : "";
    const [{ pixels }] = own;
    return sourced(svg, `${SETTINGS[setting].caption}${cutoffs}; ${megapixels(pixels)}. ${legend(series)}`, source);
  });
}

/** A panel for each stage, side by side, a colour for each series; x in powers. */
function panels(dots: readonly Dot[], { x, y, ticks }: Axes): { svg: string; series: string[] } {
  const series = [...new Set(dots.map((dot) => dot.series))];
  const svg = plot({
    ...LAYOUT,
    fx: { label: null, domain: [...new Set(dots.map(({ panel }) => panel))] },
    x: { label: x, type: "log", ticks: readable(ticks), tickFormat: plain },
    y: { label: y, grid: true, zero: true, tickFormat: plain },
    color: colours(series),
    marks: [
      Plot.ruleX(dots, {
        fx: "panel",
        x: "x",
        y1: "low",
        y2: "high",
        stroke: "series",
        strokeOpacity: 0.5,
        strokeWidth: 2,
      }),
      Plot.line(dots, { fx: "panel", x: "x", y: "y", z: "series", stroke: "series", strokeWidth: 1.5 }),
      Plot.dot(dots, { fx: "panel", x: "x", y: "y", fill: "series" }),
    ],
  });
  return { svg, series };
}

/** Ticks that leave each other room on an axis in powers: those nearer than a part of the whole are left out. */
function readable(ticks: readonly number[]): number[] {
  const sorted = [...ticks].sort((a, b) => a - b);
  const least = Math.pow(sorted[sorted.length - 1] / sorted[0], 0.13);
  return sorted.reduce<number[]>((kept, tick) => {
    const last = kept.at(-1);
    return last === undefined || tick / last >= least ? [...kept, tick] : kept;
  }, []);
}

function unique(values: readonly number[]): number[] {
  return [...new Set(values)];
}
