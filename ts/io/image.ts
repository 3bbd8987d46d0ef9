/**
 * Single images that go with frames (masks, dark and flat fields): NumPy .npy, EDF, a dataset of an HDF5 file, CBF.
 * Pixels are copied or viewed as they are stored; what they mean is `mask.ts`'s work.
 */
import { Buffer } from "node:buffer";
import { InputError, messageOf } from "../errors.ts";
import { readBytes } from "./bytes.ts";
import { parseCbf } from "./cbf.ts";
import { unpack } from "./compressed.ts";
import { type H5Array, openH5 } from "./hdf5/h5.ts";
import { isCbf } from "./signatures.ts";

/** One image, row-major. */
export interface Image {
  readonly data: H5Array;
  /** [slow, fast] in pixels */
  readonly shape: readonly [number, number];
}

type ArrayMaker = { new (buffer: ArrayBuffer): H5Array; readonly BYTES_PER_ELEMENT: number };

/** NumPy's type codes (numpy.lib.format). */
const NPY_TYPES: Readonly<Record<string, ArrayMaker>> = {
  b1: Uint8Array,
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  f4: Float32Array,
  f8: Float64Array,
  u8: BigUint64Array,
  i8: BigInt64Array,
};

/** EDF's type names (ESRF data format; the older names too). */
const EDF_TYPES: Readonly<Record<string, ArrayMaker>> = {
  unsignedbyte: Uint8Array,
  unsignedchar: Uint8Array,
  signedbyte: Int8Array,
  unsignedshort: Uint16Array,
  signedshort: Int16Array,
  unsignedinteger: Uint32Array,
  unsignedlong: Uint32Array,
  signedinteger: Int32Array,
  signedlong: Int32Array,
  floatvalue: Float32Array,
  float: Float32Array,
  real: Float32Array,
  doublevalue: Float64Array,
  double: Float64Array,
};

/** The pixels after a header; checks that all are there before anything is allocated. */
function pixels(
  bytes: Uint8Array,
  offset: number,
  shape: readonly [number, number],
  make: ArrayMaker,
  file: string,
): Image {
  const needed = shape[0] * shape[1] * make.BYTES_PER_ELEMENT;
  const there = bytes.length - offset;
  if (!Number.isSafeInteger(needed) || needed <= 0 || there < needed) {
    throw new InputError(`holds ${Math.max(0, there)} bytes of pixels, ${shape[0]} × ${shape[1]} need ${needed}`, {
      file,
      remedy: "the file is truncated or corrupt: write it again",
    });
  }
  return { data: new make(bytes.slice(offset, offset + needed).buffer as ArrayBuffer), shape };
}

function parseNpy(bytes: Uint8Array, file: string): Image {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const remedy = "save a 2-D little-endian array in C order with numpy.save";
  if (bytes.length < 12) throw new InputError("is truncated", { file, remedy });
  const long = bytes[6] >= 2;
  const start = long ? 12 : 10;
  const length = long ? buffer.readUInt32LE(8) : buffer.readUInt16LE(8);
  const header = buffer.toString("latin1", start, Math.min(start + length, bytes.length));
  const descr = /'descr':\s*'([<>|=])(\w+)'/.exec(header);
  const shape = /'shape':\s*\((\d+),\s*(\d+),?\)/.exec(header);
  const make = descr ? NPY_TYPES[descr[2]] : undefined;
  if (!descr || !make || descr[1] === ">" || !/'fortran_order':\s*False/.test(header) || !shape) {
    throw new InputError("is not an array that can be read here", { file, place: header.slice(0, 80).trim(), remedy });
  }
  return pixels(bytes, start + length, [Number(shape[1]), Number(shape[2])], make, file);
}

function parseEdf(bytes: Uint8Array, file: string): Image {
  const remedy = "write it as an uncompressed little-endian EDF image";
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 65536)).toString("latin1");
  const end = text.indexOf("}");
  if (end < 0) throw new InputError("its EDF header has no end", { file, remedy });
  const fields = new Map<string, string>();
  for (const match of text.slice(1, end).matchAll(/([\w-]+)\s*=\s*([^;]*);/g)) {
    fields.set(match[1].toLowerCase(), match[2].trim());
  }
  const make = EDF_TYPES[(fields.get("datatype") ?? "").toLowerCase()];
  const shape = [Number(fields.get("dim_2")), Number(fields.get("dim_1"))] as const;
  const order = (fields.get("byteorder") ?? "LowByteFirst").toLowerCase();
  const packed = fields.get("compression") !== undefined && !/^none/i.test(fields.get("compression") ?? "");
  const plain = order === "lowbytefirst" || make?.BYTES_PER_ELEMENT === 1;
  if (!make || !shape.every((side) => Number.isInteger(side) && side > 0) || !plain || packed) {
    throw new InputError("is not an EDF image that can be read here", {
      file,
      place: `DataType ${fields.get("datatype")}, Dim_1 ${fields.get("dim_1")}, Dim_2 ${fields.get("dim_2")}, ${order}`,
      remedy,
    });
  }
  // The header ends with "}\n", padded to blocks of 512 bytes.
  return pixels(bytes, text[end + 1] === "\r" ? end + 3 : end + 2, shape, make, file);
}

async function readHdf5(spec: string): Promise<Image> {
  const [file, dataset] = spec.split("::");
  if (!dataset) {
    throw new InputError("an HDF5 file needs the path of the image", {
      file,
      remedy: `write it as ${file}::/path/of/the/dataset`,
    });
  }
  const reader = await openH5(file);
  try {
    const { shape } = reader.dataset(dataset);
    const planar = shape.filter((side, axis) => axis >= shape.length - 2 || side !== 1);
    const data = planar.length === 2 ? reader.read(dataset) : undefined;
    if (data === undefined || typeof data !== "object" || Array.isArray(data)) {
      const what = `has the shape ${shape.join(" × ")}, an image is needed`;
      throw new InputError(what, { file, place: dataset, remedy: "name a 2-D numeric dataset" });
    }
    return { data, shape: [planar[0], planar[1]] };
  } finally {
    reader.close();
  }
}

async function decodeCbf(bytes: Uint8Array, file: string): Promise<Image> {
  const source = parseCbf(bytes, file);
  const { shape } = source.info;
  try {
    const { decodeByteOffset } = await import("../engine/wasm.ts");
    return { data: decodeByteOffset((await source.read(0)).bytes, shape[0] * shape[1]), shape };
  } catch (cause) {
    const remedy = "the file is corrupt: copy it again";
    throw new InputError(`cannot be decoded: ${messageOf(cause)}`, { file, remedy }, { cause });
  } finally {
    source.close();
  }
}

/**
 * The image in a .npy, .edf or .cbf file (plain, gzip or bzip2), or in `file.h5::/path`.
 * Throws InputError naming the file when it is none of them, truncated, or of a type that is not read.
 */
export async function readImage(spec: string): Promise<Image> {
  if (spec.includes("::")) return await readHdf5(spec);
  const packed = await readBytes(spec);
  // The signature of HDF5: \x89HDF
  if (packed[0] === 0x89 && packed[1] === 0x48) return await readHdf5(spec);
  const bytes = await unpack(packed, spec);
  if (bytes[0] === 0x93 && bytes[1] === 0x4e) return parseNpy(bytes, spec);
  if (bytes[0] === 0x7b) return parseEdf(bytes, spec);
  if (isCbf(bytes)) return await decodeCbf(bytes, spec);
  throw new InputError("is no image that can be read here", {
    file: spec,
    remedy: "give a .npy, .edf or .cbf file, or file.h5::/path",
  });
}
