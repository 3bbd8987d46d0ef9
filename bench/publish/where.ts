/** Where the time of a frame goes: every stage apart on every engine, against what the memory can do. */
import { colours, escape, legend, plain, Plot, plot } from "../../ts/report/figure.ts";
import type { Figure } from "../../ts/report/page.ts";
import type { StagePoint } from "../stages.ts";
import type { GpuStages } from "../stages/gpu.ts";
import { gpuBars } from "./gpu_bars.ts";
import { digits, spreadText } from "./numbers.ts";
import type { Published } from "./published.ts";
import { contender } from "./scaling_table.ts";
import { type Section, type Source, sourced, sourceHtml, table } from "./section.ts";

const COMMAND = "deno task bench stages";
const TITLE = "Where the time of a frame goes";

/** A part of a bar. */
interface Part {
  readonly engine: string;
  readonly stage: string;
  readonly ms: number;
}

export function where({ stages, copy }: Published): Section {
  if (!stages) return { title: TITLE, text: `Not measured yet: <code>${COMMAND}</code>.`, figures: [] };
  const { points, sizes, machine, input, gpu } = stages;
  const source = { machine, input, command: COMMAND };
  const kept = `${digits(sizes.frame / 1e6)} MB a frame (${digits(sizes.chunk / 1e6)} MB compressed)`;
  const limits = copy
    ? ` Memory is copied at ${spreadText(copy.oneThread)} GB/s by one thread and ${
      spreadText(copy.allCores)
    } GB/s by all cores, read and written bytes counted.`
    : "";
  const measured = "missing" in gpu ? undefined : gpu;
  const missing = "missing" in gpu ? `<p class="bad">WebGPU is missing: ${escape(gpu.missing)}</p>` : "";
  return {
    title: TITLE,
    text: `Every frame passes all stages in turn, each timed apart: ${kept}.${limits}`,
    figures: [
      stacked(points, "analysis", ["reduce"], source),
      stacked(points, "rebuild", [], source),
      reachFigure(points, source),
      ...(measured ? [gpuFigure(measured, source)] : []),
    ],
    after: `${missing}<details><summary>All stages in numbers</summary>${stageTable(points)}${
      measured ? gpuTable(measured) : ""
    }${sourceHtml(source)}</details>`,
  };
}

/** One bar an engine. `within`: stages that another one contains. */
function stacked(
  points: readonly StagePoint[],
  way: StagePoint["way"],
  within: readonly string[],
  source: Source,
): Figure {
  const own = points.filter((point) => point.way === way && !within.includes(point.stage));
  const parts = own.flatMap((point): Part[] => {
    const part = { engine: contender(point), stage: point.stage, ms: point.times.median };
    if (point.stage !== "densify with noise") return [part];
    // The noise is what it takes longer than without.
    const plainly = own.find((other) => other.stage === "densify" && contender(other) === part.engine);
    return [{ ...part, stage: "noise", ms: Math.max(0, part.ms - (plainly?.times.median ?? 0)) }];
  });
  const [stages, engines] = [parts.map(({ stage }) => stage), parts.map(({ engine }) => engine)].map(unique);
  const what = way === "analysis"
    ? "From a compressed frame to its kept pixels and its peaks; “clip” contains the first reduction."
    : "From a sparse frame to a compressed one; “noise” is what it takes longer than without.";
  return sourced(
    plot({
      height: 70 + 36 * engines.length,
      marginLeft: 130,
      x: { label: "ms per frame (medians) →", grid: true },
      y: { label: null, domain: engines },
      color: colours(stages),
      marks: [Plot.barX(parts, { x: "ms", y: "engine", fill: "stage" })],
    }),
    `${what} ${legend(stages)}`,
    source,
  );
}

/** What part of a memory copy's speed each stage reaches. */
function reachFigure(points: readonly StagePoint[], source: Source): Figure {
  const rows = points.map((point) => ({
    stage: point.stage,
    engine: contender(point),
    percent: 100 * point.partOfCopySpeed,
  }));
  const [stages, engines] = [rows.map(({ stage }) => stage), rows.map(({ engine }) => engine)].map(unique);
  return sourced(
    plot({
      height: 70 + 26 * stages.length,
      marginLeft: 130,
      x: { label: "% of the speed of a memory copy →", type: "log", grid: true, tickFormat: plain },
      y: { label: null, domain: stages },
      color: colours(engines),
      marks: [
        Plot.ruleX([100], { stroke: "currentColor", strokeDasharray: "4,3" }),
        Plot.dot(rows, { x: "percent", y: "stage", fill: "engine", r: 4.5 }),
      ],
    }),
    `The least bytes that a stage moves over its time, as a part of what a plain copy of memory reaches (by one thread, ` +
      `or by all cores where there are more threads). ${legend(engines)}`,
    source,
  );
}

function gpuFigure(gpu: GpuStages, source: Source): Figure {
  return sourced(gpuBars(gpu.stages, "ms"), `WebGPU on ${escape(gpuText(gpu))}.`, source);
}

function gpuText({ adapter, software, pixels, batch, copy, upload }: GpuStages): string {
  const speeds = [
    ...(copy ? [`a copy kernel reaches ${spreadText(copy)} GB/s`] : []),
    ...(upload ? [`frames are uploaded at ${spreadText(upload)} GB/s`] : []),
  ];
  const what = software ? " (the processor plays the GPU: no memory to be held against)" : "";
  return [`${adapter}${what}`, `${(pixels / 1e6).toFixed(2)} Mpixel of 16 bits`, `batches of ${batch}`, ...speeds]
    .join("; ");
}

function stageTable(points: readonly StagePoint[]): string {
  const rows = points.map((point) => [
    `${escape(point.stage)}<br><span class="faint">${escape(point.moves)}</span>`,
    contender(point),
    spreadText(point.times),
    digits(point.bytes / 1e6),
    digits(point.bytes / 1e6 / point.times.median),
    `${digits(100 * point.partOfCopySpeed)} %`,
  ]);
  return table(["stage", "engine", "ms per frame", "MB moved", "GB/s", "of a copy"], rows, 2);
}

function gpuTable({ stages, copy }: GpuStages): string {
  const rows = stages.map(({ stage, times, bytes, partOfCopySpeed }) => [
    escape(stage),
    "WebGPU",
    spreadText(times),
    bytes === undefined ? "–" : digits(bytes / 1e6),
    bytes === undefined || !copy ? "–" : digits(bytes / 1e6 / times.median),
    partOfCopySpeed === undefined ? "–" : `${digits(100 * partOfCopySpeed)} %`,
  ]);
  return table(["stage", "engine", "ms per frame", "MB moved", "GB/s", "of a copy"], rows, 2);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
