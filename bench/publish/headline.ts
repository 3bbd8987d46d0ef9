/** The headline: how many times as fast as each peer, with the spread of the rounds, the worse like the better. */
import { colours, escape, legend, plain, Plot, plot, WIDTH } from "../../ts/report/figure.ts";
import { type Column, COLUMNS, type PeerResult, type Row } from "../compare.ts";
import { peerRatioText, timesText } from "./numbers.ts";
import type { Published, RowsFile } from "./published.ts";
import { COLUMN_NAMES, type Section, type Source, sourced, sourceHtml, table } from "./section.ts";

/** A row against one of its peers. */
interface Pair {
  readonly row: Row;
  readonly peer: PeerResult;
}

/** One line of the figure. */
interface Ratio {
  readonly line: string;
  readonly column: string;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

const LINE_HEIGHT = 46;
const TICKS = [0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000];

/** The first section; undefined while nothing is published. */
export function headline({ rows }: Published): Section | undefined {
  const files = Object.values(rows);
  if (files.length === 0) return undefined;
  const pairs = files.flatMap((file) => file.rows.flatMap((row) => row.peers.map((peer) => ({ row, peer }))));
  const measured = pairs.filter(({ peer }) => peer.times);
  const rounds = files[0].rounds === 1 ? "1 round" : `${files[0].rounds} rounds`;
  const notes = [...new Set(files.flatMap((file) => file.rows.flatMap((row) => row.notes ?? [])))];
  const list = `<ul class="faint">${notes.map((note) => `<li>${code(note)}</li>`).join("")}</ul>`;
  const source = sourceOf(files[0], "deno task bench:peers");
  return {
    title: "How many times as fast as the peers",
    text: `Ours and the peers take turns in the same run; a ratio is the median over ${rounds} (fewer ` +
      `where OpenCL takes seconds a frame) of the peer's time over ours, in brackets the smallest and the largest ` +
      `round. Below 1 (red) we are slower.${table(headOf(), pairs.map(lineOf), 2)}${list}${sourceHtml(source)}`,
    figures: measured.length > 0 ? [sourced(figure(measured), captionOf(), source)] : [],
  };
}

/** Where a file's rows come from. */
export function sourceOf({ machine, input }: RowsFile, command: string): Source {
  return { machine, command, input };
}

function headOf(): string[] {
  return ["what", "peer", ...COLUMNS.map((column) => COLUMN_NAMES[column])];
}

function lineOf({ row, peer }: Pair): string[] {
  const name = peer.times
    ? `${escape(peer.name)}<br><span class="faint">${timesText(peer.times, row)}</span>`
    : `${escape(peer.name)}<br><span class="bad">missing: ${escape(peer.reason ?? "")}</span>`;
  return [`<b>${code(row.what)}</b>`, name, ...COLUMNS.map((column) => ratioCell({ row, peer }, column))];
}

function ratioCell({ row, peer }: Pair, column: Column): string {
  const own = row.ours[column];
  if (!own) return "";
  const text = peerRatioText(peer, column);
  const ratio = peer.ratioSpreads?.[column]?.median ?? peer.ratios[column] ?? NaN;
  const shown = text === undefined ? "–" : ratio < 1 ? `<span class="bad">${text}</span>` : `<b>${text}</b>`;
  return `${shown}<br><span class="faint">${timesText(own, row)}</span>`;
}

/** Markdown's code as HTML's. */
function code(text: string): string {
  return escape(text).replace(/`([^`]*)`/g, "<code>$1</code>");
}

function captionOf(): string {
  const names = COLUMNS.map((column) => COLUMN_NAMES[column]);
  return `The same ratios: dots are medians, lines go from the smallest to the largest round. ${legend(names)}`;
}

function figure(pairs: readonly Pair[]): string {
  const lines = pairs.map(({ row, peer }) => `${row.what.replaceAll("`", "")}: ${peer.name}`);
  const ratios = pairs.flatMap(({ row, peer }, at) =>
    COLUMNS.flatMap((column): Ratio[] => {
      const spread = peer.ratioSpreads?.[column];
      const ratio = spread?.median ?? peer.ratios[column];
      if (ratio === undefined || !row.ours[column]) return [];
      const [low, high] = [spread?.min ?? ratio, spread?.max ?? ratio];
      return [{ line: lines[at], column: COLUMN_NAMES[column], ratio, low, high }];
    })
  );
  const names = COLUMNS.map((column) => COLUMN_NAMES[column]);
  const least = Math.min(1, ...ratios.map(({ low }) => low));
  const most = Math.max(1, ...ratios.map(({ high }) => high));
  return plot({
    height: 60 + LINE_HEIGHT * lines.length,
    width: WIDTH,
    marginLeft: 330,
    marginTop: 30,
    x: {
      label: "times as fast as the peer →",
      type: "log",
      grid: true,
      tickFormat: plain,
      ticks: TICKS.filter((tick) => tick >= least && tick <= most),
    },
    y: { label: null, domain: [...new Set(lines)] },
    color: colours(names),
    marks: [
      Plot.axisY({ lineWidth: 24, fontSize: 11, tickSize: 0 }),
      Plot.ruleX([1], { stroke: "currentColor", strokeDasharray: "4,3" }),
      ...names.flatMap((name, at) => {
        const own = ratios.filter(({ column }) => column === name);
        const dy = 10 * (at - (names.length - 1) / 2);
        return [
          Plot.ruleY(own, {
            y: "line",
            x1: "low",
            x2: "high",
            stroke: "column",
            strokeWidth: 2,
            strokeOpacity: 0.5,
            dy,
          }),
          Plot.dot(own, { y: "line", x: "ratio", fill: "column", r: 4, dy }),
        ];
      }),
    ],
  });
}
