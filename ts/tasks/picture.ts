/** Draws docs/frame.svg, the README's picture, from the first frame of the demo (`deno task demo` makes it). */
import { createEngine, DEFAULT_SETTINGS, loadGeometry, openFrames } from "../../mod.ts";
import { COLOURS, Plot, sideBySide, svg } from "../report/plot.ts";

const frames = await openFrames("demo/simulated.h5");
const geometry = await loadGeometry("demo/simulated.poni");
const engine = await createEngine();
const plan = engine.plan({ ...frames.info, geometry, settings: { ...DEFAULT_SETTINGS, bins: 200, cutoffPick: 3 } });
plan.load(await frames.read(0));
const [slow, fast] = frames.info.shape;

const rows = (name: string, { radial, mean, std }: ReturnType<typeof plan.clip>) =>
  Array.from(
    radial,
    (r, bin) => ({ name, r: r * 1e3, mean: mean[bin], low: mean[bin] - std[bin], high: mean[bin] + std[bin] }),
  );
const raw = rows("before clipping", plan.integrate());
const clipped = rows("after clipping", plan.clip());
const kept = Array.from(plan.pick().index, (pixel) => ({ x: pixel % fast, y: Math.floor(pixel / fast) }));
const peaks = plan.peaks();
const found = Array.from(peaks.x, (x, i) => ({ x, y: peaks.y[i] }));

const [width, height] = [460, 400];
const profile = svg({
  width,
  height,
  marginLeft: 50,
  title: "Azimuthal average",
  x: { label: "radius (mm) →" },
  y: {
    label: "↑ counts per pixel, ± 1 std shaded",
    grid: true,
    domain: [0, 1.2 * Math.max(...clipped.map((row) => row.high))],
    clamp: true,
  },
  marks: [
    Plot.areaY(raw, { x: "r", y1: "low", y2: "high", fill: COLOURS.raw, fillOpacity: 0.15 }),
    Plot.areaY(clipped, { x: "r", y1: "low", y2: "high", fill: COLOURS.clipped, fillOpacity: 0.3 }),
    Plot.line(raw, { x: "r", y: "mean", stroke: COLOURS.raw }),
    Plot.line(clipped, { x: "r", y: "mean", stroke: COLOURS.clipped, strokeWidth: 2 }),
    Plot.text(["before clipping"], { frameAnchor: "top-right", dy: 8, fill: COLOURS.raw }),
    Plot.text(["after clipping"], { frameAnchor: "top-right", dy: 24, fill: COLOURS.clipped }),
  ],
});
const map = svg({
  width,
  height,
  marginLeft: 50,
  x: { label: "fast (pixel) →", domain: [0, fast] },
  y: { label: "↓ slow (pixel)", domain: [slow, 0] },
  marks: [
    Plot.frame({ strokeOpacity: 0.3 }),
    Plot.dot(kept, { x: "x", y: "y", r: 0.6, fill: COLOURS.kept, stroke: "none" }),
    Plot.dot(found, { x: "x", y: "y", r: 5, stroke: COLOURS.peak, strokeWidth: 1.3 }),
    Plot.text([`${kept.length} kept pixels (dots), ${found.length} peaks (circles)`], { frameAnchor: "top", dy: -14 }),
  ],
});
await Deno.mkdir("docs", { recursive: true });
await Deno.writeTextFile("docs/frame.svg", sideBySide([profile, map], width, height));
console.log(`docs/frame.svg: ${kept.length} kept pixels, ${found.length} peaks`);
