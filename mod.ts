/** Braggsieve: Bragg signal separated from background in X-ray diffraction frames. */
export * from "./ts/errors.ts";
export type * from "./ts/geometry/geometry.ts";
export type * from "./ts/io/frame.ts";
