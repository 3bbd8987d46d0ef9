/** The background as files hold it, after clipping. */
import { BACKGROUND_BYTES, PROFILE_BYTES, type Stage } from "./stage.ts";

export const background: Stage = {
  name: "background",
  way: "analysis",
  moves: "profile read, mean and std written",
  bytes: ({ bins }) => (PROFILE_BYTES + BACKGROUND_BYTES) * bins,
  run: ({ plan }) => plan.background(),
};
