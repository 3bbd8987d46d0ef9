/** Data spaces: shapes, and the parts of datasets that are read and written. */
import type { H5Ranges } from "../types.ts";
import { DEFAULT, type Library, numbers, sizes } from "./library.ts";

/** H5S_NULL: no elements at all */
const NULL_SPACE = 2;
/** H5S_SCALAR */
const SCALAR = 0;
/** H5S_SELECT_SET */
const SET = 0;

/** The shape of a data space; undefined when it has no elements by kind. */
export function shapeOf(lib: Library, space: bigint): number[] | undefined {
  const { h5 } = lib;
  if (lib.ok(h5.H5Sget_simple_extent_type(space)) === NULL_SPACE) return undefined;
  const rank = lib.ok(h5.H5Sget_simple_extent_ndims(space));
  const { bytes, values } = numbers(rank);
  lib.ok(h5.H5Sget_simple_extent_dims(space, bytes, null));
  return [...values.subarray(0, rank)].map(Number);
}

/** Uses a new space of a shape, [] for one value; `grows`: without limit along the first axis. */
export function usingSpace<T>(
  lib: Library,
  shape: readonly number[],
  use: (space: bigint) => T,
  grows = false,
): T {
  const { h5 } = lib;
  if (shape.length === 0) return lib.using(h5.H5Screate(SCALAR), h5.H5Sclose, use);
  const most = sizes(shape);
  // H5S_UNLIMITED is the largest number.
  if (grows) most.fill(255, 0, 8);
  return lib.using(h5.H5Screate_simple(shape.length, sizes(shape), most), h5.H5Sclose, use);
}

/** Uses the spaces, in memory and in the file, of a part of a dataset; those of all of it without `ranges`. */
export function usingPart<T>(
  lib: Library,
  dataset: bigint,
  ranges: H5Ranges | undefined,
  use: (memory: bigint, file: bigint) => T,
): T {
  const { h5 } = lib;
  if (!ranges || ranges.length === 0) return use(DEFAULT, DEFAULT);
  const count = ranges.map(([from, to]) => to - from);
  return usingSpace(lib, count, (memory) =>
    lib.using(h5.H5Dget_space(dataset), h5.H5Sclose, (file) => {
      lib.ok(h5.H5Sselect_hyperslab(file, SET, sizes(ranges.map(([from]) => from)), null, sizes(count), null));
      return use(memory, file);
    }));
}
