/** Azimuthal averages without clipping. */
import { PROFILE_BYTES, type Stage } from "./stage.ts";

export const reduce: Stage = {
  name: "reduce",
  way: "analysis",
  moves: "pixels in bin order read, profile written",
  bytes: ({ valid, bins }) => valid + PROFILE_BYTES * bins,
  run: ({ plan }) => plan.integrate(),
};
