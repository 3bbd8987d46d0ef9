/** A decoded frame into bin order. */
import type { Stage } from "./stage.ts";

export const correct: Stage = {
  name: "correct",
  way: "analysis",
  moves: "frame read, its pixels in bin order written",
  bytes: ({ frame, valid }) => frame + valid,
  run: ({ plan }, { raw }) => plan.load(raw),
};
