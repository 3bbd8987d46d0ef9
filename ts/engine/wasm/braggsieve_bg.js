/**
 * Rebuilds frames one after the other into one buffer.
 */
export class Densifier {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        DensifierFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_densifier_free(ptr, 0);
    }
    /**
     * The rebuilt frame as a bitshuffle-LZ4 chunk.
     * @returns {Uint8Array}
     */
    encode() {
        const ret = wasm.densifier_encode(this.__wbg_ptr);
        if (ret[3]) {
            throw takeFromExternrefTable0(ret[2]);
        }
        var v1 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        return v1;
    }
    /**
     * Takes the bytes of a frame that was filled by the last lookup, and draws its `open` pixels, a bit each.
     * @param {Uint8Array | number[]} filled
     * @param {Uint32Array | number[]} open
     * @param {Uint32Array | number[]} index
     * @param {Uint8Array | number[]} intensity
     * @param {number} noise
     * @param {bigint} seed
     * @param {number} frame
     */
    finish(filled, open, index, intensity, noise, seed, frame) {
        const val5 = +noise;
        const val6 = BigInt.asIntN(64, seed);
        const val7 = +frame;
        let ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3;
        try {
            ptr0 = passArray8ToWasm0(filled, wasm.__wbindgen_malloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passArray32ToWasm0(open, wasm.__wbindgen_malloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = passArray32ToWasm0(index, wasm.__wbindgen_malloc);
            len2 = WASM_VECTOR_LEN;
            ptr3 = passArray8ToWasm0(intensity, wasm.__wbindgen_malloc);
            len3 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr3) { wasm.__wbindgen_free(ptr3, len3 * 1, 1); }
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 4, 4); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 4, 4); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.densifier_finish(this.__wbg_ptr, ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, val5, val6, val7);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Rebuilds frame number `frame`. `intensity`: little-endian bytes of the kept values; `noise`: 0 to 1 of the
     * recorded std.
     * @param {Float32Array | number[]} mean
     * @param {Float32Array | number[]} std
     * @param {Uint32Array | number[]} index
     * @param {Uint8Array | number[]} intensity
     * @param {number} noise
     * @param {bigint} seed
     * @param {number} frame
     */
    frame(mean, std, index, intensity, noise, seed, frame) {
        const val5 = +noise;
        const val6 = BigInt.asIntN(64, seed);
        const val7 = +frame;
        let ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3;
        try {
            ptr0 = passArrayF32ToWasm0(mean, wasm.__wbindgen_malloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passArrayF32ToWasm0(std, wasm.__wbindgen_malloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = passArray32ToWasm0(index, wasm.__wbindgen_malloc);
            len2 = WASM_VECTOR_LEN;
            ptr3 = passArray8ToWasm0(intensity, wasm.__wbindgen_malloc);
            len3 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr3) { wasm.__wbindgen_free(ptr3, len3 * 1, 1); }
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 4, 4); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 4, 4); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 4, 4); }
            throw e;
        }
        const ret = wasm.densifier_frame(this.__wbg_ptr, ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, val5, val6, val7);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * What frame number `frame` with noise is drawn from, for an engine that looks it up itself (`Densify::lookup` of
     * the core says how); arguments as for `frame`.
     * @param {Float32Array | number[]} mean
     * @param {Float32Array | number[]} std
     * @param {Uint32Array | number[]} index
     * @param {Uint8Array | number[]} intensity
     * @param {number} noise
     * @param {bigint} seed
     * @param {number} frame
     * @returns {Uint32Array}
     */
    lookup(mean, std, index, intensity, noise, seed, frame) {
        const val5 = +noise;
        const val6 = BigInt.asIntN(64, seed);
        const val7 = +frame;
        let ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3;
        try {
            ptr0 = passArrayF32ToWasm0(mean, wasm.__wbindgen_malloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passArrayF32ToWasm0(std, wasm.__wbindgen_malloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = passArray32ToWasm0(index, wasm.__wbindgen_malloc);
            len2 = WASM_VECTOR_LEN;
            ptr3 = passArray8ToWasm0(intensity, wasm.__wbindgen_malloc);
            len3 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr3) { wasm.__wbindgen_free(ptr3, len3 * 1, 1); }
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 4, 4); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 4, 4); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 4, 4); }
            throw e;
        }
        const ret = wasm.densifier_lookup(this.__wbg_ptr, ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, val5, val6, val7);
        if (ret[3]) {
            throw takeFromExternrefTable0(ret[2]);
        }
        var v8 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v8;
    }
    /**
     * `options`: lines `name=value`; `radius`: per pixel, NaN where masked; `normalization`: norm per pixel.
     * @param {string} options
     * @param {Float32Array | number[]} radius
     * @param {Float32Array | number[] | null} [normalization]
     */
    constructor(options, radius, normalization) {
        let ptr0, len0, ptr1, len1, ptr2, len2;
        try {
            ptr0 = passStringToWasm0(options, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passArrayF32ToWasm0(radius, wasm.__wbindgen_malloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = isLikeNone(normalization) ? 0 : passArrayF32ToWasm0(normalization, wasm.__wbindgen_malloc);
            len2 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 4, 4); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 4, 4); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.densifier_new(ptr0, len0, ptr1, len1, ptr2, len2);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        DensifierFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * Place of the rebuilt frame.
     * @returns {number}
     */
    pixelsPointer() {
        const ret = wasm.densifier_pixelsPointer(this.__wbg_ptr);
        return ret >>> 0;
    }
}
if (Symbol.dispose) Densifier.prototype[Symbol.dispose] = Densifier.prototype.free;

/**
 * A plan and the number of values that its last stage gave.
 */
export class Plan {
    static __wrap(ptr) {
        const obj = Object.create(Plan.prototype);
        obj.__wbg_ptr = ptr;
        PlanFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        PlanFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_plan_free(ptr, 0);
    }
    /**
     * Background of the last clipped frame: mean then std of all bins.
     * @returns {Float32Array}
     */
    background() {
        const ret = wasm.plan_background(this.__wbg_ptr);
        var v1 = getArrayF32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * Bin of each pixel in raster order; 65535 where masked (a plan of 65536 bins has no room for that).
     * @returns {Uint16Array}
     */
    binOfPixels() {
        const ret = wasm.plan_binOfPixels(this.__wbg_ptr);
        var v1 = getArrayU16FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 2, 2);
        return v1;
    }
    /**
     * First place of each bin in the bin order; one more entry than bins.
     * @returns {Uint32Array}
     */
    binOffsets() {
        const ret = wasm.plan_binOffsets(this.__wbg_ptr);
        var v1 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * Pixel (raster index) at each place of the bin order.
     * @returns {Uint32Array}
     */
    binOrder() {
        const ret = wasm.plan_binOrder(this.__wbg_ptr);
        var v1 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * Radial coordinate of the bin centres.
     * @returns {Float64Array}
     */
    centres() {
        const ret = wasm.plan_centres(this.__wbg_ptr);
        var v1 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
        return v1;
    }
    /**
     * Reduces with clipping and makes the background: mean, std, sem, count of all bins, one after the other.
     * @returns {Float64Array}
     */
    clip() {
        const ret = wasm.plan_clip(this.__wbg_ptr);
        var v1 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
        return v1;
    }
    /**
     * The loaded frame as a bitshuffle-LZ4 chunk.
     * @returns {Uint8Array}
     */
    encode() {
        const ret = wasm.plan_encode(this.__wbg_ptr);
        if (ret[3]) {
            throw takeFromExternrefTable0(ret[2]);
        }
        var v1 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        return v1;
    }
    /**
     * Fixed-point weights in bin order; `undefined` where every norm is 1 or none fits.
     * @returns {Int32Array | undefined}
     */
    fixedWeights() {
        const ret = wasm.plan_fixedWeights(this.__wbg_ptr);
        let v1;
        if (ret[0] !== 0) {
            v1 = getArrayI32FromWasm0(ret[0], ret[1]).slice();
            wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        }
        return v1;
    }
    /**
     * Place of the frame buffer.
     * @returns {number}
     */
    framePointer() {
        const ret = wasm.plan_framePointer(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Takes over what lies in the frame buffer.
     */
    gather() {
        wasm.plan_gather(this.__wbg_ptr);
    }
    /**
     * First bin centre, bins per unit of radius, last centre in bins from the first.
     * @returns {Float64Array}
     */
    gridParameters() {
        const ret = wasm.plan_gridParameters(this.__wbg_ptr);
        var v1 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
        return v1;
    }
    /**
     * Smallest and largest integer that counts, first and last of those in between that do not.
     * @returns {Int32Array}
     */
    integerValidity() {
        const ret = wasm.plan_integerValidity(this.__wbg_ptr);
        var v1 = getArrayI32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * Reduces without clipping: mean, std, sem, count of all bins, one after the other.
     * @returns {Float64Array}
     */
    integrate() {
        const ret = wasm.plan_integrate(this.__wbg_ptr);
        var v1 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
        return v1;
    }
    /**
     * Unmasked pixels without a valid value in the last reduction.
     * @returns {number}
     */
    invalid() {
        const ret = wasm.plan_invalid(this.__wbg_ptr);
        return ret;
    }
    /**
     * Whether sums are exact integers.
     * @returns {boolean}
     */
    isExact() {
        const ret = wasm.plan_isExact(this.__wbg_ptr);
        return ret !== 0;
    }
    /**
     * Decodes a frame of which only profiles and kept pixels are wanted.
     * @param {string} encoding
     * @param {Uint8Array | number[]} bytes
     */
    loadCounts(encoding, bytes) {
        let ptr0, len0, ptr1, len1;
        try {
            ptr0 = passStringToWasm0(encoding, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passArray8ToWasm0(bytes, wasm.__wbindgen_malloc);
            len1 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.plan_loadCounts(this.__wbg_ptr, ptr0, len0, ptr1, len1);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Decodes a frame into the frame buffer and takes it over.
     * @param {string} encoding
     * @param {Uint8Array | number[]} bytes
     */
    load(encoding, bytes) {
        let ptr0, len0, ptr1, len1;
        try {
            ptr0 = passStringToWasm0(encoding, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passArray8ToWasm0(bytes, wasm.__wbindgen_malloc);
            len1 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.plan_load(this.__wbg_ptr, ptr0, len0, ptr1, len1);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * `options`: lines `name=value`. Maps hold one entry per pixel in raster order; they are moved in.
     * @param {string} options
     * @param {Uint8Array | number[] | null} [mask]
     * @param {Float32Array | number[] | null} [dark]
     * @param {Float32Array | number[] | null} [flat]
     */
    constructor(options, mask, dark, flat) {
        let ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3;
        try {
            ptr0 = passStringToWasm0(options, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = isLikeNone(mask) ? 0 : passArray8ToWasm0(mask, wasm.__wbindgen_malloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = isLikeNone(dark) ? 0 : passArrayF32ToWasm0(dark, wasm.__wbindgen_malloc);
            len2 = WASM_VECTOR_LEN;
            ptr3 = isLikeNone(flat) ? 0 : passArrayF32ToWasm0(flat, wasm.__wbindgen_malloc);
            len3 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr3) { wasm.__wbindgen_free(ptr3, len3 * 4, 4); }
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 4, 4); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.plan_new(ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        PlanFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * Norm per pixel; `undefined` without corrections.
     * @returns {Float32Array | undefined}
     */
    normalization() {
        const ret = wasm.plan_normalization(this.__wbg_ptr);
        let v1;
        if (ret[0] !== 0) {
            v1 = getArrayF32FromWasm0(ret[0], ret[1]).slice();
            wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        }
        return v1;
    }
    /**
     * Finds peaks: x, y, intensity, sigma, pixels of all peaks, one after the other.
     * @returns {Float32Array}
     */
    peaks() {
        const ret = wasm.plan_peaks(this.__wbg_ptr);
        var v1 = getArrayF32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * Picks; gives the number of kept pixels.
     * @returns {number}
     */
    pick() {
        const ret = wasm.plan_pick(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Places of the raster indices (u32) and of the values (frame's type) that `pick` kept.
     * @returns {Uint32Array}
     */
    pickedPointers() {
        const ret = wasm.plan_pickedPointers(this.__wbg_ptr);
        var v1 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * Radial coordinate per pixel, NaN where masked.
     * @returns {Float32Array}
     */
    radius() {
        const ret = wasm.plan_radius(this.__wbg_ptr);
        var v1 = getArrayF32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * Fixed-point weights in raster order, 0 where masked; `undefined` as above.
     * @returns {Int32Array | undefined}
     */
    rasterWeights() {
        const ret = wasm.plan_rasterWeights(this.__wbg_ptr);
        let v1;
        if (ret[0] !== 0) {
            v1 = getArrayI32FromWasm0(ret[0], ret[1]).slice();
            wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        }
        return v1;
    }
    /**
     * Share of the valid pixels between the centre of each bin and the next; `weighted`: times their norms, undefined
     * where there are none.
     * @param {boolean} weighted
     * @returns {Float64Array | undefined}
     */
    ringShares(weighted) {
        const ret = wasm.plan_ringShares(this.__wbg_ptr, weighted);
        let v1;
        if (ret[0] !== 0) {
            v1 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
            wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
        }
        return v1;
    }
    /**
     * The same of the plan's radii, or of its norms; gives the place of its `4 * length` bytes.
     * @param {boolean} normalization
     * @param {number} start
     * @param {number} end
     * @param {number} length
     * @param {number | null | undefined} step
     * @param {number} least
     * @returns {number}
     */
    shuffledBand(normalization, start, end, length, step, least) {
        const ret = wasm.plan_shuffledBand(this.__wbg_ptr, normalization, start, end, length, isLikeNone(step) ? Number.MAX_SAFE_INTEGER : Math.fround(step), least);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return ret[0] >>> 0;
    }
    /**
     * The same, made of the sorting of another plan of the same options and maps; the mask is that of the other one.
     * @param {string} options
     * @param {Float32Array | number[] | null | undefined} dark
     * @param {Float32Array | number[] | null | undefined} flat
     * @param {Uint32Array | number[]} sorting
     * @returns {Plan}
     */
    static sorted(options, dark, flat, sorting) {
        let ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3;
        try {
            ptr0 = passStringToWasm0(options, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = isLikeNone(dark) ? 0 : passArrayF32ToWasm0(dark, wasm.__wbindgen_malloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = isLikeNone(flat) ? 0 : passArrayF32ToWasm0(flat, wasm.__wbindgen_malloc);
            len2 = WASM_VECTOR_LEN;
            ptr3 = passArray32ToWasm0(sorting, wasm.__wbindgen_malloc);
            len3 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr3) { wasm.__wbindgen_free(ptr3, len3 * 4, 4); }
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 4, 4); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 4, 4); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.plan_sorted(ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return Plan.__wrap(ret[0]);
    }
    /**
     * Number of words that `writeSorting` writes.
     * @returns {number}
     */
    sortingLength() {
        const ret = wasm.plan_sortingLength(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Pixels that are not masked.
     * @returns {number}
     */
    validPixels() {
        const ret = wasm.plan_validPixels(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Smallest and largest value that counts, and the dummy with its delta (−1: no dummy).
     * @returns {Float64Array}
     */
    validity() {
        const ret = wasm.plan_validity(this.__wbg_ptr);
        var v1 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
        return v1;
    }
    /**
     * Σω (two words, low first) and Σω² (four words) of each bin.
     * @returns {Uint32Array}
     */
    weightSums() {
        const ret = wasm.plan_weightSums(this.__wbg_ptr);
        var v1 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * The norm that one step of the fixed-point weights stands for.
     * @returns {number}
     */
    weightUnit() {
        const ret = wasm.plan_weightUnit(this.__wbg_ptr);
        return ret;
    }
    /**
     * Writes what `sorted` takes.
     * @param {Uint32Array} out
     */
    writeSorting(out) {
        wasm.plan_writeSorting(this.__wbg_ptr, out);
    }
}
if (Symbol.dispose) Plan.prototype[Symbol.dispose] = Plan.prototype.free;

/**
 * A simulated detector; one frame at a time, 16-bit unsigned.
 */
export class Simulator {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        SimulatorFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_simulator_free(ptr, 0);
    }
    /**
     * Makes frame `index` and its truth.
     * @param {number} index
     */
    frame(index) {
        wasm.simulator_frame(this.__wbg_ptr, index);
    }
    /**
     * Rows.
     * @returns {number}
     */
    height() {
        const ret = wasm.simulator_height(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Whether there is a crystal in the beam.
     * @returns {boolean}
     */
    hit() {
        const ret = wasm.simulator_hit(this.__wbg_ptr);
        return ret !== 0;
    }
    /**
     * The pixel mask, one NXmx bit field per pixel.
     * @returns {Uint32Array}
     */
    mask() {
        const ret = wasm.simulator_mask(this.__wbg_ptr);
        var v1 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * The default settings, with `values` for those that `names` tells.
     * @param {string[]} names
     * @param {Float64Array | number[]} values
     */
    constructor(names, values) {
        let ptr0, len0, ptr1, len1;
        try {
            ptr0 = passArrayJsValueToWasm0(names, wasm.__wbindgen_malloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passArrayF64ToWasm0(values, wasm.__wbindgen_malloc);
            len1 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 8, 8); }
            if (ptr0) { wasm.__externref_drop_slice(ptr0, len0); wasm.__wbindgen_free(ptr0, len0 * 4, 4); }
            throw e;
        }
        const ret = wasm.simulator_new(ptr0, len0, ptr1, len1);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        SimulatorFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * Its rotation, nine numbers row by row.
     * @returns {Float64Array}
     */
    orientation() {
        const ret = wasm.simulator_orientation(this.__wbg_ptr);
        var v1 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
        return v1;
    }
    /**
     * Place of the frame's pixels.
     * @returns {number}
     */
    pixelsPointer() {
        const ret = wasm.simulator_pixelsPointer(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Six numbers per spot: x, y, photons, h, k, l.
     * @returns {Float64Array}
     */
    spots() {
        const ret = wasm.simulator_spots(this.__wbg_ptr);
        var v1 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
        return v1;
    }
    /**
     * Columns.
     * @returns {number}
     */
    width() {
        const ret = wasm.simulator_width(this.__wbg_ptr);
        return ret >>> 0;
    }
}
if (Symbol.dispose) Simulator.prototype[Symbol.dispose] = Simulator.prototype.free;

/**
 * Adds the bits of another mask.
 * @param {Uint8Array} bits
 * @param {Uint8Array | number[]} other
 */
export function addMask(bits, other) {
    let ptr0, len0, ptr1, len1;
    try {
        ptr0 = passArray8ToWasm0(bits, wasm.__wbindgen_malloc);
        len0 = WASM_VECTOR_LEN;
        ptr1 = passArray8ToWasm0(other, wasm.__wbindgen_malloc);
        len1 = WASM_VECTOR_LEN;
    } catch (e) {
        if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
        if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
        throw e;
    }
    const ret = wasm.addMask(ptr0, len0, bits, ptr1, len1);
    if (ret[1]) {
        throw takeFromExternrefTable0(ret[0]);
    }
}

/**
 * Whether every raster index is below `pixels`.
 * @param {Uint32Array | number[]} index
 * @param {number} pixels
 * @returns {boolean}
 */
export function allBelow(index, pixels) {
    const val2 = +pixels;
    const ptr0 = passArray32ToWasm0(index, wasm.__wbindgen_malloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.allBelow(ptr0, len0, val2);
    return ret !== 0;
}

/**
 * Shuffles the bits of whole groups of eight elements; gives the place of as many bytes, which the next call writes over.
 * @param {Uint8Array | number[]} bytes
 * @param {number} size
 * @returns {number}
 */
export function bitshuffle(bytes, size) {
    const val2 = +size;
    const ptr0 = passArray8ToWasm0(bytes, wasm.__wbindgen_malloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.bitshuffle(ptr0, len0, val2);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return ret[0] >>> 0;
}

/**
 * Chauvenet's cut-off for 0 to `largest` pixels.
 * @param {number} largest
 * @returns {Float64Array}
 */
export function chauvenetTable(largest) {
    const ret = wasm.chauvenetTable(largest);
    var v1 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
    return v1;
}

/**
 * Azimuth χ of each pixel, rad: for maps and pictures; plans do not need it.
 * @param {string} options
 * @returns {Float64Array}
 */
export function chiMap(options) {
    const ptr0 = passStringToWasm0(options, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.chiMap(ptr0, len0);
    if (ret[3]) {
        throw takeFromExternrefTable0(ret[2]);
    }
    var v2 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
    return v2;
}

/**
 * Kept values that differ from the frame's pixels at their raster indices.
 * @param {Uint8Array | number[]} frame
 * @param {number} size
 * @param {Uint32Array | number[]} index
 * @param {Uint8Array | number[]} kept
 * @returns {number}
 */
export function countChanged(frame, size, index, kept) {
    const val4 = +size;
    let ptr0, len0, ptr1, len1, ptr2, len2;
    try {
        ptr0 = passArray8ToWasm0(frame, wasm.__wbindgen_malloc);
        len0 = WASM_VECTOR_LEN;
        ptr1 = passArray32ToWasm0(index, wasm.__wbindgen_malloc);
        len1 = WASM_VECTOR_LEN;
        ptr2 = passArray8ToWasm0(kept, wasm.__wbindgen_malloc);
        len2 = WASM_VECTOR_LEN;
    } catch (e) {
        if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 1, 1); }
        if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 4, 4); }
        if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
        throw e;
    }
    const ret = wasm.countChanged(ptr0, len0, val4, ptr1, len1, ptr2, len2);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return ret[0] >>> 0;
}

/**
 * Pixels that a mask excludes.
 * @param {Uint8Array | number[]} bits
 * @returns {number}
 */
export function countMasked(bits) {
    const ptr0 = passArray8ToWasm0(bits, wasm.__wbindgen_malloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.countMasked(ptr0, len0);
    return ret >>> 0;
}

/**
 * Values of a map that are NaN.
 * @param {Float32Array | number[]} values
 * @returns {number}
 */
export function countNan(values) {
    const ptr0 = passArrayF32ToWasm0(values, wasm.__wbindgen_malloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.countNan(ptr0, len0);
    return ret >>> 0;
}

/**
 * CRC-32 of some bytes, as gzip and PNG have it.
 * @param {Uint8Array | number[]} bytes
 * @returns {number}
 */
export function crc32(bytes) {
    const ptr0 = passArray8ToWasm0(bytes, wasm.__wbindgen_malloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.crc32(ptr0, len0);
    return ret >>> 0;
}

/**
 * Decodes a CBF byte-offset section of `pixels` int32 pixels, for masks and single images.
 * @param {Uint8Array | number[]} section
 * @param {number} pixels
 * @returns {Int32Array}
 */
export function decodeByteOffset(section, pixels) {
    const val2 = +pixels;
    const ptr0 = passArray8ToWasm0(section, wasm.__wbindgen_malloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.decodeByteOffset(ptr0, len0, val2);
    if (ret[3]) {
        throw takeFromExternrefTable0(ret[2]);
    }
    var v3 = getArrayI32FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
    return v3;
}

/**
 * Unpacks one HDF5 chunk of elements of `size` bytes into `out`, which it fills exactly.
 * @param {string} encoding
 * @param {Uint8Array | number[]} chunk
 * @param {number} size
 * @param {Uint8Array} out
 */
export function decodeChunk(encoding, chunk, size, out) {
    const val4 = +size;
    let ptr0, len0, ptr1, len1, ptr2, len2;
    try {
        ptr0 = passStringToWasm0(encoding, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        len0 = WASM_VECTOR_LEN;
        ptr1 = passArray8ToWasm0(chunk, wasm.__wbindgen_malloc);
        len1 = WASM_VECTOR_LEN;
        ptr2 = passArray8ToWasm0(out, wasm.__wbindgen_malloc);
        len2 = WASM_VECTOR_LEN;
    } catch (e) {
        if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 1, 1); }
        if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
        if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
        throw e;
    }
    const ret = wasm.decodeChunk(ptr0, len0, ptr1, len1, val4, ptr2, len2, out);
    if (ret[1]) {
        throw takeFromExternrefTable0(ret[0]);
    }
}

/**
 * The same of one HDF5 chunk of `pixels` elements.
 * @param {string} encoding
 * @param {Uint8Array | number[]} chunk
 * @param {number} size
 * @param {boolean} float
 * @param {number} pixels
 * @returns {Uint8Array}
 */
export function decodeMask(encoding, chunk, size, float, pixels) {
    const val3 = +size;
    const val4 = +float;
    const val5 = +pixels;
    let ptr0, len0, ptr1, len1;
    try {
        ptr0 = passStringToWasm0(encoding, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        len0 = WASM_VECTOR_LEN;
        ptr1 = passArray8ToWasm0(chunk, wasm.__wbindgen_malloc);
        len1 = WASM_VECTOR_LEN;
    } catch (e) {
        if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
        if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
        throw e;
    }
    const ret = wasm.decodeMask(ptr0, len0, ptr1, len1, val3, val4, val5);
    if (ret[3]) {
        throw takeFromExternrefTable0(ret[2]);
    }
    var v6 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
    return v6;
}

/**
 * Packs little-endian elements of `size` bytes as one chunk of HDF5 filter 32008 with LZ4, in blocks of `block` elements
 * (of 8192 bytes where it is not given).
 * @param {Uint8Array | number[]} bytes
 * @param {number} size
 * @param {number | null} [block]
 * @returns {Uint8Array}
 */
export function encodeBitshuffleLz4(bytes, size, block) {
    const val2 = +size;
    const val3 = +(isLikeNone(block) ? Number.MAX_SAFE_INTEGER : (block) >>> 0);
    const ptr0 = passArray8ToWasm0(bytes, wasm.__wbindgen_malloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.encodeBitshuffleLz4(ptr0, len0, val2, val3);
    if (ret[3]) {
        throw takeFromExternrefTable0(ret[2]);
    }
    var v4 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
    return v4;
}

/**
 * Encodes int32 pixels as a CBF byte-offset section.
 * @param {Int32Array | number[]} image
 * @returns {Uint8Array}
 */
export function encodeByteOffset(image) {
    const ptr0 = passArray32ToWasm0(image, wasm.__wbindgen_malloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.encodeByteOffset(ptr0, len0);
    var v2 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
    return v2;
}

/**
 * A mask of one byte a pixel as a chunk of uint32 of HDF5 filter 32008 with LZ4.
 * @param {Uint8Array | number[]} mask
 * @returns {Uint8Array}
 */
export function encodeMask(mask) {
    const ptr0 = passArray8ToWasm0(mask, wasm.__wbindgen_malloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.encodeMask(ptr0, len0);
    if (ret[3]) {
        throw takeFromExternrefTable0(ret[2]);
    }
    var v2 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
    return v2;
}

/**
 * What the values of an integer frame mark: 1 a gap, 2 a defect; `undefined` for float frames.
 * @param {string} encoding
 * @param {Uint8Array | number[]} bytes
 * @param {string} type_name
 * @param {number} pixels
 * @returns {Uint8Array | undefined}
 */
export function frameMarks(encoding, bytes, type_name, pixels) {
    const val4 = +pixels;
    let ptr0, len0, ptr1, len1, ptr2, len2;
    try {
        ptr0 = passStringToWasm0(encoding, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        len0 = WASM_VECTOR_LEN;
        ptr1 = passArray8ToWasm0(bytes, wasm.__wbindgen_malloc);
        len1 = WASM_VECTOR_LEN;
        ptr2 = passStringToWasm0(type_name, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        len2 = WASM_VECTOR_LEN;
    } catch (e) {
        if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 1, 1); }
        if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
        if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
        throw e;
    }
    const ret = wasm.frameMarks(ptr0, len0, ptr1, len1, ptr2, len2, val4);
    if (ret[3]) {
        throw takeFromExternrefTable0(ret[2]);
    }
    let v5;
    if (ret[0] !== 0) {
        v5 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
    }
    return v5;
}

/**
 * Keeps the marks that another frame has too.
 * @param {Uint8Array} marks
 * @param {string} encoding
 * @param {Uint8Array | number[]} bytes
 * @param {string} type_name
 */
export function keepCommonMarks(marks, encoding, bytes, type_name) {
    let ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3;
    try {
        ptr0 = passArray8ToWasm0(marks, wasm.__wbindgen_malloc);
        len0 = WASM_VECTOR_LEN;
        ptr1 = passStringToWasm0(encoding, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        len1 = WASM_VECTOR_LEN;
        ptr2 = passArray8ToWasm0(bytes, wasm.__wbindgen_malloc);
        len2 = WASM_VECTOR_LEN;
        ptr3 = passStringToWasm0(type_name, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        len3 = WASM_VECTOR_LEN;
    } catch (e) {
        if (ptr3) { wasm.__wbindgen_free(ptr3, len3 * 1, 1); }
        if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 1, 1); }
        if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
        if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
        throw e;
    }
    const ret = wasm.keepCommonMarks(ptr0, len0, marks, ptr1, len1, ptr2, len2, ptr3, len3);
    if (ret[1]) {
        throw takeFromExternrefTable0(ret[0]);
    }
}

/**
 * 1 where a value is NaN.
 * @param {Float32Array | number[]} values
 * @returns {Uint8Array}
 */
export function nanMask(values) {
    const ptr0 = passArrayF32ToWasm0(values, wasm.__wbindgen_malloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.nanMask(ptr0, len0);
    var v2 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
    return v2;
}

/**
 * 64-bit values as u32; `undefined` when one is larger.
 * @param {BigUint64Array | bigint[]} values
 * @returns {Uint32Array | undefined}
 */
export function narrowed(values) {
    const ptr0 = passArray64ToWasm0(values, wasm.__wbindgen_malloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.narrowed(ptr0, len0);
    let v2;
    if (ret[0] !== 0) {
        v2 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
    }
    return v2;
}

/**
 * 1 where an element of an image is not zero. `bytes`: little-endian elements of `size` bytes.
 * @param {Uint8Array | number[]} bytes
 * @param {number} size
 * @param {boolean} float
 * @returns {Uint8Array}
 */
export function nonzeroMask(bytes, size, float) {
    const val2 = +size;
    const val3 = +float;
    const ptr0 = passArray8ToWasm0(bytes, wasm.__wbindgen_malloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.nonzeroMask(ptr0, len0, val2, val3);
    if (ret[3]) {
        throw takeFromExternrefTable0(ret[2]);
    }
    var v4 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
    return v4;
}

/**
 * Radial coordinate of each pixel in f64.
 * @param {string} options
 * @returns {Float64Array}
 */
export function radialMap(options) {
    const ptr0 = passStringToWasm0(options, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.radialMap(ptr0, len0);
    if (ret[3]) {
        throw takeFromExternrefTable0(ret[2]);
    }
    var v2 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
    return v2;
}

/**
 * Share of the valid pixels between the centre of each bin and the next, times their norms.
 * @param {Float32Array | number[]} radius
 * @param {Float32Array | number[] | null | undefined} norms
 * @param {number} first
 * @param {number} width
 * @param {number} bins
 * @returns {Float64Array}
 */
export function ringShares(radius, norms, first, width, bins) {
    const val3 = +first;
    const val4 = +width;
    const val5 = +bins;
    let ptr0, len0, ptr1, len1;
    try {
        ptr0 = passArrayF32ToWasm0(radius, wasm.__wbindgen_malloc);
        len0 = WASM_VECTOR_LEN;
        ptr1 = isLikeNone(norms) ? 0 : passArrayF32ToWasm0(norms, wasm.__wbindgen_malloc);
        len1 = WASM_VECTOR_LEN;
    } catch (e) {
        if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 4, 4); }
        if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 4, 4); }
        throw e;
    }
    const ret = wasm.ringShares(ptr0, len0, ptr1, len1, val3, val4, val5);
    if (ret[3]) {
        throw takeFromExternrefTable0(ret[2]);
    }
    var v6 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
    return v6;
}

/**
 * Whether no value is below the one before it.
 * @param {Float64Array | number[]} values
 * @returns {boolean}
 */
export function rises(values) {
    const ptr0 = passArrayF64ToWasm0(values, wasm.__wbindgen_malloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.rises(ptr0, len0);
    return ret !== 0;
}

/**
 * A band of a map, ready to be compressed: `core::map_step::shuffled_band`.
 * @param {Float32Array | number[]} band
 * @param {number} length
 * @param {number | null | undefined} step
 * @param {number} least
 * @returns {Uint8Array}
 */
export function shuffledBand(band, length, step, least) {
    const val2 = +length;
    const val3 = +(isLikeNone(step) ? Number.MAX_SAFE_INTEGER : Math.fround(step));
    const val4 = +least;
    const ptr0 = passArrayF32ToWasm0(band, wasm.__wbindgen_malloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.shuffledBand(ptr0, len0, val2, val3, val4);
    if (ret[3]) {
        throw takeFromExternrefTable0(ret[2]);
    }
    var v5 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
    return v5;
}

/**
 * The settings of a simulation: one line each of name, default, min, max, unit and meaning, separated by tabs.
 * @returns {string[]}
 */
export function simulationFields() {
    const ret = wasm.simulationFields();
    var v1 = getArrayJsValueFromWasm0(ret[0], ret[1]);
    wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
    return v1;
}
export function __wbg_Error_208446807d0d1e30(arg0, arg1) {
    const ret = Error(getStringFromWasm0(arg0, arg1));
    return ret;
}
export function __wbg___wbindgen_copy_to_typed_array_680b191e71920dc1(arg0, arg1, arg2) {
    new Uint8Array(arg2.buffer, arg2.byteOffset, arg2.byteLength).set(getArrayU8FromWasm0(arg0, arg1));
}
export function __wbg___wbindgen_string_get_7ce8eee7fd327545(arg0, arg1) {
    const obj = arg1;
    const ret = typeof(obj) === 'string' ? obj : undefined;
    var ptr1 = isLikeNone(ret) ? 0 : passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
    var len1 = WASM_VECTOR_LEN;
    getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);
    getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);
}
export function __wbg___wbindgen_throw_4c88d8bf264fd984(arg0, arg1) {
    throw new Error(getStringFromWasm0(arg0, arg1));
}
export function __wbg_set_05f703c31307c06c(arg0, arg1, arg2, arg3) {
    arg0.set(getArrayU32FromWasm0(arg1, arg2), arg3 >>> 0);
}
export function __wbindgen_generic_0000000000000001(arg0, arg1) {
    // Cast intrinsic for `Ref(String) -> Externref`.
    const ret = getStringFromWasm0(arg0, arg1);
    return ret;
}
export function __wbindgen_init_externref_table() {
    const table = wasm.__wbindgen_externrefs;
    table.set(0, undefined);
    table.set(1024, undefined);
    table.set(1025, null);
    table.set(1026, true);
    table.set(1027, false);
}
const DensifierFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_densifier_free(ptr, 1));
const PlanFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_plan_free(ptr, 1));
const SimulatorFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_simulator_free(ptr, 1));

function addToExternrefTable0(obj) {
    const idx = wasm.__externref_table_alloc();
    wasm.__wbindgen_externrefs.set(idx, obj);
    return idx;
}

function getArrayF32FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getFloat32ArrayMemory0().subarray(ptr / 4, ptr / 4 + len);
}

function getArrayF64FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getFloat64ArrayMemory0().subarray(ptr / 8, ptr / 8 + len);
}

function getArrayI32FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getInt32ArrayMemory0().subarray(ptr / 4, ptr / 4 + len);
}

function getArrayJsValueFromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    const mem = getDataViewMemory0();
    const result = [];
    for (let i = ptr; i < ptr + 4 * len; i += 4) {
        result.push(wasm.__wbindgen_externrefs.get(mem.getUint32(i, true)));
    }
    wasm.__externref_drop_slice(ptr, len);
    return result;
}

function getArrayU16FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getUint16ArrayMemory0().subarray(ptr / 2, ptr / 2 + len);
}

function getArrayU32FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getUint32ArrayMemory0().subarray(ptr / 4, ptr / 4 + len);
}

function getArrayU8FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getUint8ArrayMemory0().subarray(ptr / 1, ptr / 1 + len);
}

let cachedBigUint64ArrayMemory0 = null;
function getBigUint64ArrayMemory0() {
    if (cachedBigUint64ArrayMemory0 === null || cachedBigUint64ArrayMemory0.byteLength === 0) {
        cachedBigUint64ArrayMemory0 = new BigUint64Array(wasm.memory.buffer);
    }
    return cachedBigUint64ArrayMemory0;
}

let cachedDataViewMemory0 = null;
function getDataViewMemory0() {
    if (cachedDataViewMemory0 === null || cachedDataViewMemory0.buffer.detached === true || (cachedDataViewMemory0.buffer.detached === undefined && cachedDataViewMemory0.buffer !== wasm.memory.buffer)) {
        cachedDataViewMemory0 = new DataView(wasm.memory.buffer);
    }
    return cachedDataViewMemory0;
}

let cachedFloat32ArrayMemory0 = null;
function getFloat32ArrayMemory0() {
    if (cachedFloat32ArrayMemory0 === null || cachedFloat32ArrayMemory0.byteLength === 0) {
        cachedFloat32ArrayMemory0 = new Float32Array(wasm.memory.buffer);
    }
    return cachedFloat32ArrayMemory0;
}

let cachedFloat64ArrayMemory0 = null;
function getFloat64ArrayMemory0() {
    if (cachedFloat64ArrayMemory0 === null || cachedFloat64ArrayMemory0.byteLength === 0) {
        cachedFloat64ArrayMemory0 = new Float64Array(wasm.memory.buffer);
    }
    return cachedFloat64ArrayMemory0;
}

let cachedInt32ArrayMemory0 = null;
function getInt32ArrayMemory0() {
    if (cachedInt32ArrayMemory0 === null || cachedInt32ArrayMemory0.byteLength === 0) {
        cachedInt32ArrayMemory0 = new Int32Array(wasm.memory.buffer);
    }
    return cachedInt32ArrayMemory0;
}

function getStringFromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return decodeText(getUint8ArrayMemory0().subarray(ptr, ptr + len));
}

let cachedUint16ArrayMemory0 = null;
function getUint16ArrayMemory0() {
    if (cachedUint16ArrayMemory0 === null || cachedUint16ArrayMemory0.byteLength === 0) {
        cachedUint16ArrayMemory0 = new Uint16Array(wasm.memory.buffer);
    }
    return cachedUint16ArrayMemory0;
}

let cachedUint32ArrayMemory0 = null;
function getUint32ArrayMemory0() {
    if (cachedUint32ArrayMemory0 === null || cachedUint32ArrayMemory0.byteLength === 0) {
        cachedUint32ArrayMemory0 = new Uint32Array(wasm.memory.buffer);
    }
    return cachedUint32ArrayMemory0;
}

let cachedUint8ArrayMemory0 = null;
function getUint8ArrayMemory0() {
    if (cachedUint8ArrayMemory0 === null || cachedUint8ArrayMemory0.byteLength === 0) {
        cachedUint8ArrayMemory0 = new Uint8Array(wasm.memory.buffer);
    }
    return cachedUint8ArrayMemory0;
}

function isLikeNone(x) {
    return x === undefined || x === null;
}

function passArray32ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 4, 4) >>> 0;
    getUint32ArrayMemory0().set(arg, ptr / 4);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passArray64ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 8, 8) >>> 0;
    getBigUint64ArrayMemory0().set(arg, ptr / 8);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passArray8ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 1, 1) >>> 0;
    getUint8ArrayMemory0().set(arg, ptr / 1);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passArrayF32ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 4, 4) >>> 0;
    getFloat32ArrayMemory0().set(arg, ptr / 4);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passArrayF64ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 8, 8) >>> 0;
    getFloat64ArrayMemory0().set(arg, ptr / 8);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passArrayJsValueToWasm0(array, malloc) {
    const ptr = malloc(array.length * 4, 4) >>> 0;
    for (let i = 0; i < array.length; i++) {
        const add = addToExternrefTable0(array[i]);
        getDataViewMemory0().setUint32(ptr + 4 * i, add, true);
    }
    WASM_VECTOR_LEN = array.length;
    return ptr;
}

function passStringToWasm0(arg, malloc, realloc) {
    if (realloc === undefined) {
        const buf = cachedTextEncoder.encode(arg);
        const ptr = malloc(buf.length, 1) >>> 0;
        getUint8ArrayMemory0().subarray(ptr, ptr + buf.length).set(buf);
        WASM_VECTOR_LEN = buf.length;
        return ptr;
    }

    let len = arg.length;
    let ptr = malloc(len, 1) >>> 0;

    const mem = getUint8ArrayMemory0();

    let offset = 0;

    for (; offset < len; offset++) {
        const code = arg.charCodeAt(offset);
        if (code > 0x7F) break;
        mem[ptr + offset] = code;
    }
    if (offset !== len) {
        if (offset !== 0) {
            arg = arg.slice(offset);
        }
        ptr = realloc(ptr, len, len = offset + arg.length * 3, 1) >>> 0;
        const view = getUint8ArrayMemory0().subarray(ptr + offset, ptr + len);
        const ret = cachedTextEncoder.encodeInto(arg, view);

        offset += ret.written;
        ptr = realloc(ptr, len, offset, 1) >>> 0;
    }

    WASM_VECTOR_LEN = offset;
    return ptr;
}

function takeFromExternrefTable0(idx) {
    const value = wasm.__wbindgen_externrefs.get(idx);
    wasm.__externref_table_dealloc(idx);
    return value;
}

let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
cachedTextDecoder.decode();
const MAX_SAFARI_DECODE_BYTES = 2146435072;
let numBytesDecoded = 0;
function decodeText(bytes) {
    numBytesDecoded += bytes.length;
    if (numBytesDecoded >= MAX_SAFARI_DECODE_BYTES) {
        cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
        cachedTextDecoder.decode();
        numBytesDecoded = bytes.length;
    }
    return cachedTextDecoder.decode(bytes);
}

const cachedTextEncoder = new TextEncoder();

if (!('encodeInto' in cachedTextEncoder)) {
    cachedTextEncoder.encodeInto = function (arg, view) {
        const buf = cachedTextEncoder.encode(arg);
        view.set(buf);
        return {
            read: arg.length,
            written: buf.length
        };
    };
}

let WASM_VECTOR_LEN = 0;


let wasm;
export function __wbg_set_wasm(val) {
    wasm = val;
}
