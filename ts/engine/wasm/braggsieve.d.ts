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
 * Azimuth χ of each pixel, rad: for maps and pictures; plans do not need it.
 */
export function chiMap(options: PlanOptions): Float64Array;

/**
 * Decodes a CBF byte-offset section of `pixels` int32 pixels, for masks and single images.
 */
export function decodeByteOffset(section: Uint8Array | number[], pixels: number): Int32Array;

/**
 * Encodes int32 pixels as a CBF byte-offset section.
 */
export function encodeByteOffset(image: Int32Array | number[]): Uint8Array;

/**
 * Radial coordinate of each pixel in f64.
 */
export function radialMap(options: PlanOptions): Float64Array;

/**
 * The settings of a simulation: one line each of name, default, min, max, unit and meaning, separated by tabs.
 */
export function simulationFields(): string[];
