/** What sparse files hold, byte by byte, against dense ones, and whether CrystFEL still indexes what is rebuilt. */
import { join } from "node:path";
import { densify } from "../../ts/pipeline/densify.ts";
import { describe } from "../../ts/pipeline/info.ts";
import { sparsify } from "../../ts/pipeline/sparsify.ts";
import type { Check } from "../checks.ts";
import { indexed } from "../crystfel.ts";
import { dataFiles } from "../frames.ts";
import { colours, legend, Plot, plot } from "../../ts/report/figure.ts";
import { type Context, isSkip, type Section, type Study, unlessAbsent } from "../section.ts";

const TITLE = "Compression, and indexing after the round trip";
const CUTOFFS = [0.8, 1, 1.4, 2, 3];

/** A sparse file at one cut-off. */
interface Packed {
  readonly cutoff: number;
  readonly bytes: number;
  readonly kept: number;
  readonly parts: readonly { part: string; bytes: number }[];
}

async function run({ quick, folder, perturb }: Context): Promise<Section> {
  const [stack, poni, geom, cell] = dataFiles(
    "thaumatin",
    ...["thaumatin_bslz4.h5", "thaumatin.poni", "thaumatin.geom", "thaumatin.cell"].map((name) => `thaumatin/${name}`),
  );
  const dense = await describe({ file: stack });
  const packed: Packed[] = [];
  for (const cutoffPick of quick ? [1, 2] : CUTOFFS) {
    const output = join(folder, `sparse_${cutoffPick}.h5`);
    const settings = { cutoffPick: perturb === "cutoff" ? 0.95 * cutoffPick : cutoffPick };
    await sparsify({ files: [stack], geometry: poni, output, settings });
    const { bytes, parts = [], keptPixelsPerFrame = [] } = await describe({ file: output });
    const named = parts.map((part) => ({ part: part.name, bytes: part.stored ?? part.raw }));
    const rest = bytes - named.reduce((sum, part) => sum + part.bytes, 0);
    const kept = keptPixelsPerFrame.reduce((sum, count) => sum + count, 0);
    packed.push({ cutoff: cutoffPick, bytes, kept, parts: [...named, { part: "structure", bytes: rest }] });
  }
  const indexing = quick ? [] : await unlessAbsent("compression: indexed", async () => {
    const rows = [{ frames: "original", indexed: await indexed(folder, "original", stack, geom, cell) }];
    for (const { cutoff } of packed) {
      const output = join(folder, `dense_${cutoff}.h5`);
      await densify({ file: join(folder, `sparse_${cutoff}.h5`), output });
      rows.push({ frames: `${cutoff} σ`, indexed: await indexed(folder, `dense_${cutoff}`, output, geom, cell) });
    }
    return rows;
  });
  const parts = packed.flatMap((row) => row.parts.map((part) => ({ ...part, cutoff: `${row.cutoff} σ` })));
  const names = [...new Set(parts.map(({ part }) => part))];
  const ratios = packed.map((row) => ({ ...row, ratio: dense.bytes / row.bytes }));
  const rows = isSkip(indexing) ? [] : indexing;
  return {
    title: TITLE,
    text: `Eight thaumatin frames (Pilatus 6M, Diamond Light Source) from a bitshuffle-LZ4 stack of ` +
      `${(dense.bytes / 1e6).toFixed(1)} MB to sparse files${quick ? "" : " and back to dense ones"}.`,
    figures: [
      {
        svg: plot({
          height: 80 + 34 * packed.length,
          x: { label: "bytes (MB) →", transform: (bytes: number) => bytes / 1e6, grid: true },
          y: { label: "cut-off", domain: packed.map(({ cutoff }) => `${cutoff} σ`) },
          color: colours(names),
          marks: [Plot.barX(parts, { x: "bytes", y: "cutoff", fill: "part" })],
        }),
        caption: `Bytes by part; smaller than the dense stack by a factor of ${
          ratios.map(({ cutoff, ratio }) => `${ratio.toFixed(2)} at ${cutoff} σ`).join(", ")
        }. ${legend(names)}`,
      },
      ...(rows.length === 0 ? [] : [{
        svg: plot({
          height: 240,
          x: { label: "frames", domain: rows.map(({ frames }) => frames), type: "band" as const },
          y: { label: "↑ frames of 8 indexed", domain: [0, 8], grid: true },
          marks: [Plot.barY(rows, { x: "frames", y: "indexed", fill: "#4269d0" })],
        }),
        caption: "Frames that CrystFEL indexes (its own peakfinder8, xgandalf): the originals, and rebuilt ones.",
      }]),
    ],
    checks: [
      ...ratios.map(({ cutoff, ratio }): Check => ({
        ...{ name: `compression: ratio at ${cutoff} σ`, value: ratio, unit: "×", lowerIsBetter: false },
        ...{
          reference: "the dense bitshuffle-LZ4 stack",
          tolerance: 0.02,
          reason: "2 %: versions of the packers differ",
        },
      })),
      ...rows.map(({ frames, indexed }): Check => ({
        ...{ name: `compression: indexed, ${frames}`, value: indexed, unit: "frames", lowerIsBetter: false },
        ...{ reference: "CrystFEL with xgandalf", tolerance: 0, slack: 1, limit: 6 },
        reason: "the indexer draws random numbers: one frame may go either way",
      })),
    ],
    skipped: isSkip(indexing) ? [indexing] : [],
    data: { dense: dense.bytes, packed, indexing: rows },
  };
}

export const compression: Study = { name: "compression", title: TITLE, run };
