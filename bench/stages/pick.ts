/** The pixels that stand out from the background. */
import type { Stage } from "./stage.ts";

export const pick: Stage = {
  name: "pick",
  way: "analysis",
  moves: "frame and a byte per pixel read, kept pixels written",
  bytes: ({ frame, pixels, kept }) => frame + pixels + kept,
  run: ({ plan }) => plan.pick(),
};
