/** One thread of memory_copy.ts: makes its arrays when it is told their size, then copies one to the other. */

/** `bytes`: make arrays of that size; without: copy. */
export interface CopyOrder {
  readonly bytes?: number;
}

/** When a copy began and ended, ms of the clock that all threads share. */
export interface CopyTime {
  readonly start: number;
  readonly end: number;
}

declare const self: { onmessage: (event: MessageEvent<CopyOrder>) => void; postMessage(time: CopyTime): void };

let from = new Uint8Array();
let to = new Uint8Array();
const now = () => performance.timeOrigin + performance.now();

self.onmessage = ({ data: { bytes } }) => {
  // Written once, so that every page is there.
  if (bytes !== undefined) [from, to] = [new Uint8Array(bytes).fill(1), new Uint8Array(bytes).fill(2)];
  const start = now();
  if (bytes === undefined) to.set(from);
  self.postMessage({ start, end: now() });
};
