/** The scaling as a figure: Mpixel per second over the number of threads, a line for each size. */
import { COLOURS, Plot, sideBySide, svg } from "../../ts/report/plot.ts";
import type { ScalingPoint } from "../scaling.ts";
import { speed } from "./scaling_table.ts";

const [WIDTH, HEIGHT] = [440, 320];
const PALETTE = ["#3a7d44", COLOURS.kept, COLOURS.clipped, COLOURS.raw];

/** Megapixels, as detectors are called. */
export function megapixels(pixels: number): string {
  const millions = pixels / 1e6;
  return `${millions < 0.75 ? millions.toFixed(2) : Math.round(millions)} Mpixel`;
}

/** SVG text, a panel for each stage. */
export function scalingPlot(points: readonly ScalingPoint[]): string {
  const stages = [...new Set(points.map(({ stage }) => stage))];
  return sideBySide(
    stages.map((stage) => panel(stage, points.filter((point) => point.stage === stage))),
    WIDTH,
    HEIGHT,
  );
}

function panel(title: string, points: readonly ScalingPoint[]): string {
  const sizes = [...new Set(points.map(({ pixels }) => pixels))];
  const rows = points.map((point) => {
    const size = megapixels(point.pixels);
    const rate = (ms: number) => point.pixels / (ms * 1e3);
    return { ...point, size, speed: speed(point), low: rate(point.times.max), high: rate(point.times.min) };
  });
  const native = rows.filter(({ engine }) => engine === "native");
  const wasm = rows.filter(({ engine }) => engine === "wasm");
  const threads = [...new Set(rows.map((row) => row.threads))];
  const last = native.filter(({ threads: count }) => count === Math.max(...threads));
  return svg({
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 50,
    marginRight: 80,
    marginTop: 40,
    x: { label: "threads →", type: "log", base: 2, ticks: threads, tickFormat: "d" },
    y: { label: "↑ Mpixel/s", grid: true, zero: true },
    color: {
      domain: sizes.map(megapixels),
      range: PALETTE.slice(0, sizes.length),
    },
    marks: [
      Plot.ruleX(rows, { x: "threads", y1: "low", y2: "high", stroke: "size", strokeOpacity: 0.4 }),
      Plot.line(native, { x: "threads", y: "speed", stroke: "size", strokeWidth: 2 }),
      Plot.dot(native, { x: "threads", y: "speed", fill: "size" }),
      Plot.dot(wasm, { x: "threads", y: "speed", stroke: "size", symbol: "times" }),
      Plot.text(last, { x: "threads", y: "speed", text: "size", fill: "size", dx: 8, textAnchor: "start" }),
      Plot.text([`${title}; dots: native, crosses: WebAssembly`], { frameAnchor: "top", dy: -26 }),
    ],
  });
}
