/** What a virtual dataset is made of. */
import type { H5VirtualPart, H5VirtualSource } from "../types.ts";
import { type Library, numbers } from "./library.ts";
import { shapeOf } from "./spaces.ts";

/** H5S_SEL_ALL: the whole of a source, whatever its shape */
const ALL = 3;

/** The source of one mapping, and where it stands in the virtual dataset. */
type Mapping = H5VirtualPart & { readonly first: number };

/**
 * The sources of a virtual dataset, and its parts when it is whole datasets one after the other along the first axis:
 * then frames may be read from those, as chunks.
 */
export function virtualFacts(
  lib: Library,
  properties: bigint,
  shape: readonly number[],
): { virtualSources: H5VirtualSource[]; virtualParts?: H5VirtualPart[] } {
  const { h5 } = lib;
  const { bytes, values } = numbers(1);
  lib.ok(h5.H5Pget_virtual_count(properties, bytes));
  const indices = Array.from({ length: Number(values[0]) }, (_, i) => BigInt(i));
  const virtualSources = indices.map((i) => ({
    file: name((room, size) => h5.H5Pget_virtual_filename(properties, i, room, size)),
    path: name((room, size) => h5.H5Pget_virtual_dsetname(properties, i, room, size)),
  }));
  // Of a dataset of two axes the first one is no axis of frames.
  if (shape.length < 3) return { virtualSources };
  const mappings: Mapping[] = [];
  for (const i of indices) {
    const mapping = mappingOf(lib, properties, i, shape);
    if (!mapping) return { virtualSources };
    mappings.push({ ...virtualSources[Number(i)]!, ...mapping });
  }
  mappings.sort((a, b) => a.first - b.first);
  let next = 0;
  for (const { first, length, file, path } of mappings) {
    // A gap or an overlap, or a name that stands for many.
    if (first !== next || file.includes("%") || path.includes("%")) return { virtualSources };
    next += length;
  }
  if (next !== shape[0]) return { virtualSources };
  return {
    virtualSources,
    virtualParts: mappings.map(({ first: _, ...part }) => part),
  };
}

/** One mapping, when it puts the whole of a source into whole items of the virtual dataset. */
function mappingOf(
  lib: Library,
  properties: bigint,
  index: bigint,
  shape: readonly number[],
): Omit<Mapping, "file" | "path"> | undefined {
  const { h5 } = lib;
  const target = lib.using(h5.H5Pget_virtual_vspace(properties, index), h5.H5Sclose, (space) => boxOf(lib, space));
  if (!target || !shape.every((size, axis) => axis === 0 || spans(target, axis, size))) return undefined;
  const first = target.from[0]!;
  const length = target.to[0]! - first + 1;
  return lib.using(h5.H5Pget_virtual_srcspace(properties, index), h5.H5Sclose, (space) => {
    if (lib.ok(h5.H5Sget_select_type(space)) === ALL) return { first, length };
    const source = boxOf(lib, space);
    if (!source?.shape.every((size, axis) => spans(source, axis, size))) return undefined;
    // The last two axes are those of a frame: then the order of the elements of both is the same.
    const same = [-1, -2].every((axis) => source.shape.at(axis) === shape.at(axis));
    return same ? { first, length, shape: source.shape } : undefined;
  });
}

/** A selection that is one box: all of its points lie within its bounds. */
interface Box {
  readonly shape: readonly number[];
  readonly from: readonly number[];
  /** inclusive */
  readonly to: readonly number[];
}

function spans({ from, to }: Box, axis: number, size: number): boolean {
  return from[axis] === 0 && to[axis] === size - 1;
}

function boxOf(lib: Library, space: bigint): Box | undefined {
  const shape = shapeOf(lib, space);
  const points = lib.h5.H5Sget_select_npoints(space);
  if (!shape || shape.length < 2 || points <= 0n) return undefined;
  const from = numbers(shape.length);
  const to = numbers(shape.length);
  // It fails for unlimited selections, which grow with their source.
  if (lib.h5.H5Sget_select_bounds(space, from.bytes, to.bytes) < 0) return undefined;
  const box = { shape, from: [...from.values].map(Number), to: [...to.values].map(Number) };
  const inside = box.from.reduce((product, at, axis) => product * (box.to[axis]! - at + 1), 1);
  return BigInt(inside) === points ? box : undefined;
}

/** A name that the library writes into a buffer of the size that it asked for. */
function name(call: (room: Uint8Array<ArrayBuffer> | null, size: bigint) => bigint): string {
  const length = Number(call(null, 0n));
  if (length < 0) return "";
  const room = new Uint8Array(length + 1);
  call(room, BigInt(length + 1));
  return new TextDecoder().decode(room.subarray(0, length));
}
