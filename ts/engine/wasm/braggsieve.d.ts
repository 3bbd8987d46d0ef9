/* tslint:disable */
/* eslint-disable */

/**
 * Rebuilds frames one after the other into one buffer.
 */
export class Densifier {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Rebuilds frame number `frame`. `intensity`: little-endian bytes of the kept values; `noise`: 0 to 1 of the
     * recorded std.
     */
    frame(mean: Float32Array | number[], std: Float32Array | number[], index: Uint32Array | number[], intensity: Uint8Array | number[], noise: number, seed: bigint, frame: number): void;
    /**
     * `radius`: per pixel, NaN where masked; `first`, `width`, `bins`: centre of the first bin, distance of centres,
     * their number; `cutoff`, `cutoff_noise`: what picked, where known; `dummy`: value of masked pixels.
     */
    constructor(type_name: string, radius: Float32Array | number[], normalization: Float32Array | number[] | null | undefined, first: number, width: number, bins: number, cutoff: number | null | undefined, cutoff_noise: number, dummy: number);
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
     * Radial coordinate of the bin centres.
     */
    centres(): Float64Array;
    /**
     * Reduces with clipping and makes the background: mean, std, sem, count of all bins, one after the other.
     */
    clip(): Float64Array;
    /**
     * Place of the frame buffer.
     */
    framePointer(): number;
    /**
     * Takes over what lies in the frame buffer.
     */
    gather(): void;
    /**
     * Reduces without clipping: mean, std, sem, count of all bins, one after the other.
     */
    integrate(): Float64Array;
    /**
     * Unmasked pixels without a valid value in the last reduction.
     */
    invalid(): number;
    /**
     * Decodes a bitshuffle-LZ4 chunk into the frame buffer.
     */
    loadBitshuffleLz4(chunk: Uint8Array | number[]): void;
    /**
     * Decodes a CBF byte-offset section into the frame buffer.
     */
    loadByteOffset(section: Uint8Array | number[]): void;
    /**
     * Maps hold one entry per pixel in raster order; they are moved in.
     */
    constructor(options: PlanOptions, mask?: Uint8Array | number[] | null, dark?: Float32Array | number[] | null, flat?: Float32Array | number[] | null);
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
     * Pixels that are not masked.
     */
    validPixels(): number;
}

/**
 * Fields named as in TypeScript; lengths in m, angles in rad. `undefined` numbers are absent.
 */
export class PlanOptions {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * All fields zero, empty or absent: the caller sets every one.
     */
    constructor();
    bins: number;
    connected: number;
    cutoffClip: number;
    cutoffPeak: number;
    cutoffPick: number;
    cycle: number;
    get deltaDummy(): number | undefined;
    set deltaDummy(value: number | null | undefined);
    distance: number;
    get dummy(): number | undefined;
    set dummy(value: number | null | undefined);
    errorModel: string;
    fast: number;
    noise: number;
    orientation: number;
    patchSize: number;
    pixel1: number;
    pixel2: number;
    pixelType: string;
    get polarizationFactor(): number | undefined;
    set polarizationFactor(value: number | null | undefined);
    poni1: number;
    poni2: number;
    rot1: number;
    rot2: number;
    rot3: number;
    slow: number;
    solidAngle: boolean;
    unit: string;
    get validHigh(): number | undefined;
    set validHigh(value: number | null | undefined);
    get validLow(): number | undefined;
    set validLow(value: number | null | undefined);
    get wavelength(): number | undefined;
    set wavelength(value: number | null | undefined);
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
 * Whether every raster index is below `pixels`.
 */
export function allBelow(index: Uint32Array | number[], pixels: number): boolean;

/**
 * What the negative pixels of a CBF byte-offset section mark: 1 a gap, 2 a defect.
 */
export function byteOffsetMarks(section: Uint8Array | number[], pixels: number): Uint8Array;

/**
 * Azimuth χ of each pixel, rad: for maps and pictures; plans do not need it.
 */
export function chiMap(options: PlanOptions): Float64Array;

/**
 * The bits that both masks have.
 */
export function commonMask(bits: Uint8Array | number[], other: Uint8Array | number[]): Uint8Array;

/**
 * Kept values that differ from the frame's pixels at their raster indices.
 */
export function countChanged(frame: Uint8Array | number[], size: number, index: Uint32Array | number[], kept: Uint8Array | number[]): number;

/**
 * Pixels that a mask excludes.
 */
export function countMasked(bits: Uint8Array | number[]): number;

/**
 * Decodes a CBF byte-offset section of `pixels` int32 pixels, for masks and single images.
 */
export function decodeByteOffset(section: Uint8Array | number[], pixels: number): Int32Array;

/**
 * Encodes int32 pixels as a CBF byte-offset section.
 */
export function encodeByteOffset(image: Int32Array | number[]): Uint8Array;

/**
 * What the values of a raw integer frame mark: 1 a gap, 2 a defect; `undefined` for float frames.
 */
export function frameMarks(bytes: Uint8Array | number[], type_name: string): Uint8Array | undefined;

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
export function radialMap(options: PlanOptions): Float64Array;

/**
 * Whether no value is below the one before it.
 */
export function rises(values: Float64Array | number[]): boolean;

/**
 * The settings of a simulation: one line each of name, default, min, max, unit and meaning, separated by tabs.
 */
export function simulationFields(): string[];

/**
 * The bits of both masks.
 */
export function unitedMask(bits: Uint8Array | number[], other: Uint8Array | number[]): Uint8Array;
