/* @ts-self-types="./braggsieve.d.ts" */
import * as wasm from "./braggsieve_bg.wasm";
import { __wbg_set_wasm } from "./braggsieve_bg.js";

__wbg_set_wasm(wasm);
wasm.__wbindgen_start();
export {
    Densifier, Plan, PlanOptions, Simulator, chiMap, decodeByteOffset, encodeByteOffset, radialMap, simulationFields
} from "./braggsieve_bg.js";
