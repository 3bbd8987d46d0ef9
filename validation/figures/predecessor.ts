/** The method's predecessor (polar rebinning, then a median or quantiles along the azimuth) beside sigma clipping. */
import type { Check } from "../checks.ts";
import { colours, legend, Plot, plot } from "../../ts/report/figure.ts";
import type { Context, Section, Study } from "../section.ts";

/** One way to a background. */
interface Way {
  readonly way: string;
  /** a frame, one thread for the predecessor, all for clipping */
  readonly ms: number;
  /** mean over truth − 1, averaged over the rings */
  readonly bias: number;
  /** std over the true one */
  readonly std: number;
  /** root mean square of what the curve jumps from bin to bin beside the truth, photons */
  readonly jump: number;
  readonly mean: readonly number[];
  readonly curveStd: readonly number[];
}

interface Numbers {
  readonly ways: readonly Way[];
  readonly radius: readonly number[];
  readonly truth: readonly number[];
  /** cells of a ring */
  readonly azimuthal: number;
  readonly pixels: number;
}

const TITLE = "The predecessor: polar rebinning and a median";
/** Rings that a figure shows: few enough to see jumps. */
const [FIRST, LAST] = [150, 300];

async function run({ quick, numbers, perturb }: Context): Promise<Section> {
  const words = [...(quick ? ["quick"] : []), ...(perturb ? [`perturb=${perturb}`] : [])];
  const found = await numbers<Numbers>("predecessor", ...words);
  const { ways, radius, truth, azimuthal, pixels } = found;
  const names = ways.map(({ way }) => way);
  const part = (values: readonly number[], name: string) =>
    values.slice(FIRST, LAST).map((value, i) => ({ name, r: radius[FIRST + i], value, truth: truth[FIRST + i] }));
  const means = ways.flatMap(({ way, mean }) => part(mean, way));
  const stds = ways.flatMap(({ way, curveStd }) => part(curveStd, way));
  const bars = (quantity: "ms" | "jump" | "std", label: string) =>
    plot({
      height: 190,
      marginLeft: 220,
      x: { label, grid: true, insetRight: 50 },
      y: { label: null, domain: names },
      color: colours(names),
      marks: [
        Plot.barX(ways, { x: quantity, y: "way", fill: "way" }),
        Plot.text(ways, {
          ...{ x: quantity, y: "way", dx: 4, textAnchor: "start" },
          text: (way: Way) => way[quantity].toPrecision(3),
        }),
      ],
    });
  return {
    title: TITLE,
    text:
      `A frame with reflections (${(pixels / 1e6).toFixed(1)} Mpixel, ${radius.length} rings, ${azimuthal} cells a ` +
      `ring). Four drawbacks: cells mix pixels, so that their scatter is not a pixel's (first bars); splitting pixels ` +
      `over cells blurs more; without splitting the curve jumps from bin to bin, since a median of counts is nearly an ` +
      `integer (second bars, curve); every ring of every frame is sorted (third bars).`,
    figures: [
      {
        svg: bars("std", "std over the true std of a pixel →"),
        caption: "Scatter as told, in parts of the truth: 1 is right.",
      },
      { svg: bars("jump", "jumps of the curve (photons) →"), caption: "Jumps from bin to bin, root mean square." },
      { svg: bars("ms", "ms per frame →"), caption: "Time per frame on this machine; clipping includes the gather." },
      {
        svg: plot({
          x: { label: "radius (mm) →" },
          y: { label: "↑ background (photons)", grid: true },
          color: colours(names),
          marks: [
            Plot.line(means, { x: "r", y: "value", stroke: "name", strokeOpacity: 0.8 }),
            Plot.line(part(truth, "truth"), { x: "r", y: "value", strokeDasharray: "4,3" }),
          ],
        }),
        caption: `The background by each way, and the truth (dashed). ${legend(names)}`,
      },
      {
        svg: plot({
          x: { label: "radius (mm) →" },
          y: { label: "↑ std of one pixel (photons)", grid: true, zero: true },
          color: colours(names),
          marks: [
            Plot.line(stds, { x: "r", y: "value", stroke: "name", strokeOpacity: 0.8 }),
            Plot.line(part(truth.map(Math.sqrt), "truth"), { x: "r", y: "value", strokeDasharray: "4,3" }),
          ],
        }),
        caption: `The scatter by each way, and the truth (dashed). ${legend(names)}`,
      },
    ],
    checks: ways.flatMap(checksOf),
    skipped: [],
    data: found,
  };
}

export const predecessor: Study = { name: "predecessor", title: TITLE, run };

function checksOf({ way, bias, std, jump }: Way): Check[] {
  const common = {
    ...{ unit: "", reference: "expected counts of the simulation", lowerIsBetter: true, tolerance: 0.01 },
    reason: "1 %: the frame is simulated from a seed and the same everywhere",
  };
  return [
    { ...common, name: `predecessor: ${way}: bias of the mean`, value: Math.abs(bias) },
    { ...common, name: `predecessor: ${way}: error of the std`, value: Math.abs(std - 1) },
    { ...common, name: `predecessor: ${way}: jumps`, value: jump, unit: "photons" },
  ];
}
