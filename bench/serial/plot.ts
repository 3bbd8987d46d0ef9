/** The figure of the serial data: quality over resolution above, over the cut-off below. */
import { COLOURS, Plot, sideBySide, svg } from "../../ts/report/plot.ts";
import type { ShellWorth, Worth } from "./merge.ts";
import type { Variant, Way } from "./variants.ts";

/** What is drawn of a variant. */
export interface Drawn {
  readonly variant: Variant;
  /** part of all frames */
  readonly rate: number;
  /** dense bytes over sparse ones; 1 for the original */
  readonly ratio: number;
  readonly merged: { readonly overall: Worth; readonly shells: readonly ShellWorth[] };
}

const [WIDTH, HEIGHT] = [400, 290];
const LAYOUT = { width: WIDTH, height: HEIGHT, marginLeft: 50, marginRight: 24, marginTop: 44, marginBottom: 38 };
const WAYS = ["braggsieve", "densify_Bragg"] as const;
const COLOUR: Record<Way, string> = { braggsieve: COLOURS.clipped, densify_Bragg: COLOURS.raw };
/** Original frames: a grey that is seen on white and on black. */
const GREY = "#777777";

/** SVG text of both rows. */
export function serialPlot(all: readonly Drawn[]): string {
  const [rows, width] = [2, 3 * WIDTH];
  const shells = [
    overResolution(all, "rsplit", "↑ Rsplit (%)"),
    overResolution(all, "ccHalf", "↑ CC½"),
    overResolution(all, "ccTrue", "↑ CC with the true intensities"),
  ];
  const cutoffs = [
    overCutoff(all, "↑ Rsplit, all shells (%)", ({ merged }) => merged.overall.rsplit),
    overCutoff(all, "↑ frames indexed (%)", ({ rate }) => 100 * rate),
    // Both ways rebuild the same sparse files.
    overCutoff(
      all.filter(({ variant }) => variant.way !== "densify_Bragg"),
      "↑ compression of the sparse file against dense bitshuffle-LZ4",
      ({ ratio }) => ratio,
    ),
  ];
  const placed = [shells, cutoffs].map((row, i) =>
    sideBySide(row, WIDTH, HEIGHT).replace("<svg", `<svg y="${i * HEIGHT}"`).trimEnd()
  );
  const size = `width="${width}" height="${rows * HEIGHT}" style="background:#fff;color:#1b1b1e"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${placed.join("")}</svg>\n`;
}

/** A quality over resolution: the original's, and each way's at the mildest and at the hardest cut-off. */
function overResolution(all: readonly Drawn[], key: keyof Worth, label: string): string {
  const cutoffs = all.flatMap(({ variant: { cutoff } }) => cutoff ?? []);
  const [least, most] = [Math.min(...cutoffs), Math.max(...cutoffs)];
  const shown = all.filter(({ variant: { cutoff } }) => cutoff === undefined || cutoff === least || cutoff === most);
  const rows = shown.flatMap(({ variant: { name, cutoff, way }, merged }) =>
    merged.shells.flatMap(({ from, to, [key]: value }) =>
      value === undefined
        ? []
        : [{ name, at: (from + to) / 2, value, colour: way ? COLOUR[way] : GREY, mild: cutoff === least }]
    )
  );
  const lines = (mild: boolean) =>
    Plot.line(rows.filter((row) => row.mild === mild), {
      x: "at",
      y: "value",
      z: "name",
      stroke: "colour",
      strokeWidth: 2,
      ...(mild ? { strokeDasharray: "4,3" } : {}),
    });
  return svg({
    ...LAYOUT,
    x: { label: "1/d (nm⁻¹) →" },
    y: { label, grid: true },
    marks: [lines(false), lines(true), ...legend(all, `dashed ${least} σ, solid ${most} σ`)],
  });
}

function overCutoff(all: readonly Drawn[], label: string, of: (one: Drawn) => number | undefined): string {
  const rows = all.flatMap((one) => {
    const [value, { cutoff, way }] = [of(one), one.variant];
    return value === undefined || cutoff === undefined || way === undefined ? [] : [{ cutoff, way, value }];
  });
  const original = all.filter(({ variant }) => variant.way === undefined).map(of);
  const marks = { x: "cutoff", y: "value" } as const;
  return svg({
    ...LAYOUT,
    x: { label: "cut-off of the pick (σ) →", ticks: [...new Set(rows.map(({ cutoff }) => cutoff))] },
    y: { label, grid: true },
    marks: [
      Plot.ruleY(original.filter((value) => value !== undefined), { stroke: GREY, strokeWidth: 2 }),
      ...WAYS.flatMap((way) => {
        const own = rows.filter((row) => row.way === way);
        return [
          Plot.line(own, { ...marks, stroke: COLOUR[way], strokeWidth: 2 }),
          Plot.dot(own, { ...marks, fill: COLOUR[way] }),
        ];
      }),
      ...legend(all),
    ],
  });
}

/** Names of the ways in their colours, between the axis's label and the panel. */
function legend(all: readonly Drawn[], note?: string): Plot.Markish[] {
  const there = WAYS.filter((way) => all.some(({ variant }) => variant.way === way));
  const words = [
    { text: "original", colour: GREY, at: 0 },
    ...there.map((way) => ({ text: way, colour: COLOUR[way], at: way === "braggsieve" ? 52 : 118 })),
    ...(note ? [{ text: note, colour: GREY, at: 206 }] : []),
  ];
  return words.map(({ text, colour, at }) =>
    Plot.text([text], { frameAnchor: "top-left", fill: colour, dx: at, dy: -16, textAnchor: "start" })
  );
}
