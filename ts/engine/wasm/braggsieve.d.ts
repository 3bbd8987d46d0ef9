/* tslint:disable */
/* eslint-disable */

/**
 * Rebuilds frames one after the other into one buffer.
 */
export class Densifier {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The rebuilt frame as a bitshuffle-LZ4 chunk.
     */
    encode(): Uint8Array;
    /**
     * Takes the bytes of a frame that was filled by the last lookup, and draws its `open` pixels, a bit each.
     */
    finish(filled: Uint8Array | number[], open: Uint32Array | number[], index: Uint32Array | number[], intensity: Uint8Array | number[], noise: number, seed: bigint, frame: number): void;
    /**
     * Rebuilds frame number `frame`. `intensity`: little-endian bytes of the kept values; `noise`: 0 to 1 of the
     * recorded std.
     */
    frame(mean: Float32Array | number[], std: Float32Array | number[], index: Uint32Array | number[], intensity: Uint8Array | number[], noise: number, seed: bigint, frame: number): void;
    /**
     * What frame number `frame` with noise is drawn from, for an engine that looks it up itself (`Densify::lookup` of
     * the core says how); arguments as for `frame`.
     */
    lookup(mean: Float32Array | number[], std: Float32Array | number[], index: Uint32Array | number[], intensity: Uint8Array | number[], noise: number, seed: bigint, frame: number): Uint32Array;
    /**
     * `options`: lines `name=value`; `radius`: per pixel, NaN where masked; `normalization`: norm per pixel.
     */
    constructor(options: string, radius: Float32Array | number[], normalization?: Float32Array | number[] | null);
    /**
     * Place of the rebuilt frame.
     */
    pixelsPointer(): number;
}

/**
 * A plan and the number of values that its last stage gave.
 */
export class Plan {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Background of the last clipped frame: mean then std of all bins.
     */
    background(): Float32Array;
    /**
     * Bin of each pixel in raster order; 65535 where masked (a plan of 65536 bins has no room for that).
     */
    binOfPixels(): Uint16Array;
    /**
     * First place of each bin in the bin order; one more entry than bins.
     */
    binOffsets(): Uint32Array;
    /**
     * Pixel (raster index) at each place of the bin order.
     */
    binOrder(): Uint32Array;
    /**
     * Radial coordinate of the bin centres.
     */
    centres(): Float64Array;
    /**
     * Reduces with clipping and makes the background: mean, std, sem, count of all bins, one after the other.
     */
    clip(): Float64Array;
    /**
     * The loaded frame as a bitshuffle-LZ4 chunk.
     */
    encode(): Uint8Array;
    /**
     * Fixed-point weights in bin order; `undefined` where every norm is 1 or none fits.
     */
    fixedWeights(): Int32Array | undefined;
    /**
     * Place of the frame buffer.
     */
    framePointer(): number;
    /**
     * Takes over what lies in the frame buffer.
     */
    gather(): void;
    /**
     * First bin centre, bins per unit of radius, last centre in bins from the first.
     */
    gridParameters(): Float64Array;
    /**
     * Smallest and largest integer that counts, first and last of those in between that do not.
     */
    integerValidity(): Int32Array;
    /**
     * Reduces without clipping: mean, std, sem, count of all bins, one after the other.
     */
    integrate(): Float64Array;
    /**
     * Unmasked pixels without a valid value in the last reduction.
     */
    invalid(): number;
    /**
     * Whether sums are exact integers.
     */
    isExact(): boolean;
    /**
     * Decodes a frame of which only profiles and kept pixels are wanted.
     */
    loadCounts(encoding: string, bytes: Uint8Array | number[]): void;
    /**
     * Decodes a frame into the frame buffer and takes it over.
     */
    load(encoding: string, bytes: Uint8Array | number[]): void;
    /**
     * `options`: lines `name=value`. Maps hold one entry per pixel in raster order; they are moved in.
     */
    constructor(options: string, mask?: Uint8Array | number[] | null, dark?: Float32Array | number[] | null, flat?: Float32Array | number[] | null);
    /**
     * Norm per pixel; `undefined` without corrections.
     */
    normalization(): Float32Array | undefined;
    /**
     * Finds peaks: x, y, intensity, sigma, pixels of all peaks, one after the other.
     */
    peaks(): Float32Array;
    /**
     * Picks; gives the number of kept pixels.
     */
    pick(): number;
    /**
     * Places of the raster indices (u32) and of the values (frame's type) that `pick` kept.
     */
    pickedPointers(): Uint32Array;
    /**
     * Radial coordinate per pixel, NaN where masked.
     */
    radius(): Float32Array;
    /**
     * Fixed-point weights in raster order, 0 where masked; `undefined` as above.
     */
    rasterWeights(): Int32Array | undefined;
    /**
     * Share of the valid pixels between the centre of each bin and the next; `weighted`: times their norms, undefined
     * where there are none.
     */
    ringShares(weighted: boolean): Float64Array | undefined;
    /**
     * The same of the plan's radii, or of its norms; gives the place of its `4 * length` bytes.
     */
    shuffledBand(normalization: boolean, start: number, end: number, length: number, step: number | null | undefined, least: number): number;
    /**
     * The same, made of the sorting of another plan of the same options and maps; the mask is that of the other one.
     */
    static sorted(options: string, dark: Float32Array | number[] | null | undefined, flat: Float32Array | number[] | null | undefined, sorting: Uint32Array | number[]): Plan;
    /**
     * Number of words that `writeSorting` writes.
     */
    sortingLength(): number;
    /**
     * Pixels that are not masked.
     */
    validPixels(): number;
    /**
     * Smallest and largest value that counts, and the dummy with its delta (−1: no dummy).
     */
    validity(): Float64Array;
    /**
     * Σω (two words, low first) and Σω² (four words) of each bin.
     */
    weightSums(): Uint32Array;
    /**
     * The norm that one step of the fixed-point weights stands for.
     */
    weightUnit(): number;
    /**
     * Writes what `sorted` takes.
     */
    writeSorting(out: Uint32Array): void;
}

/**
 * A simulated detector; one frame at a time, 16-bit unsigned.
 */
export class Simulator {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Makes frame `index` and its truth.
     */
    frame(index: number): void;
    /**
     * Rows.
     */
    height(): number;
    /**
     * Whether there is a crystal in the beam.
     */
    hit(): boolean;
    /**
     * The pixel mask, one NXmx bit field per pixel.
     */
    mask(): Uint32Array;
    /**
     * The default settings, with `values` for those that `names` tells.
     */
    constructor(names: string[], values: Float64Array | number[]);
    /**
     * Its rotation, nine numbers row by row.
     */
    orientation(): Float64Array;
    /**
     * Place of the frame's pixels.
     */
    pixelsPointer(): number;
    /**
     * Six numbers per spot: x, y, photons, h, k, l.
     */
    spots(): Float64Array;
    /**
     * Columns.
     */
    width(): number;
}

/**
 * Adds the bits of another mask.
 */
export function addMask(bits: Uint8Array, other: Uint8Array | number[]): void;

/**
 * Whether every raster index is below `pixels`.
 */
export function allBelow(index: Uint32Array | number[], pixels: number): boolean;

/**
 * Shuffles the bits of whole groups of eight elements; gives the place of as many bytes, which the next call writes over.
 */
export function bitshuffle(bytes: Uint8Array | number[], size: number): number;

/**
 * Chauvenet's cut-off for 0 to `largest` pixels.
 */
export function chauvenetTable(largest: number): Float64Array;

/**
 * Azimuth χ of each pixel, rad: for maps and pictures; plans do not need it.
 */
export function chiMap(options: string): Float64Array;

/**
 * Kept values that differ from the frame's pixels at their raster indices.
 */
export function countChanged(frame: Uint8Array | number[], size: number, index: Uint32Array | number[], kept: Uint8Array | number[]): number;

/**
 * Pixels that a mask excludes.
 */
export function countMasked(bits: Uint8Array | number[]): number;

/**
 * Values of a map that are NaN.
 */
export function countNan(values: Float32Array | number[]): number;

/**
 * CRC-32 of some bytes, as gzip and PNG have it.
 */
export function crc32(bytes: Uint8Array | number[]): number;

/**
 * Decodes a CBF byte-offset section of `pixels` int32 pixels, for masks and single images.
 */
export function decodeByteOffset(section: Uint8Array | number[], pixels: number): Int32Array;

/**
 * Unpacks one HDF5 chunk of elements of `size` bytes into `out`, which it fills exactly.
 */
export function decodeChunk(encoding: string, chunk: Uint8Array | number[], size: number, out: Uint8Array): void;

/**
 * The same of one HDF5 chunk of `pixels` elements.
 */
export function decodeMask(encoding: string, chunk: Uint8Array | number[], size: number, float: boolean, pixels: number): Uint8Array;

/**
 * Packs little-endian elements of `size` bytes as one chunk of HDF5 filter 32008 with LZ4, in blocks of `block` elements
 * (of 8192 bytes where it is not given).
 */
export function encodeBitshuffleLz4(bytes: Uint8Array | number[], size: number, block?: number | null): Uint8Array;

/**
 * Encodes int32 pixels as a CBF byte-offset section.
 */
export function encodeByteOffset(image: Int32Array | number[]): Uint8Array;

/**
 * A mask of one byte a pixel as a chunk of uint32 of HDF5 filter 32008 with LZ4.
 */
export function encodeMask(mask: Uint8Array | number[]): Uint8Array;

/**
 * What the values of an integer frame mark: 1 a gap, 2 a defect; `undefined` for float frames.
 */
export function frameMarks(encoding: string, bytes: Uint8Array | number[], type_name: string, pixels: number): Uint8Array | undefined;

/**
 * Keeps the marks that another frame has too.
 */
export function keepCommonMarks(marks: Uint8Array, encoding: string, bytes: Uint8Array | number[], type_name: string): void;

/**
 * 1 where a value is NaN.
 */
export function nanMask(values: Float32Array | number[]): Uint8Array;

/**
 * 64-bit values as u32; `undefined` when one is larger.
 */
export function narrowed(values: BigUint64Array | bigint[]): Uint32Array | undefined;

/**
 * 1 where an element of an image is not zero. `bytes`: little-endian elements of `size` bytes.
 */
export function nonzeroMask(bytes: Uint8Array | number[], size: number, float: boolean): Uint8Array;

/**
 * Radial coordinate of each pixel in f64.
 */
export function radialMap(options: string): Float64Array;

/**
 * Share of the valid pixels between the centre of each bin and the next, times their norms.
 */
export function ringShares(radius: Float32Array | number[], norms: Float32Array | number[] | null | undefined, first: number, width: number, bins: number): Float64Array;

/**
 * Whether no value is below the one before it.
 */
export function rises(values: Float64Array | number[]): boolean;

/**
 * A band of a map, ready to be compressed: `core::map_step::shuffled_band`.
 */
export function shuffledBand(band: Float32Array | number[], length: number, step: number | null | undefined, least: number): Uint8Array;

/**
 * The settings of a simulation: one line each of name, default, min, max, unit and meaning, separated by tabs.
 */
export function simulationFields(): string[];
