//! Whole maps: what `braggsieve_core::mask` and `marks` do, on copies of the caller's arrays.

use braggsieve_core::plan::MOST_PIXELS;
use braggsieve_core::{marks, mask};
use wasm_bindgen::prelude::*;

/// 1 where an element of an image is not zero. `bytes`: little-endian elements of `size` bytes.
#[wasm_bindgen(js_name = nonzeroMask)]
pub fn nonzero(bytes: &[u8], size: usize, float: bool) -> Result<Vec<u8>, JsError> {
    if size == 0 || !bytes.len().is_multiple_of(size) {
        return Err(JsError::new(&format!("{} bytes are not whole elements of {size}", bytes.len())));
    }
    let mut found = vec![0; bytes.len() / size];
    mask::nonzero(bytes, size, float, &mut found);
    Ok(found)
}

/// The same of one HDF5 chunk of `pixels` elements.
#[wasm_bindgen(js_name = decodeMask)]
pub fn decode(
    encoding: &str,
    chunk: &[u8],
    size: usize,
    float: bool,
    pixels: usize,
) -> Result<Vec<u8>, JsError> {
    if pixels > MOST_PIXELS {
        return Err(JsError::new(&format!("{pixels} pixels are more than a frame may have")));
    }
    let mut found = vec![0; pixels];
    mask::nonzero_chunk(crate::codec::chunk_encoding(encoding)?, chunk, size, float, &mut found)?;
    Ok(found)
}

/// 1 where a value is NaN.
#[wasm_bindgen(js_name = nanMask)]
pub fn not_a_number(values: &[f32]) -> Vec<u8> {
    let mut found = vec![0; values.len()];
    mask::not_a_number(values, &mut found);
    found
}

/// Values of a map that are NaN.
#[wasm_bindgen(js_name = countNan)]
pub fn count_nan(values: &[f32]) -> usize {
    mask::count_nan(values)
}

/// What the values of an integer frame mark: 1 a gap, 2 a defect; `undefined` for float frames.
#[wasm_bindgen(js_name = frameMarks)]
pub fn frame_marks(
    encoding: &str,
    bytes: &[u8],
    type_name: &str,
    pixels: usize,
) -> Result<Option<Vec<u8>>, JsError> {
    let mut marks = vec![0; pixels];
    let (encoding, pixel_type) = (crate::encoding(encoding)?, crate::pixel_type(type_name)?);
    Ok(marks::of_frame(encoding, bytes, pixel_type, &mut marks)?.then_some(marks))
}

/// Keeps the marks that another frame has too.
#[wasm_bindgen(js_name = keepCommonMarks)]
pub fn keep_common_marks(
    marks: &mut [u8],
    encoding: &str,
    bytes: &[u8],
    type_name: &str,
) -> Result<(), JsError> {
    let (encoding, pixel_type) = (crate::encoding(encoding)?, crate::pixel_type(type_name)?);
    let known = marks::keep_common(encoding, bytes, pixel_type, marks)?;
    known.then_some(()).ok_or_else(|| JsError::new("frames of floats mark with NaN"))
}

/// Adds the bits of another mask.
#[wasm_bindgen(js_name = addMask)]
pub fn unite(bits: &mut [u8], other: &[u8]) -> Result<(), JsError> {
    if bits.len() != other.len() {
        return Err(JsError::new(&format!("masks of {} and {} pixels", bits.len(), other.len())));
    }
    mask::unite(bits, other);
    Ok(())
}

/// Pixels that a mask excludes.
#[wasm_bindgen(js_name = countMasked)]
pub fn count(bits: &[u8]) -> usize {
    mask::count(bits)
}

/// Whether every raster index is below `pixels`.
#[wasm_bindgen(js_name = allBelow)]
pub fn all_below(index: &[u32], pixels: usize) -> bool {
    mask::all_below(index, pixels)
}

/// Whether no value is below the one before it.
#[wasm_bindgen]
pub fn rises(values: &[f64]) -> bool {
    mask::rises(values)
}

/// 64-bit values as u32; `undefined` when one is larger.
#[wasm_bindgen]
pub fn narrowed(values: &[u64]) -> Option<Vec<u32>> {
    mask::narrowed(values)
}

/// Kept values that differ from the frame's pixels at their raster indices.
#[wasm_bindgen(js_name = countChanged)]
pub fn count_changed(frame: &[u8], size: usize, index: &[u32], kept: &[u8]) -> Result<usize, JsError> {
    mask::count_changed(frame, size, index, kept)
        .ok_or_else(|| JsError::new("the kept pixels do not fit the frame"))
}
