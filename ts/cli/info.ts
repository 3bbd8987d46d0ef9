/** `braggsieve info`: options and wiring. */
import { buildCommand } from "@stricli/core";
import { describeEngines, type EngineFacts } from "../engine/describe.ts";
import { UsageError } from "../errors.ts";
import { describe, type FileFacts, type GeometryFacts } from "../pipeline/info.ts";
import {
  FRAME,
  JSON_RECORD,
  NOISE,
  number,
  parametersOf,
  PEAK,
  PICK,
  runOptions,
  toggle,
  type Values,
} from "./options.ts";
import { rangeOf, size } from "./report.ts";

const OPTIONS = {
  engines: toggle("tell which engines this machine has, on what they run and which stage runs where"),
  frame: number(
    "number",
    "also compute background, kept pixels and peaks of this frame, counted from 0; needs a geometry (default: none; 0 with -p, -m, --dark or --flat)",
  ),
  ...JSON_RECORD,
  ...PEAK,
  ...PICK,
  ...NOISE,
  ...FRAME,
};

/** The command. */
export const infoCommand = buildCommand({
  docs: {
    brief: "tell what a file is: frames, type, filters, geometry, mask, kept pixels or peaks",
    fullDescription: `Examples:
  braggsieve info scan.h5
  braggsieve info -p detector.poni --frame 3 --json scan.h5
  braggsieve info --engines`,
  },
  parameters: {
    ...parametersOf(OPTIONS),
    positional: {
      kind: "tuple",
      parameters: [{
        placeholder: "file",
        brief: "frames, a sparse file or a CXI file; file.h5::/path for a dataset",
        parse: String,
        optional: true,
      }],
    },
  },
  func: async (flags: Values<typeof OPTIONS>, file?: string) => {
    const { engines, frame, json } = flags;
    if (engines) {
      const engines = await describeEngines();
      return console.log(json ? JSON.stringify(engines) : engines.map(engineLines).join("\n"));
    }
    if (file === undefined) throw new UsageError("name a file, or say --engines");
    const { files: _, ...options } = runOptions([file], flags);
    const facts = await describe({ file, ...options, ...(frame === undefined ? {} : { frame }) });
    console.log(json ? JSON.stringify(facts) : describeInLines(facts));
  },
});

function engineLines({ name, problem, runsOn, rawFrames, limits = {}, stages = {} }: EngineFacts): string {
  if (problem !== undefined) return `${name}: not here: ${problem}`;
  const where = (place: string) => Object.keys(stages).filter((stage) => stages[stage] === place).join(", ");
  return [
    `${name}: ${runsOn}`,
    ...["GPU", "CPU"].filter((place) => where(place)).map((place) => `  on the ${place}: ${where(place)}`),
    ...(rawFrames ? [`  raw frames travel ${rawFrames}`] : []),
    ...Object.entries(limits).map(([limit, value]) => `  ${limit}: ${value}`),
  ].join("\n");
}

const range = (counts: readonly number[]) => {
  const span = rangeOf(counts);
  return span && `${span[0]} to ${span[1]} per frame, ${counts.reduce((sum, n) => sum + n, 0)} in all`;
};

/** The facts as lines of "name: value". */
export function describeInLines(facts: FileFacts): string {
  const { storage, detector, frame } = facts;
  const lines: [string, string | undefined][] = [
    ["file", `${facts.file} (${facts.kind}, ${size(facts.bytes)})`],
    ["frames", facts.shape ? `${facts.frames} of ${facts.shape.join(" × ")} ${facts.type}` : String(facts.frames)],
    ["dataset", storage && `${storage.dataset} ${storage.shape.join(" × ")} ${storage.type}`],
    ["chunks", storage?.chunks?.join(" × ")],
    ["filters", storage && (storage.filters.join(", ") || "none")],
    ["detector", detector?.description],
    ["geometry", facts.geometry ? geometryLine(facts.geometry) : facts.shape && "none in the file"],
    ["masked", facts.maskedPixels === undefined ? undefined : `${facts.maskedPixels} pixels`],
    ["counts", facts.valid && `from ${facts.valid[0]} to ${facts.valid[1]}; others are masked`],
    ["kept", facts.keptPixelsPerFrame && range(facts.keptPixelsPerFrame)],
    ["peaks", facts.peaksPerFrame && range(facts.peaksPerFrame)],
    ...partLines(facts),
  ];
  if (frame) {
    const { radial, mean, std } = frame.background;
    const tenth = Math.max(1, Math.floor(radial.length / 10));
    lines.push([
      `frame ${frame.index}`,
      `${frame.validPixels - frame.invalidPixels} valid pixels, ${frame.keptPixels} kept, ${frame.peaks} peaks`,
    ]);
    for (let bin = Math.floor(tenth / 2); bin < radial.length; bin += tenth) {
      const value = `${mean[bin].toPrecision(4)} ± ${std[bin].toPrecision(3)}`;
      lines.push([`background at ${radial[bin].toPrecision(4)} ${frame.unit.replace(/^[^_]*_/, "")}`, value]);
    }
  }
  return lines.filter(([, value]) => value !== undefined && value !== "").map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

/** Where the bytes of a sparse file are. */
function partLines({ parts = [], bytes, keptPixelsPerFrame = [] }: FileFacts): [string, string][] {
  if (parts.length === 0) return [];
  const kept = keptPixelsPerFrame.reduce((sum, n) => sum + n, 0);
  const each = (stored: number) => kept > 0 ? `, ${(stored / kept).toPrecision(3)} bytes per kept pixel` : "";
  const lines = parts.map(({ name, raw, stored }): [string, string] => {
    if (stored === undefined) return [name, `${size(raw)} unpacked; what it takes in the file is not told`];
    const list = name === "index" || name === "intensity";
    return [name, `${size(stored)} of ${size(raw)} unpacked${list ? each(stored) : ""}`];
  });
  const known = parts.every(({ stored }) => stored !== undefined);
  const rest = bytes - parts.reduce((sum, { stored = 0 }) => sum + stored, 0);
  if (known && rest >= 0) lines.push(["structure and small facts", size(rest)]);
  return [...lines, ["whole file", `${size(bytes)}${each(bytes)}`]];
}

function geometryLine(geometry: GeometryFacts): string {
  const { beam, wavelength, pixel1, pixel2, rot1, rot2, rot3 } = geometry;
  const tilted = rot1 !== 0 || rot2 !== 0 || rot3 !== 0;
  return [
    ...(geometry.detector ? [geometry.detector] : []),
    `distance ${(1000 * geometry.distance).toPrecision(6)} mm`,
    ...(beam ? [`beam at ${beam.x.toFixed(2)}, ${beam.y.toFixed(2)} pixels`] : []),
    `pixels ${(pixel2 * 1e6).toPrecision(4)} × ${(pixel1 * 1e6).toPrecision(4)} µm`,
    wavelength === undefined ? "no wavelength" : `wavelength ${(wavelength * 1e10).toPrecision(6)} Å`,
    ...(tilted ? [`rotations ${rot1}, ${rot2}, ${rot3} rad`] : []),
    `orientation ${geometry.orientation}`,
  ].join(", ");
}
