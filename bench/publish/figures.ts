/** The README's figures, from nothing but what a run measured. */
import type { Column, PeerResult, Row } from "../compare.ts";
import { peerRatioText, spreadText, tableLine, timesText } from "./numbers.ts";
import { reached, type Results } from "./results.ts";
import { scalingTable } from "./scaling_table.ts";
import { COLUMN_NAMES } from "./section.ts";

/** A section of the figures: its columns and the stages in it. */
interface Section {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly stages: readonly string[];
}

const SECTIONS: readonly Section[] = [
  {
    title: "Whole programs, from the start of the process to its end",
    columns: ["wasm", "wasmLibhdf5", "native"],
    stages: ["whole_program"],
  },
  { title: "In memory, per frame", columns: ["wasm", "native1", "native"], stages: ["clip", "peaks", "densify"] },
  { title: "On one thread", columns: ["wasm", "native1"], stages: ["decode_clip_pick", "decode"] },
];

/** The text between the README's marks. */
export function figures(results: Results): string {
  const { machine, versions, input, load, rounds, copy } = results;
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ");
  return `\`deno task bench\` on ${machine.processor}, ${machine.cores} cores, Deno ${machine.deno}, load ${
    load.toFixed(1)
  } in the minute before: ${input}. Medians
(smallest–largest) of ${rounds} round${
    rounds === 1 ? "" : "s"
  } in which ours and the peers take turns, and how many times as fast as the peer we
are (below 1: slower; median and spread of each round's own ratio). Peers: ${
    peers || "none were found"
  }. Memory is copied at ${spreadText(copy.oneThread)} GB/s by
one thread and ${spreadText(copy.allCores)} GB/s by all cores, read and written bytes counted; the last column says
which part of that speed a row reaches if its input is read once and its output written once. Decoding is told in GB of
pixels per second.

${SECTIONS.map((section) => sectionText(section, results)).join("\n\n")}

Scaling: real counts, cut or repeated to other sizes; Mpixel per second.

${scalingTable(results.scaling)}

![Speed over threads and detector sizes](docs/scaling.svg)`;
}

function sectionText({ title, columns, stages }: Section, { rows: measured, copy }: Results): string {
  const rows = stages.flatMap((stage) => measured[stage] ?? []);
  const there = columns.filter((column) => rows.some((row) => row.ours[column]));
  const head = [title, ...there.map((column) => COLUMN_NAMES[column]), "peer", "of the copy's speed"];
  const lines = rows.flatMap((row) => rowLines(row, there, copyText(row, there, copy)));
  const notes = [...new Set(rows.flatMap((row) => row.notes ?? []))];
  const table = [tableLine(head), `|${"---|".repeat(head.length)}`, ...lines].join("\n");
  return notes.length > 0 ? `${table}\n\n${notes.map((note) => `- ${note}`).join("\n")}` : table;
}

/** Two digits of a part, as percent. */
function percent(part: number): string {
  const value = 100 * part;
  return value >= 10 ? value.toFixed(0) : value.toPrecision(2);
}

function copyText(row: Row, columns: readonly Column[], copy: Results["copy"]): string {
  const shares = reached(row, copy);
  return columns.map((column) => shares[column] === undefined ? "–" : `${percent(shares[column])} %`).join(" / ");
}

/** One line for the first peer with our times, one more for each further peer. */
function rowLines(row: Row, columns: readonly Column[], copy: string): string[] {
  const first = (peer?: PeerResult) =>
    columns.map((column) => {
      const times = row.ours[column];
      return times ? [timesText(times, row), ...ratio(peer, column)].join(", ") : "";
    });
  const [main, ...others] = row.peers;
  return [
    tableLine([row.what, ...first(main), peerText(main, row), copy]),
    ...others.map((peer) =>
      tableLine(["", ...columns.map((column) => ratio(peer, column).join("")), peerText(peer, row), ""])
    ),
  ];
}

function ratio(peer: PeerResult | undefined, column: Column): string[] {
  const text = peer && peerRatioText(peer, column);
  return text === undefined ? [] : [text];
}

function peerText(peer: PeerResult | undefined, row: Row): string {
  if (!peer) return "";
  return `${peer.name}: ${peer.times ? timesText(peer.times, row) : "missing"}`;
}

/** The README with new figures. Throws when it has no place for them. */
export function withFigures(readme: string, text: string): string {
  const place = /<!-- figures -->[\s\S]*<!-- \/figures -->/;
  if (!place.test(readme)) throw new Error("the README has no place for figures");
  // A function: `$` in the text means itself.
  return readme.replace(place, () => `<!-- figures -->\n\n${text}\n\n<!-- /figures -->`);
}
