/** Settings as text, one `name=value` a line: how the Rust core reads them (`core-rs/core/src/plan/options.rs`). */
import type { DensifierInput, PlanInput } from "./engine.ts";

/** Lines `name=value`; what is absent has no line. */
function lines(values: Record<string, string | number | boolean | undefined>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return given.map(([name, value]) => `${name}=${value}\n`).join("");
}

/** Everything of a plan but its maps. `threads`: absent for all. */
export function planOptions(input: PlanInput, threads?: number): string {
  const { geometry, settings, shape: [slow, fast], type, valid } = input;
  const { distance, poni1, poni2, rot1, rot2, rot3, wavelength, pixel1, pixel2, orientation } = geometry;
  return lines({
    ...settings,
    ...{ distance, poni1, poni2, rot1, rot2, rot3, wavelength, pixel1, pixel2, orientation },
    ...{ slow, fast, type, validLow: valid?.[0], validHigh: valid?.[1], threads },
  });
}

/** Everything of a densifier but its maps; likewise. */
export function densifierOptions(input: DensifierInput, threads?: number): string {
  const { radial, type, dummy, cutoffPick, noisePick } = input;
  const bins = radial.length;
  const width = bins > 1 ? (radial[bins - 1] - radial[0]) / (bins - 1) : 1;
  return lines({ type, first: radial[0], width, bins, dummy, cutoffPick, noisePick, threads });
}
