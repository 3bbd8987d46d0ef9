/** The reader of pool_test.ts: frames from memory; once, at a frame that the test names, the device seems to be lost. */
import type { EncodedFrame } from "../../io/frame.ts";
import { GpuFailure } from "./ring.ts";

export interface TestFrames {
  readonly frames: Uint8Array[];
  /** shared with the test: frame to fail at (−1: none), and how often it has */
  readonly failure: Int32Array<SharedArrayBuffer>;
  /** throws for this frame, always */
  readonly unreadable?: number;
}

export function openReader(args: unknown): (number: number) => EncodedFrame {
  const { frames, failure, unreadable } = args as TestFrames;
  return (number) => {
    if (number === unreadable) throw new Error(`frame ${number} cannot be read`);
    if (number === failure[0] && Atomics.add(failure, 1, 1) === 0) throw new GpuFailure(number, number, "test");
    return { encoding: "raw", bytes: frames[number % frames.length] };
  };
}
