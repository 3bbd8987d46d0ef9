/** HDF5 files for the rest of the library: reading and writing real files, with bitshuffle-LZ4 and gzip. */
export { h5LibraryName } from "./choose.ts";
export { type ChunkCodec, chunkCodec, decodedFrame, useChunkCodec } from "./codec.ts";
export { openH5 } from "./open.ts";
export type { H5Chunk, H5Reader } from "./reader.ts";
export { createH5, type H5ArrayOptions, type H5StackOptions, type H5Writer } from "./writer.ts";
export type { ChunkPlace } from "./backend.ts";
export type { H5ChunkStack, H5ChunkStackOptions } from "./chunk_stack.ts";
export type { H5Stack } from "./stack.ts";
export type { H5Array, H5Attributes, H5DatasetFacts, H5Filter, H5FilterFacts, H5Number, H5Ranges } from "./types.ts";
