/** What the commands print: the progress bar on stderr, one line or one JSON record at the end. */
import type { SingleBar } from "cli-progress";
import type { Progress } from "../pipeline/run.ts";
import type { Summary } from "../pipeline/summary.ts";

/** A progress bar on stderr; silent when stderr is no terminal. Frames per second are the run's own. */
export async function progressBar(): Promise<{ progress: Progress; stop: () => void }> {
  if (!Deno.stderr.isTerminal()) return { progress: () => {}, stop: () => {} };
  const { SingleBar } = await import("cli-progress");
  let bar: SingleBar | undefined;
  return {
    progress(done, expected) {
      const format = "{bar} {value}/{total} frames, {duration_formatted}, {eta_formatted} left";
      if (!bar) {
        bar = new SingleBar({ format, hideCursor: true, clearOnComplete: true, etaBuffer: 50 });
        bar.start(expected, done);
        return;
      }
      bar.setTotal(expected);
      bar.update(done);
    },
    stop: () => bar?.stop(),
  };
}

/** Bytes with a unit, to three digits. */
export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  for (; bytes >= 1000 && unit < units.length - 1; unit++) bytes /= 1000;
  return `${bytes >= 100 || unit === 0 ? Math.round(bytes) : bytes.toPrecision(3)} ${units[unit]}`;
}

/** Smallest and largest of some numbers, however many; undefined for none. */
export function rangeOf(values: readonly number[]): readonly [number, number] | undefined {
  if (values.length === 0) return undefined;
  return values.reduce<[number, number]>(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [
    Infinity,
    -Infinity,
  ]);
}

/** The one-line summary of a run. */
export function oneLine(summary: Summary): string {
  const { frames, framesPerSecond, keptPixels, validPixels, inputBytes, outputBytes, peaks, peaksPerFrame } = summary;
  const parts = [
    `${frames} ${frames === 1 ? "frame" : "frames"}`,
    `${framesPerSecond.toPrecision(3)} frames/s`,
  ];
  if (peaks !== undefined) {
    const range = peaksPerFrame && rangeOf(peaksPerFrame);
    const hits = range ? `, ${range[0]} to ${range[1]} per frame` : "";
    parts.push(`${peaks} peaks${hits}`);
  }
  if (summary.hits !== undefined) {
    const thresholds = (summary.thresholds ?? []).map(({ from, threshold }) =>
      from > 0 ? `${threshold} from #${from}` : threshold
    );
    parts.push(`${summary.hits} hits (peaks at least: ${thresholds.join(", ")})`);
  }
  if (keptPixels !== undefined) {
    const percent = validPixels === 0 ? 0 : 100 * keptPixels / validPixels;
    parts.push(`${keptPixels} pixels kept (${percent.toPrecision(3)} %)`);
  }
  if (summary.invalidPixels > 0) parts.push(`${summary.invalidPixels} invalid pixels masked`);
  // A list says nothing about sizes.
  if (inputBytes > 0 && !(summary.hits !== undefined && summary.beside === undefined)) {
    parts.push(`${size(inputBytes)} → ${size(outputBytes)} (ratio ${(inputBytes / outputBytes).toPrecision(3)})`);
  } else parts.push(size(outputBytes));
  if (summary.beside) parts.push(`with ${summary.beside.join(" and ")}`);
  if (summary.resumedFrames > 0) parts.push(`${summary.resumedFrames} of them by the run before`);
  parts.push(`engine ${summary.engine}, ${summary.jobs} ${summary.jobs === 1 ? "job" : "jobs"}`);
  return `${summary.output}: ${parts.join(", ")}`;
}

/** Prints notes on stderr and the summary on stdout, or there too. */
export function printSummary(summary: Summary, json: boolean, onStderr = false): void {
  for (const note of summary.notes) console.error(`note: ${note}`);
  (onStderr ? console.error : console.log)(json ? JSON.stringify(summary) : oneLine(summary));
}
