/** A frame rebuilt from its kept pixels and background, without and with noise. */
import { BACKGROUND_BYTES, type Stage } from "./stage.ts";

/** A radius (f32) is read for each pixel. */
const COMMON = {
  way: "rebuild",
  moves: "kept pixels, background and radius of each pixel read, frame written",
  bytes: ({ kept, bins, pixels, frame }) => kept + BACKGROUND_BYTES * bins + 4 * pixels + frame,
} as const satisfies Partial<Stage>;

export const densify: Stage = {
  ...COMMON,
  name: "densify",
  run: ({ densifier }, { sparse }, seed) => densifier.rebuild(sparse, 0, { noise: 0, seed }),
};

export const densifyNoise: Stage = {
  ...COMMON,
  name: "densify with noise",
  run: ({ densifier }, { sparse }, seed) => densifier.rebuild(sparse, 0, { noise: 1, seed }),
};
