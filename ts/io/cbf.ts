/**
 * CBF files of one frame packed by byte-offset, plain or in gzip or bzip2, as a FrameSource. Only text is read here:
 * the pixels stay packed until a plan decodes them.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { InputError } from "../errors.ts";
import { copyInto, readBytes } from "./bytes.ts";
import { unpack } from "./compressed.ts";
import type { EncodedFrame, FrameInfo, FrameSource } from "./frame.ts";
import { isCbf } from "./signatures.ts";
import { type BinaryHeader, geometryOfHeader, parseBinaryHeader, parseMiniCbfHeader } from "./minicbf.ts";

/** The four bytes between the MIME header and the packed section (imgCIF: form feed, ^Z, ^D, 0xD5). */
const START = Buffer.from([0x0c, 0x1a, 0x04, 0xd5]);
const SECTION = "--CIF-BINARY-FORMAT-SECTION--";
/** Pixels of the largest frame that is read. */
const MAX_PIXELS = 2 ** 28;
/** Element types whose values fit into the int32 that byte-offset decodes to. */
const ELEMENT_TYPES = /^(signed (8|16|32)-bit|unsigned (8|16)-bit) integer$/i;

function check(header: BinaryHeader, file: string): void {
  const corrupt = "the file is corrupt: copy it again";
  const place = "binary section";
  if (header.conversions.toLowerCase() !== "x-cbf_byte_offset") {
    throw new InputError(`the compression ${header.conversions} is not supported`, {
      file,
      place,
      remedy: "convert the file to x-CBF_BYTE_OFFSET, for instance with fabio-convert",
    });
  }
  if (!ELEMENT_TYPES.test(header.elementType)) {
    throw new InputError(`pixels of type "${header.elementType}" are not supported`, {
      file,
      place,
      remedy: 'convert the file to "signed 32-bit integer"',
    });
  }
  if (header.third > 1) {
    throw new InputError(`holds ${header.third} frames in one section`, { file, place, remedy: "split it" });
  }
  const pixels = header.fast * header.slow;
  if (pixels === 0) throw new InputError("holds no pixels", { file, place, remedy: corrupt });
  if (pixels >= MAX_PIXELS) {
    throw new InputError(`${header.slow} × ${header.fast} pixels are too many`, { file, place, remedy: corrupt });
  }
  if (header.elements !== pixels) {
    const what = `announces ${header.elements} elements for ${header.slow} × ${header.fast} pixels`;
    throw new InputError(what, { file, place, remedy: corrupt });
  }
  // Byte-offset takes 1 byte for each pixel at least.
  if (header.size < pixels) {
    const what = `announces ${header.size} bytes, too few for ${pixels} pixels`;
    throw new InputError(what, { file, place, remedy: corrupt });
  }
}

/**
 * The frame in the unpacked bytes of a CBF file; `name` is the file as the user named it. Pixels are int32; negative
 * ones are not counts (−1 gap, −2 defect). The geometry comes from a miniCBF header. Throws InputError for truncated
 * or corrupt files (lengths, Content-MD5) and for compressions and pixel types that are not supported.
 */
export function parseCbf(bytes: Uint8Array, name: string): FrameSource {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const remedy = "the file is truncated or not a CBF image: copy it again";
  if (!isCbf(bytes)) {
    throw new InputError("is not a CBF file", { file: name, remedy: "check that it is the right file" });
  }
  const section = buffer.indexOf(SECTION);
  if (section < 0) throw new InputError("holds no binary section", { file: name, remedy });
  const start = buffer.indexOf(START, section);
  if (start < 0) throw new InputError("its binary section has no start", { file: name, remedy });
  const text = buffer.toString("latin1", 0, section);
  const header = parseBinaryHeader(buffer.toString("latin1", section + SECTION.length, start), name);
  check(header, name);
  const first = start + START.length;
  const there = bytes.length - first;
  if (there < header.size) {
    throw new InputError(`is truncated: ${there} of ${header.size} bytes of the frame are there`, {
      file: name,
      place: "binary section",
      remedy: "copy it again",
    });
  }
  const packed = bytes.subarray(first, first + header.size);
  if (
    header.md5 !== undefined && header.md5 !== "" && createHash("md5").update(packed).digest("base64") !== header.md5
  ) {
    throw new InputError("is corrupt: the frame does not match its Content-MD5", {
      file: name,
      place: "binary section",
      remedy: "copy it again",
    });
  }
  return new CbfSource(name, packed, infoOf(text, [header.slow, header.fast]));
}

function infoOf(text: string, shape: readonly [number, number]): FrameInfo {
  const header = parseMiniCbfHeader(text);
  const geometry = geometryOfHeader(header, shape);
  const known = Object.keys(header.facts).length > 0;
  return {
    shape,
    type: "int32",
    valid: [0, 2 ** 31 - 1],
    ...(geometry ? { geometry } : {}),
    ...(known ? { detector: header.facts } : {}),
  };
}

class CbfSource implements FrameSource {
  readonly frameCount = 1;
  #packed: Uint8Array | undefined;
  constructor(readonly name: string, packed: Uint8Array, readonly info: FrameInfo) {
    this.#packed = packed;
  }
  read(index: number, buffer?: Uint8Array<ArrayBuffer>): EncodedFrame {
    if (index !== 0 || !this.#packed) {
      throw new InputError(this.#packed ? "holds one frame only" : "is closed", {
        file: this.name,
        place: `frame ${index}`,
      });
    }
    return { encoding: "byte-offset", bytes: copyInto(this.#packed, buffer) };
  }
  label(): string {
    return this.name;
  }
  close(): void {
    this.#packed = undefined;
  }
}

/** Opens a CBF file, plain or packed with gzip or bzip2. Throws InputError naming the file; see `parseCbf`. */
export async function openCbf(path: string): Promise<FrameSource> {
  return parseCbf(await unpack(await readBytes(path), path), path);
}
