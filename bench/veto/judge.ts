/** The veto as users run it: its counts of peaks, and its speed on each engine. */
import { fileURLToPath } from "node:url";
import { milliseconds, type Spread, spread } from "../machine.ts";
import { output, remove } from "../program.ts";
import type { Part } from "./series.ts";

const MAIN = fileURLToPath(new URL("../../ts/cli/main.ts", import.meta.url));

/** What one engine did. */
export interface Judgement {
  readonly engine: string;
  readonly jobs: number;
  /** from first reading to last decision, by the program's own clock */
  readonly framesPerSecond: Spread;
  /** from the start of the process to its end */
  readonly wholeProgram: Spread;
  readonly peaksPerFrame: readonly number[];
}

/** Runs `veto` over all parts, `rounds` times; the counts of every round must be equal. */
export async function judge(
  engine: "wasm" | "native",
  parts: readonly Part[],
  threshold: number,
  list: string,
  rounds: number,
): Promise<Judgement> {
  const ffi = engine === "native" ? ["--allow-ffi"] : [];
  const words = ["veto", "-p", parts[0].poni, "-t", String(threshold), "-l", list, "--engine", engine, "--json"];
  const args = ["run", "--allow-read", "--allow-write", ...ffi, MAIN, ...words, ...parts.map(({ file }) => file)];
  const [own, whole]: [number[], number[]] = [[], []];
  let counts: readonly number[] | undefined;
  let jobs = 0;
  for (let round = 0; round < rounds; round++) {
    await remove(list);
    let printed = "";
    const ms = await milliseconds(async () => void (printed = await output(Deno.execPath(), args)));
    const summary = JSON.parse(printed.slice(printed.indexOf("{"))) as {
      engine: string;
      jobs: number;
      framesPerSecond: number;
      peaksPerFrame: number[];
    };
    if (summary.engine !== engine) throw new Error(`${summary.engine} judged, not ${engine}`);
    if (counts && JSON.stringify(counts) !== JSON.stringify(summary.peaksPerFrame)) {
      throw new Error(`${engine} counted other peaks in another round`);
    }
    counts = summary.peaksPerFrame;
    jobs = summary.jobs;
    own.push(summary.framesPerSecond);
    whole.push(counts.length * 1000 / ms);
  }
  return { engine, jobs, framesPerSecond: spread(own), wholeProgram: spread(whole), peaksPerFrame: counts! };
}
