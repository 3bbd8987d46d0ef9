/** Packing by WebAssembly: what packs until another engine is chosen, once this file is loaded. */
import { offerPacking, type Packing } from "./packing.ts";
import { encodeBitshuffleZstd } from "./wasm_zstd.ts";
import {
  addMask as addBits,
  allBelow,
  countMasked,
  countNan,
  crc32,
  decodeChunk,
  decodeMask,
  encodeBitshuffleLz4,
  encodeMask,
  frameMarks,
  keepCommonMarks,
  nanMask,
  narrowed,
  nonzeroMask,
  rises,
} from "./wasm/braggsieve.js";

/**
 * Bytes of masks that are copied into WebAssembly's memory at a time: to touch fresh memory for whole ones takes longer
 * than the work.
 */
const BAND = 1 << 18;

/** See {@linkcode Packing.addMask}. */
function addMask(mask: Uint8Array, other: Uint8Array): void {
  // The core refuses other lengths.
  if (mask.length !== other.length) return addBits(mask, other);
  for (let at = 0; at < mask.length; at += BAND) addBits(mask.subarray(at, at + BAND), other.subarray(at, at + BAND));
}

/** See {@linkcode Packing}. */
export const wasmPacking: Packing = {
  // deno-lint-ignore require-await -- what it throws becomes a rejection
  packBitshuffleZstd: async (bytes, size) => encodeBitshuffleZstd(bytes, size),
  encodeBitshuffleZstd,
  encodeBitshuffleLz4,
  decodeChunk,
  // deno-lint-ignore require-await -- what it throws becomes a rejection
  async unpackChunk(encoding, chunk, size, out) {
    decodeChunk(encoding, chunk, size, out);
    return out;
  },
  crc32,
  encodeMask,
  nonzeroMask,
  decodeMask,
  nanMask,
  countNan,
  countMasked,
  frameMarks: ({ encoding, bytes }, type, pixels) => frameMarks(encoding, bytes, type, pixels),
  keepCommonMarks: (marks, { encoding, bytes }, type) => keepCommonMarks(marks, encoding, bytes, type),
  unitedMask(mask, other) {
    const united = mask.slice();
    addMask(united, other);
    return united;
  },
  addMask,
  allBelow,
  rises,
  narrowed,
};

offerPacking(wasmPacking);
