/** `braggsieve demo`: options and wiring, and the table that it prints. */
import { buildCommand } from "@stricli/core";
import { demo, type DemoReport } from "../pipeline/demo.ts";
import { HIT_PEAKS, STRONG_PHOTONS } from "../pipeline/truth_check.ts";
import { JSON_RECORD, neededText, numberOr, parametersOf, short, type Values } from "./options.ts";
import { oneLine, progressBar } from "./report.ts";

const OPTIONS = {
  output: short("o", neededText("folder", "folder for the files; those of an earlier demo are replaced", "demo")),
  frames: short("n", numberOr(60, "number", "number of frames")),
  seed: numberOr(1, "number", "seed of the simulation"),
  ...JSON_RECORD,
};

/** The command. */
export const demoCommand = buildCommand({
  docs: {
    brief: "simulate frames, sparsify, densify, find peaks, and compare with the truth",
    fullDescription: "Example:\n  braggsieve demo -n 20 -o /tmp/demo",
  },
  parameters: parametersOf(OPTIONS),
  func: async ({ output: folder, frames, seed, json }: Values<typeof OPTIONS>) => {
    const { progress, stop } = await progressBar();
    try {
      const step = (name: string) => console.error(`${name} …`);
      const report = await demo({ folder, frames, seed }, { progress, step });
      stop();
      console.log(json ? JSON.stringify(report) : table(report));
    } finally {
      stop();
    }
  },
});

const percent = (part: number, whole: number) => whole === 0 ? "none" : `${(100 * part / whole).toFixed(1)} %`;

/** The report as text. */
export function table({ folder, steps, peaks, dense }: DemoReport): string {
  const rows: [string, string, string][] = [
    ["", "truth", "found"],
    [`frames with a crystal (≥ ${HIT_PEAKS} peaks)`, `${peaks.hits} of ${peaks.frames}`, `${peaks.wrongFrames} wrong`],
    [
      `spots of ≥ ${STRONG_PHOTONS} photons`,
      String(peaks.strongSpots),
      `${peaks.strongFound} (${percent(peaks.strongFound, peaks.strongSpots)})`,
    ],
    [
      "peaks that lie on a spot",
      String(peaks.peaks),
      `${peaks.peaksOnSpots} (${percent(peaks.peaksOnSpots, peaks.peaks)})`,
    ],
    ["kept pixels, bit for bit", String(dense.keptPixels), `${dense.keptPixels - dense.keptChanged}`],
    ["rebuilt rings: mean", "1", dense.meanRatio.toFixed(4)],
    ["rebuilt rings: std", "1", dense.stdRatio.toFixed(4)],
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map(([name, truth, found]) =>
    `${name.padEnd(widths[0])}  ${truth.padStart(widths[1])}  ${found.padStart(widths[2])}`
  );
  return [
    ...steps.map(oneLine),
    "",
    ...lines,
    "",
    `The files are in ${folder}; try: braggsieve info ${folder}/sparse.h5`,
  ]
    .join("\n");
}
