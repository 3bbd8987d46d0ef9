/** Peaks in patches; their list is small against the frame. */
import type { Stage } from "./stage.ts";

export const peaks: Stage = {
  name: "peaks",
  way: "analysis",
  moves: "frame read",
  bytes: ({ frame }) => frame,
  run: ({ plan }) => plan.peaks(),
};
