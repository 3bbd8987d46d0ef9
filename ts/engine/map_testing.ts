/** For tests: maps as whoever reads their file finds them. */
import { decodeChunk } from "./packing.ts";
import type { MapName, PlanMaps, Rounding } from "./plan_maps.ts";

/** A map packed in three bands, and unpacked. */
export async function unpackedMap(maps: PlanMaps, name: MapName, rounding?: Rounding): Promise<Float32Array> {
  const length = 8 * Math.ceil(maps.pixels / 24);
  const all = new Float32Array(3 * length);
  for (const start of [0, length, 2 * length]) {
    const chunk = await maps.pack(name, { start, end: Math.min(start + length, maps.pixels), length }, rounding);
    decodeChunk("bitshuffle-zstd", chunk, 4, new Uint8Array(all.buffer, 4 * start, 4 * length));
  }
  return all.slice(0, maps.pixels);
}
