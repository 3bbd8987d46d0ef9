/**
 * What frames of a plan share, on the device: the bin order, weights, constants and maps that the core has computed.
 * Uploaded once; nothing of it changes with a frame.
 */
import { chauvenetTable, Plan as WasmPlan } from "../wasm/braggsieve.js";
import { planOptions } from "../options.ts";
import { PIXEL_ARRAYS } from "../pixel_arrays.ts";
import type { MapArrays } from "../plan_maps.ts";
import type { PlanInput } from "../engine.ts";
import type { Device } from "./device.ts";
import type { Variant } from "./shaders.ts";

/** Pixels of a block: BLOCK in plan.wgsl. */
export const BLOCK = 8192;
/** Words of a row of the bins' table: see clip_exact.wgsl. */
const ROW = 8;
/** Bytes of PlanFacts in plan.wgsl. */
const FACTS = 192;

/** Numbers of the error models in plan.wgsl: while clipping, of the result. */
const MODELS = { azimuthal: [0, 0], poisson: [1, 1], hybrid: [0, 1] } as const;

/** A plan's constants on a device. */
export class Tables {
  readonly variant: Variant;
  readonly pixels: number;
  readonly bins: number;
  /** bytes of a frame, and words between two frames of a batch */
  readonly frameBytes: number;
  readonly frameWords: number;
  readonly blocks: number;
  readonly validPixels: number;
  readonly radial: Float64Array;
  readonly radiusMap: Float32Array;
  readonly normMap: Float32Array | undefined;
  /** see `PlanMaps` */
  readonly shares: Float64Array;
  readonly weights: Float64Array | undefined;
  readonly buffers: {
    readonly order: GPUBuffer;
    readonly weights: GPUBuffer;
    readonly table: GPUBuffer;
    readonly chauvenet: GPUBuffer;
    readonly binOf: GPUBuffer;
    readonly radius: GPUBuffer;
    readonly rasterWeights: GPUBuffer;
    readonly normalization: GPUBuffer;
    readonly dark: GPUBuffer;
  };
  readonly #facts: (cycle: number, room: number) => ArrayBuffer;
  readonly #device: Device;

  /** Throws, as every engine does, for settings and maps that do not fit. */
  constructor(device: Device, input: PlanInput) {
    const plan = new WasmPlan(planOptions(input), input.mask, input.dark, input.flat);
    try {
      if (input.settings.bins > 0xffff) throw new Error("the WebGPU engine takes at most 65535 bins");
      const fixed = plan.fixedWeights();
      this.normMap = plan.normalization();
      const norm = fixed ? "fixed" : this.normMap ? "float" : "ones";
      this.variant = { type: input.type, exact: plan.isExact(), dark: input.dark !== undefined, norm };
      this.pixels = input.shape[0] * input.shape[1];
      this.bins = input.settings.bins;
      this.frameBytes = this.pixels * PIXEL_ARRAYS[input.type].BYTES_PER_ELEMENT;
      this.frameWords = Math.ceil(this.frameBytes / 256) * 64;
      this.blocks = Math.ceil(this.pixels / BLOCK);
      this.validPixels = plan.validPixels();
      this.radial = plan.centres();
      this.radiusMap = plan.radius();
      this.shares = plan.ringShares(false)!;
      this.weights = plan.ringShares(true);
      const offsets = plan.binOffsets();
      const nothing = new Uint32Array(4);
      const normalization = device.upload(this.normMap ?? nothing);
      const rasterWeights = plan.rasterWeights();
      this.buffers = {
        order: device.upload(plan.binOrder()),
        weights: device.upload(fixed ?? nothing),
        table: device.upload(tableOf(offsets, plan.weightSums())),
        chauvenet: device.upload(chauvenetTable(largestBin(offsets))),
        binOf: device.upload(plan.binOfPixels()),
        radius: device.upload(this.radiusMap),
        rasterWeights: rasterWeights ? device.upload(rasterWeights) : normalization,
        normalization,
        dark: device.upload(input.dark ?? nothing),
      };
      const facts = factsOf(input, plan, this);
      this.#facts = (cycle, room) => facts(cycle, room);
      this.#device = device;
    } finally {
      plan.free();
    }
  }

  /** The facts as a uniform buffer, for `cycle` cycles of clipping and room for `room` kept pixels. */
  facts(cycle: number, room: number): GPUBuffer {
    const buffer = this.#device.buffer(FACTS, GPUBufferUsage.UNIFORM);
    this.#device.write(buffer, 0, new Uint8Array(this.#facts(cycle, room)));
    return buffer;
  }

  /** The plan's maps, in arrays. */
  get maps(): MapArrays {
    const { radiusMap, normMap, shares, weights } = this;
    return { radius: radiusMap, shares, ...(normMap && weights ? { normalization: normMap, weights } : {}) };
  }

  close(): void {
    for (const buffer of Object.values(this.buffers)) buffer.destroy();
  }
}

function largestBin(offsets: Uint32Array): number {
  let largest = 0;
  for (let bin = 0; bin + 1 < offsets.length; bin++) largest = Math.max(largest, offsets[bin + 1] - offsets[bin]);
  return largest;
}

/** Rows of the bins; the last column lists the bins from the largest to the smallest, so that no large one comes last. */
function tableOf(offsets: Uint32Array, sums: Uint32Array): Uint32Array {
  const bins = offsets.length - 1;
  const size = (bin: number) => offsets[bin + 1] - offsets[bin];
  const largestFirst = Array.from({ length: bins }, (_, bin) => bin).sort((a, b) => size(b) - size(a) || a - b);
  const table = new Uint32Array(bins * ROW);
  for (let bin = 0; bin < bins; bin++) {
    table.set([offsets[bin], size(bin), ...sums.subarray(bin * 6, bin * 6 + 5), largestFirst[bin]], bin * ROW);
  }
  return table;
}

/** PlanFacts of plan.wgsl, field by field. */
function factsOf({ shape, settings }: PlanInput, plan: WasmPlan, tables: Tables) {
  const [low, high, gapLow, gapHigh] = plan.integerValidity();
  const validity = plan.validity();
  const [first, perWidth, last] = plan.gridParameters();
  const [clipModel, resultModel] = MODELS[settings.errorModel];
  const unit = plan.weightUnit();
  const finite = (x: number) => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, x));
  return (cycle: number, room: number): ArrayBuffer => {
    const bytes = new DataView(new ArrayBuffer(FACTS));
    let at = 0;
    const words = (...values: number[]) => values.forEach((value) => (bytes.setUint32(at, value >>> 0, true), at += 4));
    const doubles = (...values: number[]) => values.forEach((value) => (bytes.setFloat64(at, value, true), at += 8));
    const floats = (...values: number[]) => values.forEach((value) => (bytes.setFloat32(at, value, true), at += 4));
    words(tables.pixels, tables.frameWords, tables.bins, cycle, low, high, gapLow, gapHigh);
    words(shape[0], shape[1], clipModel, resultModel);
    doubles(settings.cutoffClip, unit, first, perWidth, last, settings.cutoffPick, settings.cutoffPeak, settings.noise);
    doubles(...validity.map(finite));
    words(settings.patchSize, settings.connected, tables.blocks, room);
    floats(first, first - Math.fround(first), perWidth, last);
    floats(settings.cutoffPick, settings.cutoffPeak, settings.noise, unit);
    return bytes.buffer;
  };
}
