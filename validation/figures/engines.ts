/** What the engines make of the hard sets, laid out as frames: a column is a bin. */
import { DEFAULT_SETTINGS, type PlanInput, type Profile } from "../../ts/engine/engine.ts";
import type { Check } from "../checks.ts";
import { perturbed, withEngines } from "../engines.ts";
import { colours, legend, Plot, plot, powerOfTen } from "../../ts/report/figure.ts";
import type { Context, Section, Study } from "../section.ts";

const QUANTITIES = ["mean", "std", "sem"] as const;

/** A hard set and what exact arithmetic says of it. */
interface Column extends Readonly<Record<(typeof QUANTITIES)[number], number>> {
  readonly set: string;
  readonly size: number;
  readonly condition: number | null;
}

/** The sets whose norms are alike, as `core-rs/validation/src/hard_frame.rs` writes them. */
interface HardFrame {
  readonly kind: string;
  readonly file: string;
  readonly rows: number;
  readonly columns: readonly Column[];
}

/** One column by one engine. */
interface Point extends Readonly<Record<(typeof QUANTITIES)[number], number>> {
  readonly way: string;
  readonly kind: string;
  readonly set: string;
  readonly size: number;
  readonly condition: number | null;
}

const TITLE = "Engines on hard data";
const FLOOR = 1e-17;

async function run(context: Context): Promise<Section> {
  const words = context.quick ? ["quick"] : [];
  const study = await context.numbers<{ pixel: [number, number]; frames: HardFrame[] }>(
    "hard-frames",
    `folder=${context.folder}`,
    ...words,
  );
  const inputs: [HardFrame, PlanInput, Uint8Array][] = [];
  for (const frame of study.frames) inputs.push([frame, ...await inputOf(context.folder, study.pixel, frame)]);
  const points: Point[] = [];
  const skipped = await withEngines("engines: ", context.engines, (engine) => {
    for (const [frame, input, bytes] of inputs) {
      for (const [path, more] of [["", {}], [", f64 path", { dark: new Float32Array(bytes.length / 4) }]] as const) {
        const plan = engine.plan({ ...input, ...more });
        plan.load({ encoding: "raw", bytes });
        const profile = perturbed(plan.integrate(), context, engine.name, frame.columns.length - 1, 2 ** -40);
        points.push(...frame.columns.map((column, bin) => point(engine.name + path, frame.kind, column, profile, bin)));
        plan.close();
      }
    }
  });
  const ways = [...new Set(points.map(({ way }) => way))];
  const figure = (quantity: (typeof QUANTITIES)[number]) => ({
    svg: plot({
      height: 300,
      fx: { domain: study.frames.map(({ kind }) => kind), label: null },
      x: {
        type: "log",
        label: "condition number κ →",
        ticks: 5,
        tickFormat: powerOfTen,
        insetLeft: 14,
        insetRight: 14,
      },
      y: { type: "log", label: `↑ relative error of ${quantity}`, grid: true, ticks: 6, tickFormat: powerOfTen },
      color: colours(ways),
      marks: [
        Plot.frame({ strokeOpacity: 0.2 }),
        Plot.dot(points.filter(({ condition }) => condition !== null), {
          ...{ fx: "kind", stroke: "way", r: 2.5, strokeOpacity: 0.8 },
          // Side by side where they would hide each other.
          x: (one: Point) => one.condition! * 1.25 ** (ways.indexOf(one.way) - ways.length / 2),
          y: (one: Point) => Math.max(one[quantity], FLOOR),
        }),
      ],
    }),
    caption:
      `Relative error of ${quantity} over the condition number, one dot a bin, the engines side by side; errors of 0 are drawn at 10⁻¹⁷. ` +
      legend(ways),
  });
  return {
    title: TITLE,
    text:
      `The hard sets of the reductions as int32 frames with their norms as flat field, integrated by every engine ` +
      `through its public interface; the f64 path is the one that dark-subtracted frames take. Errors are those of the ` +
      `doubles that users get: one of 1.1·10⁻¹⁶ is a rounding.`,
    figures: QUANTITIES.map(figure),
    checks: checksOf(points),
    skipped,
    data: points,
  };
}

export const engines: Study = { name: "engines", title: TITLE, run };

async function inputOf(
  folder: string,
  [pixel2, pixel1]: readonly [number, number],
  { file, rows, columns }: HardFrame,
): Promise<[PlanInput, Uint8Array]> {
  const read = (name: string) => Deno.readFile(`${folder}/${file}.${name}`);
  const norm = new Float32Array((await read("norm")).buffer);
  const equal = norm.every((w) => w === 1);
  const geometry = { distance: 1, poni1: 0, poni2: 0, rot1: 0, rot2: 0, rot3: 0, pixel1, pixel2 };
  return [{
    geometry: { ...geometry, orientation: 3 },
    shape: [rows, columns.length],
    type: "int32",
    mask: await read("mask"),
    ...(equal ? {} : { flat: norm }),
    settings: { ...DEFAULT_SETTINGS, bins: columns.length },
  }, await read("signal")];
}

function point(way: string, kind: string, column: Column, profile: Profile, bin: number): Point {
  const { set, size, condition } = column;
  if (profile.count[bin] !== size) throw new Error(`${way}: bin ${bin} has ${profile.count[bin]} pixels, not ${size}`);
  // That of the mean in parts of its uncertainty where it is near 0; without scatter in parts of the mean.
  const scale = { mean: Math.max(Math.abs(column.mean), column.sem), std: column.std, sem: column.sem };
  const error = (quantity: (typeof QUANTITIES)[number]) => {
    const off = Math.abs(profile[quantity][bin] - column[quantity]);
    return off === 0 ? 0 : off / (scale[quantity] || Math.abs(column.mean));
  };
  return { way, kind, set, size, condition, mean: error("mean"), std: error("std"), sem: error("sem") };
}

function checksOf(points: readonly Point[]): Check[] {
  return [...Map.groupBy(points, ({ way, kind }) => `${way}, ${kind}`)].flatMap(([name, group]) =>
    QUANTITIES.map((quantity) => ({
      name: `engines: ${name}: largest error of ${quantity}`,
      value: Math.max(...group.map((one) => one[quantity])),
      unit: "",
      reference: "exact rational arithmetic, rounded to a double",
      lowerIsBetter: true,
      ...promise(group, quantity),
      tolerance: 0.01,
      slack: 2 ** -52,
    }))
  );
}

function promise(group: readonly Point[], quantity: (typeof QUANTITIES)[number]): Pick<Check, "limit" | "reason"> {
  const [{ way, kind }] = group;
  const worst = Math.max(1, ...group.map(({ condition }) => condition ?? 1));
  const size = Math.max(...group.map((one) => one.size));
  const same = "1 % and two roundings: engines have the same bits on all machines";
  const float = (way.includes("f64") && kind === "norms of 1") || kind === "norms over four decades";
  if (float) {
    const limit = size * 2 ** -52 * (quantity === "mean" ? 1 : 1 + worst);
    return { limit, reason: `${same}; limit: n roundings, of the mean κ-fold` };
  }
  if (kind === "norms of 1") {
    const limit = quantity === "mean" ? 2 ** -52 : 2 ** -51 + 2 ** -100 * worst ** 2;
    return { limit, reason: `${same}; limit: exact sums, VV to 2⁻¹⁰⁰ of Σs²` };
  }
  const limit = 2 ** -24 * (quantity === "mean" ? 1 : worst);
  return { limit, reason: `${same}; limit: norms are rounded by 2⁻²⁴ at most, which κ magnifies` };
}
