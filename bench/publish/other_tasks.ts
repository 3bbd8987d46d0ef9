/** What other tasks published: the veto, the peak finders, the GPU, serial crystallography. */
import { escape, plain, Plot, plot } from "../../ts/report/figure.ts";
import type { Figure } from "../../ts/report/page.ts";
import { peakfindersPanel } from "../peakfinders/plot.ts";
import { vetoCurve, vetoRates } from "../veto/plot.ts";
import type { Spread } from "../machine.ts";
import { gpuBars } from "./gpu_bars.ts";
import { digits, ratioText, spreadText } from "./numbers.ts";
import type { GpuFile, PeakfindersFile, Published, VetoFile } from "./published.ts";
import { type Section, sourced } from "./section.ts";
import { serialSection } from "./serial.ts";

/** The command's own default of peaks. */
const THRESHOLD = 20;

/** A section for each that is there. */
export function otherTasks({ veto, peakfinders, serial, gpu }: Published): Section[] {
  return [
    ...gpu.map(gpuSection),
    ...(veto ? [vetoSection(veto)] : []),
    ...(peakfinders ? [peakfindersSection(peakfinders)] : []),
    ...(serial ? [serialSection(serial)] : []),
  ];
}

function vetoSection({ machine, series, speed, sweep }: VetoFile): Section {
  const source = { machine, command: "deno task bench:veto", input: `${series.frames} simulated frames` };
  const rates = speed.map(({ engine, jobs, framesPerSecond }) =>
    `${engine} with ${jobs} jobs judges ${spreadText(framesPerSecond)} frames/s`
  );
  return {
    title: "Veto",
    text: `${escape(rates.join("; "))}.`,
    figures: [
      sourced(vetoRates(sweep, THRESHOLD), "What each threshold saves and loses; dashed: the default.", source),
      sourced(vetoCurve(sweep, THRESHOLD), "Frames with a crystal told from blanks.", source),
    ],
  };
}

function peakfindersSection({ machine, outcomes }: PeakfindersFile): Section {
  const ways = outcomes.map(({ indexing }) => indexing);
  const shown = outcomes.filter(({ indexing }) => indexing === ways[0]);
  return {
    title: "Peak finders",
    text: "Peaks of each finder on the same frames, each indexed by CrystFEL.",
    figures: shown.map(({ title, found }) =>
      sourced(
        peakfindersPanel(title, found),
        `Peaks per shell of resolution; dashed: near a predicted reflection. Frames indexed: ${
          escape(found.map(({ finder, framesIndexed }) => `${finder} ${framesIndexed}`).join(", "))
        }.`,
        { machine, command: "deno task bench:peakfinders", input: title },
      )
    ),
  };
}

/** Frames per second over the workers, as bench/gpu names them: `<frames>, <encoding>, <n> workers`. */
function gpuSection(file: GpuFile): Section {
  const rates = Object.entries(file).flatMap(([name, value]) => {
    const [, what, workers] = /^(.*), (\d+) workers$/.exec(name) ?? [];
    const { framesPerSecond } = (value ?? {}) as { framesPerSecond?: number };
    return framesPerSecond === undefined ? [] : [{ what, workers: Number(workers), framesPerSecond }];
  });
  const source = {
    machine: file.machine,
    command: "deno task bench:gpu",
    input: `${file.adapter}; ${String(file.frames)}`,
  };
  return {
    title: `GPU: ${file.adapter}`,
    text: gpuText(file),
    figures: [...stagesOf(file, source), ...(rates.length > 0 ? [ratesFigure(rates, source)] : [])],
  };
}

/** The copy's speed, and pyFAI's OpenCL on the same card beside ours. */
function gpuText(file: GpuFile): string {
  const copy = file["copy GB/s"] as Parameters<typeof spreadText>[0] | undefined;
  const peer = file["pyFAI OpenCL"] as Readonly<Record<string, unknown>> | undefined;
  const ours = file["frames, raw, 0 workers"] as { framesPerSecond?: number } | undefined;
  const own = ours?.framesPerSecond === undefined ? undefined : 1000 / ours.framesPerSecond;
  const calls = [["sigma_clip_ng", "sigma_clip_ng_ms"], ["sparsify", "sparsify_ms"], ["peaks", "peaks_ms"]] as const;
  const found = calls.flatMap(([name, key]) => {
    const ms = peer?.[key];
    if (typeof ms !== "number") return [];
    return [`${name} ${digits(ms)} ms${own === undefined ? "" : ` (ours is ${ratioText(ms / own)} as fast)`}`];
  });
  const all =
    "Ours takes an uncompressed frame in memory to background, kept pixels and peaks, in batches on one thread";
  return escape([
    ...(copy ? [`A copy kernel reaches ${spreadText(copy)} GB/s.`] : []),
    ...(own === undefined ? [] : [`${all}: ${digits(own)} ms a frame.`]),
    ...(found.length > 0 ? [`pyFAI's OpenCL on the same card, a frame a call, each alone: ${found.join(", ")}.`] : []),
  ].join(" "));
}

/** GPU time of the stages in the largest batches that were measured. */
function stagesOf(file: GpuFile, source: Parameters<typeof sourced>[2]): Figure[] {
  const batches = Object.entries(file).flatMap(([name, value]) => {
    const [, count] = /^stages, (\d+) frames a batch$/.exec(name) ?? [];
    return count && Array.isArray(value) ? [{ count: Number(count), value }] : [];
  }).sort((a, b) => b.count - a.count);
  if (batches.length === 0) return [];
  const [{ count, value }] = batches;
  const stages = (value as readonly { stage: string; microseconds: Spread }[])
    .map(({ stage, microseconds }) => ({ stage, times: microseconds }));
  const svg = gpuBars(stages, "µs");
  return [sourced(svg, `Where the time of a frame goes on the GPU, batches of ${count} frames.`, source)];
}

function ratesFigure(
  rates: readonly { what: string; workers: number; framesPerSecond: number }[],
  source: Parameters<typeof sourced>[2],
): Figure {
  const workers = [...new Set(rates.map((rate) => rate.workers))].sort((a, b) => a - b);
  const whats = [...new Set(rates.map(({ what }) => what))];
  const svg = plot({
    height: 60 + 30 * rates.length,
    marginLeft: 200,
    x: { label: "frames/s →", grid: true, tickFormat: plain },
    y: { label: null, domain: whats.flatMap((what) => workers.map((count) => `${what}, ${count}`)).filter(isMeasured) },
    marks: [Plot.barX(rates, { x: "framesPerSecond", y: lineOf, fill: "#3ca951" })],
  });
  function lineOf({ what, workers }: { what: string; workers: number }): string {
    return `${what}, ${workers}`;
  }
  function isMeasured(line: string): boolean {
    return rates.some((rate) => lineOf(rate) === line);
  }
  return sourced(
    svg,
    "Frames per second from memory to results over the number of workers (0: the calling thread).",
    source,
  );
}
