/** Time per frame of work on several frames. */
import { milliseconds } from "./machine.ts";

/** Milliseconds per item of `work` on each of `items`. */
export async function perFrame<T>(items: readonly T[], work: (item: T, number: number) => unknown): Promise<number> {
  const all = async () => {
    for (const [number, item] of items.entries()) await work(item, number);
  };
  return await milliseconds(all) / items.length;
}

/** Mean number of bytes. */
export function meanBytes(arrays: readonly ArrayBufferView[]): number {
  return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0) / arrays.length;
}
