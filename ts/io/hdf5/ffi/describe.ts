/** What a dataset is: shape, type, chunks, filters, and the datasets that a virtual one is made of. */
import type { H5DatasetFacts, H5FilterFacts } from "../types.ts";
import { type Library, numbers } from "./library.ts";
import { shapeOf } from "./spaces.ts";
import { describeType, typeName } from "./types.ts";
import { virtualFacts } from "./virtual.ts";

/** H5D_CHUNKED, H5D_VIRTUAL */
const LAYOUT = { chunked: 2, virtual: 3 } as const;
/** Most `cd_values` and letters of a name that are read of a filter. */
const MAX_OPTIONS = 64;
const MAX_NAME = 256;

/** Describes an open dataset. Throws LibraryFailure when its header is damaged. */
export function describeDataset(lib: Library, dataset: bigint): H5DatasetFacts {
  const { h5 } = lib;
  const shape = lib.using(h5.H5Dget_space(dataset), h5.H5Sclose, (space) => shapeOf(lib, space)) ?? [0];
  const type = lib.using(h5.H5Dget_type(dataset), h5.H5Tclose, (type) => describeType(lib, type));
  return lib.using(h5.H5Dget_create_plist(dataset), h5.H5Pclose, (properties) => {
    const layout = lib.ok(h5.H5Pget_layout(properties));
    return {
      shape,
      type: typeName(type),
      itemSize: type.size,
      littleEndian: type.littleEndian,
      chunks: layout === LAYOUT.chunked ? chunksOf(lib, properties, shape.length) : undefined,
      filters: filtersOf(lib, properties),
      ...(layout === LAYOUT.virtual ? virtualFacts(lib, properties, shape) : {}),
    };
  });
}

function chunksOf(lib: Library, properties: bigint, rank: number): number[] {
  const { bytes, values } = numbers(rank);
  lib.ok(lib.h5.H5Pget_chunk(properties, rank, bytes));
  return [...values.subarray(0, rank)].map(Number);
}

function filtersOf(lib: Library, properties: bigint): H5FilterFacts[] {
  const stages = lib.ok(lib.h5.H5Pget_nfilters(properties));
  return Array.from({ length: stages }, (_, stage) => {
    const options = new Uint32Array(MAX_OPTIONS);
    const count = numbers(1);
    count.values[0] = BigInt(MAX_OPTIONS);
    const name = new Uint8Array(MAX_NAME);
    const flags = numbers(1).bytes;
    const configuration = numbers(1).bytes;
    const { bytes } = count;
    const id = lib.ok(lib.h5.H5Pget_filter2(
      properties,
      stage,
      flags,
      bytes,
      new Uint8Array(options.buffer),
      BigInt(MAX_NAME),
      name,
      configuration,
    ));
    return {
      id,
      name: new TextDecoder().decode(name.subarray(0, name.indexOf(0))),
      options: [...options.subarray(0, Math.min(Number(count.values[0]), MAX_OPTIONS))],
    };
  });
}
