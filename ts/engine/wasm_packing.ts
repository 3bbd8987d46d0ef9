/** Packing by WebAssembly: what packs until another engine is chosen, once this file is loaded. */
import { offerPacking, type Packing } from "./packing.ts";
import { encodeBitshuffleZstd } from "./wasm_zstd.ts";
import {
  allBelow,
  commonMask,
  countMasked,
  countNan,
  crc32,
  decodeChunk,
  encodeBitshuffleLz4,
  encodeMask,
  frameMarks,
  nanMask,
  narrowed,
  nonzeroMask,
  rises,
  unitedMask,
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
  decodeMask(encoding, chunk, size, float, pixels) {
    const image = new Uint8Array(pixels * size);
    decodeChunk(encoding, chunk, size, image);
    return nonzeroMask(image, size, float);
  },
  nanMask,
  countNan,
  countMasked,
  frameMarks: ({ encoding, bytes }, type, pixels) => frameMarks(encoding, bytes, type, pixels),
  commonMask,
  unitedMask,
  addMask: (mask, other) => mask.set(unitedMask(mask, other)),
  allBelow,
  rises,
  narrowed,
};

offerPacking(wasmPacking);
