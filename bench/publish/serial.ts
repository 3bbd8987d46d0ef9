/** What sparse → dense costs serial data, as the task published it: quality over the cut-off and over resolution. */
import { colours, escape, legend, Plot, plot } from "../../ts/report/figure.ts";
import type { Figure } from "../../ts/report/page.ts";
import type { Machine } from "../machine.ts";
import { digits } from "./numbers.ts";
import { type Section, type Source, sourced, sourceHtml, table } from "./section.ts";

/** Qualities of merged data, as far as CrystFEL tells them. */
interface Worth {
  /** % */
  readonly rsplit?: number;
  readonly ccHalf?: number;
  /** correlation with the true intensities */
  readonly ccTrue?: number;
}

/** One way to keep the frames: as they were (no way, no cut-off), or sparse and rebuilt. */
interface Variant {
  readonly variant: { readonly name: string; readonly cutoff?: number; readonly way?: string };
  /** part of the frames that is indexed */
  readonly rate: number;
  /** dense bytes over those that are kept */
  readonly ratio: number;
  readonly merged: {
    readonly overall: Worth;
    /** bounds in 1/d, nm⁻¹ */
    readonly shells: readonly (Worth & { readonly from: number; readonly to: number })[];
  };
}

/** bench/results/serial.json, as far as the report shows it. */
export interface SerialFile {
  readonly machine: Machine;
  readonly series: { readonly frames: number };
  readonly missing: Readonly<Record<string, string>>;
  readonly variants: readonly Variant[];
}

export function serialSection({ machine, series, missing, variants }: SerialFile): Section {
  const source = { machine, command: "deno task bench:serial", input: `${series.frames} simulated frames` };
  const absent = Object.entries(missing).map(([name, reason]) =>
    `<p class="bad">missing: ${escape(`${name}: ${reason}`)}</p>`
  );
  return {
    title: "Serial crystallography: sparse and back",
    text: "The same simulated frames as they were, and rebuilt from sparse files, indexed and merged by CrystFEL." +
      `${variantTable(variants)}${absent.join("")}${sourceHtml(source)}`,
    figures: [
      overCutoff(variants, "↑ Rsplit, all shells (%)", ({ merged }) => merged.overall.rsplit, source),
      overCutoff(variants, "↑ frames indexed (%)", ({ rate }) => 100 * rate, source),
      overResolution(variants, source),
    ],
  };
}

function variantTable(variants: readonly Variant[]): string {
  const rows = variants.map(({ variant, rate, ratio, merged: { overall } }) => [
    escape(variant.name),
    `${digits(100 * rate)} %`,
    text(overall.rsplit, 2),
    text(overall.ccHalf, 4),
    text(overall.ccTrue, 4),
    `${digits(ratio)} ×`,
  ]);
  return table(["frames", "indexed", "Rsplit (%)", "CC½", "CC with the truth", "smaller"], rows, 1);
}

function text(value: number | undefined, decimals: number): string {
  return value === undefined ? "–" : value.toFixed(decimals);
}

/** A quality over the cut-off, a line for each way to rebuild; dashed: the frames as they were. */
function overCutoff(
  variants: readonly Variant[],
  label: string,
  of: (one: Variant) => number | undefined,
  source: Source,
): Figure {
  const rows = variants.flatMap((one) => {
    const [value, { cutoff, way }] = [of(one), one.variant];
    return value === undefined || cutoff === undefined || way === undefined ? [] : [{ cutoff, way, value }];
  });
  const originals = variants.filter(({ variant }) => variant.cutoff === undefined).map(of);
  const ways = [...new Set(rows.map(({ way }) => way))];
  const svg = plot({
    height: 260,
    x: { label: "cut-off of the pick (σ) →" },
    y: { label, grid: true },
    color: colours(ways),
    marks: [
      Plot.ruleY(originals.filter((value) => value !== undefined), { stroke: "currentColor", strokeDasharray: "4,3" }),
      Plot.line(rows, { x: "cutoff", y: "value", z: "way", stroke: "way", strokeWidth: 2 }),
      Plot.dot(rows, { x: "cutoff", y: "value", fill: "way", r: 4 }),
    ],
  });
  return sourced(svg, `Rebuilt by ${legend(ways)}; dashed: the frames as they were.`, source);
}

function overResolution(variants: readonly Variant[], source: Source): Figure {
  const rows = variants.flatMap(({ variant: { name }, merged }) =>
    merged.shells.flatMap(({ from, to, rsplit }) => rsplit === undefined ? [] : [{ name, at: (from + to) / 2, rsplit }])
  );
  const names = [...new Set(rows.map(({ name }) => name))];
  const svg = plot({
    height: 300,
    x: { label: "1/d (nm⁻¹) →" },
    y: { label: "↑ Rsplit (%)", grid: true },
    color: colours(names),
    marks: [
      Plot.line(rows, { x: "at", y: "rsplit", z: "name", stroke: "name", strokeWidth: 2 }),
      Plot.dot(rows, { x: "at", y: "rsplit", fill: "name", r: 2.5 }),
    ],
  });
  return sourced(svg, `Rsplit over resolution. ${legend(names)}`, source);
}
