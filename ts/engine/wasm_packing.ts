/** Packing by WebAssembly: what packs until another engine is chosen, once this file is loaded. */
import { offerPacking, type Packing } from "./packing.ts";
import { encodeBitshuffleZstd } from "./wasm_zstd.ts";
import {
  addMask,
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
