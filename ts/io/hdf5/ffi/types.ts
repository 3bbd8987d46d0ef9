/** Number and string types of libhdf5: what a type in a file is, and the little-endian type to read it as. */
import { CLASS, type H5Number, NUMBERS, type RawType, typeName } from "../types.ts";
import type { Library } from "./library.ts";

/** H5T_ORDER_LE */
const LITTLE_ENDIAN = 0;
/** H5T_VARIABLE */
export const VARIABLE = 2n ** 64n - 1n;
/** H5T_CSET_UTF8 */
const UTF8 = 1;

/** What a type is. */
export type FileType = RawType & { readonly littleEndian: boolean };

/** Describes a type of a file. */
export function describeType(lib: Library, type: bigint): FileType {
  const { h5 } = lib;
  const of = lib.ok(h5.H5Tget_class(type));
  const size = Number(h5.H5Tget_size(type));
  const whole = of === CLASS.integer || of === CLASS.enum;
  const plain = whole || of === CLASS.float;
  return {
    type: of,
    size,
    signed: whole ? lib.ok(h5.H5Tget_sign(type)) > 0 : true,
    vlen: of === CLASS.string && lib.ok(h5.H5Tis_variable_str(type)) > 0,
    littleEndian: plain ? lib.ok(h5.H5Tget_order(type)) === LITTLE_ENDIAN : true,
    ...(of === CLASS.string ? { strpad: h5.H5Tget_strpad(type) } : {}),
  };
}

/** The identifier, not to be closed, of the little-endian type of these numbers. */
export function numberTypeId(lib: Library, type: H5Number): bigint {
  const { size, signed, type: of } = NUMBERS[type];
  const name = of === CLASS.float ? `H5T_IEEE_F${size * 8}LE` : `H5T_STD_${signed ? "I" : "U"}${size * 8}LE`;
  return lib.h5.ids[name as keyof typeof lib.h5.ids];
}

/** Uses a type of variable-length UTF-8 strings. */
export function usingText<T>(lib: Library, use: (type: bigint) => T): T {
  return lib.using(lib.h5.H5Tcopy(lib.h5.ids.H5T_C_S1), lib.h5.H5Tclose, (type) => {
    lib.ok(lib.h5.H5Tset_size(type, VARIABLE));
    lib.ok(lib.h5.H5Tset_cset(type, UTF8));
    return use(type);
  });
}

export { typeName };
