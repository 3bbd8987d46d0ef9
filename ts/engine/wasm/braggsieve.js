/* @ts-self-types="./braggsieve.d.ts" */
import * as wasm from "./braggsieve_bg.wasm";
import { __wbg_set_wasm } from "./braggsieve_bg.js";

__wbg_set_wasm(wasm);
wasm.__wbindgen_start();
export {
    Densifier, Plan, Simulator, addMask, allBelow, bitshuffle, chauvenetTable, chiMap, countChanged, countMasked, countNan, crc32, decodeByteOffset, decodeChunk, decodeMask, encodeBitshuffleLz4, encodeByteOffset, encodeMask, frameMarks, keepCommonMarks, nanMask, narrowed, nonzeroMask, radialMap, ringShares, rises, shuffledBand, simulationFields
} from "./braggsieve_bg.js";
