/** Figures as text. */
import type { Column, PeerResult, Row } from "../compare.ts";
import type { Spread } from "../machine.ts";

/** Three digits. */
export function digits(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

/** `12.3 (11.9–14.0)`. */
export function spreadText({ median, min, max }: Spread): string {
  return `${digits(median)} (${digits(min)}–${digits(max)})`;
}

/** A time per frame in a row's unit. */
export function timesText(times: Spread, { unit, frameBytes }: Pick<Row, "unit" | "frameBytes">): string {
  if (unit === "ms") return `${spreadText(times)} ms`;
  // The longest time is the smallest rate.
  const rate = (ms: number) => unit === "frames/s" ? 1000 / ms : frameBytes / (ms * 1e6);
  const rates = { median: rate(times.median), min: rate(times.max), max: rate(times.min) };
  return `${spreadText(rates)} ${unit}`;
}

/** `6.3 ×`. */
export function ratioText(ratio: number): string {
  return `${ratio >= 100 ? ratio.toFixed(0) : ratio.toPrecision(2)} ×`;
}

/** How many times as fast as a peer a column is: `6.3 × (5.9–7.1)`, without a spread where none was recorded. */
export function peerRatioText({ ratios, ratioSpreads }: PeerResult, column: Column): string | undefined {
  const spread = ratioSpreads?.[column];
  const ratio = spread?.median ?? ratios[column];
  if (ratio === undefined) return undefined;
  const bare = (value: number) => ratioText(value).replace(" ×", "");
  return spread ? `${ratioText(ratio)} (${bare(spread.min)}–${bare(spread.max)})` : ratioText(ratio);
}

/** One line of a Markdown table. */
export function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
