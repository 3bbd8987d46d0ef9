/* @ts-self-types="./braggsieve.d.ts" */
import * as wasm from "./braggsieve_bg.wasm";
import { __wbg_set_wasm } from "./braggsieve_bg.js";

__wbg_set_wasm(wasm);
wasm.__wbindgen_start();
export {
    Densifier, Plan, Simulator, allBelow, chiMap, commonMask, countChanged, countMasked, decodeByteOffset, encodeByteOffset, frameMarks, nanMask, narrowed, nonzeroMask, radialMap, rises, simulationFields, unitedMask
} from "./braggsieve_bg.js";
