/** Maps of a plan that lie in arrays: of the WebGPU engine, or of nobody's plan. WebAssembly looks at them and packs them. */
import type { MapArrays, PlanMaps } from "./plan_maps.ts";
import "./wasm_packing.ts";
import { encodeShuffled } from "./wasm_zstd.ts";
import { ringShares, shuffledBand } from "./wasm/braggsieve.js";

/** Maps that lie in arrays of one length. */
export function mapsInArrays({ radius, normalization, ...facts }: MapArrays): PlanMaps {
  return {
    ...facts,
    pixels: radius.length,
    // deno-lint-ignore require-await -- what it throws becomes a rejection
    async pack(name, { start, end, length }, rounding) {
      const map = name === "radius" ? radius : normalization;
      if (!map) throw new Error("the plan has no corrections");
      return encodeShuffled(shuffledBand(map.subarray(start, end), length, rounding?.step, rounding?.least ?? 0));
    },
  };
}

/** The same of maps that no plan has made; `radial`: the bins' centres. Throws when they have different lengths. */
export function mapsOf(
  radius: Float32Array,
  radial: Float32Array | Float64Array,
  normalization?: Float32Array,
): PlanMaps {
  const bins = radial.length;
  const width = bins > 1 ? (radial[bins - 1] - radial[0]) / (bins - 1) : 1;
  const shares = (norms?: Float32Array) => ringShares(radius, norms, radial[0], width, bins);
  const norms = normalization ? { normalization, weights: shares(normalization) } : {};
  return mapsInArrays({ radius, shares: shares(), ...norms });
}
