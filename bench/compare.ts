/** Ours and the peers in turn, round by round, so that whatever else the machine does meets all of them alike. */
import { messageOf } from "../ts/errors.ts";
import { type Spread, spread } from "./machine.ts";

/**
 * Ways to compute that are measured: WebAssembly; the same with the system's libhdf5 for the files of whole programs; the
 * native engine on one thread and on all cores.
 */
export const COLUMNS = ["wasm", "wasmLibhdf5", "native1", "native"] as const;
export type Column = (typeof COLUMNS)[number];

/** One measurement: milliseconds per frame. */
export type Run = (round: number) => number | Promise<number>;

/** Another program or library that does the same. Without `run` it is missing, for `reason`. */
export interface Peer {
  readonly name: string;
  readonly run?: Run;
  readonly reason?: string;
}

/** What is to be compared. */
export interface Trial {
  readonly what: string;
  /** how the figure is shown: time per frame, frames per second, or bytes of decoded pixels per second */
  readonly unit: "ms" | "frames/s" | "GB/s";
  /** bytes of pixels of one frame */
  readonly frameBytes: number;
  /** bytes of one frame that must cross the memory at least: its input read once and its output written once */
  readonly movedBytes: number;
  readonly ours: Readonly<Partial<Record<Column, Run>>>;
  readonly peers: readonly Peer[];
  /** what a reader must know to judge the figure */
  readonly notes?: readonly string[];
}

/** What came of a peer; `times` is absent when it is missing. */
export interface PeerResult {
  readonly name: string;
  /** ms per frame */
  readonly times?: Spread;
  readonly reason?: string;
  /** the peer's median over ours: how many times as fast we are */
  readonly ratios: Readonly<Partial<Record<Column, number>>>;
  /** the same of each round's own pair of times; older results have none */
  readonly ratioSpreads?: Readonly<Partial<Record<Column, Spread>>>;
}

/** What came of a trial. */
export interface Row extends Omit<Trial, "ours" | "peers"> {
  readonly rounds: number;
  /** ms per frame */
  readonly ours: Readonly<Partial<Record<Column, Spread>>>;
  readonly peers: readonly PeerResult[];
}

/** How often: `rounds` that count, after one that does not when `warm`. */
export interface Effort {
  readonly rounds: number;
  readonly warm: boolean;
}

/** Measures a trial. A peer that fails is told and missing from then on; what fails of ours is thrown. */
export async function compare({ ours, peers, ...trial }: Trial, { rounds, warm }: Effort): Promise<Row> {
  const times = new Map<string, number[]>();
  const reasons = new Map(peers.filter((peer) => !peer.run).map(({ name, reason }) => [name, reason ?? "unknown"]));
  const own = Object.entries(ours).map(([name, run]) => ({ name, run, isPeer: false }));
  const theirs = peers.map(({ name, run }) => ({ name: `peer ${name}`, run, isPeer: true }));
  const turns = [...own, ...theirs].filter(({ run }) => run !== undefined);
  for (let round = warm ? -1 : 0; round < rounds; round++) {
    for (let turn = 0; turn < turns.length; turn++) {
      // Nobody is always the first of a round.
      const { name, run, isPeer } = turns[(turn + round + turns.length) % turns.length];
      if (isPeer && reasons.has(name.slice("peer ".length))) continue;
      try {
        const ms = await run!(round);
        if (round >= 0) times.set(name, [...times.get(name) ?? [], ms]);
      } catch (error) {
        if (!isPeer) throw error;
        reasons.set(name.slice("peer ".length), messageOf(error));
      }
    }
  }
  const spreads = Object.fromEntries(own.map(({ name }) => [name, spread(times.get(name) ?? [])]));
  return {
    ...trial,
    rounds,
    ours: spreads,
    peers: peers.map(({ name }) => result(name, reasons.get(name), times.get(`peer ${name}`), times, spreads)),
  };
}

function result(
  name: string,
  reason: string | undefined,
  times: number[] | undefined,
  all: ReadonlyMap<string, readonly number[]>,
  ours: Readonly<Record<string, Spread>>,
): PeerResult {
  if (reason !== undefined || !times) {
    console.log(`missing: ${name}: ${reason ?? "it was not measured"}`);
    return { name, reason: reason ?? "it was not measured", ratios: {} };
  }
  const peer = spread(times);
  const ratios = Object.fromEntries(Object.entries(ours).map(([column, { median }]) => [column, peer.median / median]));
  const ratioSpreads = Object.fromEntries(
    Object.keys(ours).map((column) => {
      const own = all.get(column) ?? [];
      return [column, spread(times.map((ms, round) => ms / own[round]))];
    }),
  );
  return { name, times: peer, ratios, ratioSpreads };
}
