/** Frames in memory, for tests of runs. */
import { InputError } from "../errors.ts";
import { geometryFromBeamCentre } from "../geometry/beam.ts";
import type { EncodedFrame, FrameInfo, FrameSource } from "../io/frame.ts";

/** Edge of the frames in pixels. */
export const SIDE = 64;
/** The detector of the frames. */
export const GEOMETRY = geometryFromBeamCentre({
  distance: 0.1,
  beamX: 31,
  beamY: 33,
  pixel1: 1e-4,
  pixel2: 1e-4,
  wavelength: 1e-10,
  shape: [SIDE, SIDE],
});

/** Frames in memory: a flat background of 10 ± 1 and, in every frame, bright squares, at a column that its index tells. */
export class MemorySource implements FrameSource {
  closed = false;
  readonly info: FrameInfo;
  constructor(
    readonly name: string,
    readonly frameCount: number,
    changes: Partial<FrameInfo> = {},
    /** bright squares in a frame; default: one */
    readonly squares: (index: number) => number = () => 1,
  ) {
    this.info = { shape: [SIDE, SIDE], type: "float32", geometry: GEOMETRY, ...changes };
  }
  read(index: number): EncodedFrame {
    const [slow, fast] = this.info.shape;
    const pixels = Float32Array.from({ length: slow * fast }, (_, i) => 9 + (i * 7919 % 3));
    for (let square = 0; square < this.squares(index); square++) {
      const corner = (20 + 8 * square) * fast + 10 + 5 * (index % 8);
      for (const offset of [0, 1, fast, fast + 1]) pixels[corner + offset] = 200 + index;
    }
    return { encoding: "raw", bytes: new Uint8Array(pixels.buffer) };
  }
  label(index: number): string {
    return `${this.name} #${index}`;
  }
  close(): void {
    this.closed = true;
  }
}

/** Opens one of the sources by its name. */
export const opener = (...sources: FrameSource[]) => (name: string): Promise<FrameSource> => {
  const source = sources.find((one) => one.name === name);
  return source ? Promise.resolve(source) : Promise.reject(new InputError("no such file", { file: name }));
};
