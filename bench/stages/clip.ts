/** Sigma clipping, which reduces first. */
import { PROFILE_BYTES, type Stage } from "./stage.ts";

export const clip: Stage = {
  name: "clip",
  way: "analysis",
  moves: "pixels in bin order read, profile written",
  bytes: ({ valid, bins }) => valid + PROFILE_BYTES * bins,
  run: ({ plan }) => plan.clip(),
};
