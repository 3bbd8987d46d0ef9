/** The pixels that stand out from the background. */
import type { Stage } from "./stage.ts";

export const pick: Stage = {
  name: "pick",
  way: "analysis",
  moves: "pixels in bin order read, kept pixels written",
  bytes: ({ valid, kept }) => valid + kept,
  run: ({ plan }) => plan.pick(),
};
