/** What a file is, by its first bytes. */
import { Buffer } from "node:buffer";

const HDF5_SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** The signature of HDF5 stands at byte 0, or at 512 when a user block comes first. */
export function isHdf5(head: Uint8Array): boolean {
  return [0, 512].some((at) => HDF5_SIGNATURE.every((byte, i) => head[at + i] === byte));
}

/** True when the (unpacked) bytes begin like a CBF file. */
export function isCbf(head: Uint8Array): boolean {
  return Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 6)).toString("latin1") === "###CBF";
}

/** How a file is packed; undefined when it is not. */
export function packing(head: Uint8Array): "gzip" | "bzip2" | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  // "BZh" and a digit: the block size in 100 kB
  if (head[0] === 0x42 && head[1] === 0x5a && head[2] === 0x68 && head[3] >= 0x31 && head[3] <= 0x39) return "bzip2";
  return undefined;
}
