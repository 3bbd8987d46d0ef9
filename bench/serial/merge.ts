/** Merged intensities and what they are worth: process_hkl, compare_hkl and check_hkl of CrystFEL. */
import { join } from "node:path";
import { output } from "../program.ts";
import { overall, parseShells } from "./hkl.ts";
import { RESOLUTION, SYMMETRY } from "./series.ts";

/** How intensities are merged. */
export const MERGING = `-y ${SYMMETRY} --scale --polarisation=horiz`;

/** What merged intensities are worth. Undefined where there is nothing to compute it from. */
export interface Worth {
  /** of the two halves, % */
  readonly rsplit?: number;
  /** correlation of the two halves */
  readonly ccHalf?: number;
  /** correlation of all merged intensities with the true ones */
  readonly ccTrue?: number;
  /** % of the possible reflections */
  readonly completeness?: number;
  /** measurements of a reflection */
  readonly redundancy?: number;
  /** mean I/σ(I) of the merged intensities */
  readonly snr?: number;
}

/** Worth of one shell of resolution. */
export interface ShellWorth extends Worth {
  /** from and to, 1/d in nm⁻¹ */
  readonly from: number;
  readonly to: number;
}

/** Worth of merged streams. */
export interface Merged {
  readonly overall: Worth;
  readonly shells: readonly ShellWorth[];
}

/** Columns of check_hkl's table. */
const [COMPLETENESS, REDUNDANCY, SNR] = [3, 5, 6];

function program(folder: string, name: string, ...words: string[]): Promise<string> {
  return output(join(Deno.env.get("CRYSTFEL") ?? "/opt/crystfel", "bin", name), words, { cwd: folder });
}

/** What is merged; all paths are absolute. */
export interface MergeFiles {
  /**
   * streams of two halves of the frames. They are given, not every other crystal of one stream: there the order in which
   * frames happened to be done would decide which half a crystal is in.
   */
  readonly halves: readonly [string, string];
  /** CrystFEL's files of the unit cell and of the true intensities */
  readonly cell: string;
  readonly truth: string;
}

/** Merges all crystals, and each half alone, and judges them up to `RESOLUTION`. Throws when a program fails. */
export async function merge(
  files: MergeFiles,
  shells: number,
): Promise<Merged> {
  const folder = await Deno.makeTempDir();
  try {
    return await mergeIn(folder, files, shells);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function mergeIn(folder: string, files: MergeFiles, shells: number): Promise<Merged> {
  const [one, other] = files.halves;
  const merging = (name: string, ...streams: string[]) => {
    const inputs = streams.flatMap((stream) => ["-i", stream]);
    return program(folder, "process_hkl", ...inputs, "-o", name, ...MERGING.split(" "));
  };
  await merging("all.hkl", one, other);
  await merging("one.hkl", one);
  await merging("other.hkl", other);
  const words = ["-y", SYMMETRY, "-p", files.cell, `--nshells=${shells}`, `--highres=${RESOLUTION}`];
  const judge = async (table: string, name: string, ...given: string[]) => {
    const printed = await program(folder, name, ...given, ...words, `--shell-file=${table}`);
    return { printed, table: await Deno.readTextFile(join(folder, table)) };
  };
  const rsplit = await judge("rsplit.dat", "compare_hkl", "one.hkl", "other.hkl", "--fom=Rsplit");
  const half = await judge("half.dat", "compare_hkl", "one.hkl", "other.hkl", "--fom=CC");
  const truth = await judge("true.dat", "compare_hkl", "all.hkl", files.truth, "--fom=CC");
  const checked = await judge("check.dat", "check_hkl", "all.hkl");

  const rows = parseShells(checked.table, [COMPLETENESS, REDUNDANCY, SNR]);
  const compared = [rsplit, half, truth].map(({ table }) => parseShells(table, [1]));
  if (compared.some((table) => table.length !== rows.length)) throw new Error("the tables have other shells");
  return {
    overall: {
      rsplit: overall(rsplit.printed, "Rsplit"),
      ccHalf: overall(half.printed, "CC"),
      ccTrue: overall(truth.printed, "CC"),
      completeness: overall(checked.printed, "completeness"),
      redundancy: overall(checked.printed, "redundancy"),
      snr: overall(checked.printed, "<snr>"),
    },
    shells: rows.map(({ from, to, values: [completeness, redundancy, snr] }, i) => {
      const [[rsplit], [ccHalf], [ccTrue]] = compared.map((table) => table[i].values);
      return { from, to, rsplit, ccHalf, ccTrue, completeness, redundancy, snr };
    }),
  };
}
