//! What packs a sparse file: rounding of its maps and the bit shuffle of its chunks, on copies of the caller's arrays.

use braggsieve_core::background::RadialGrid;
use braggsieve_core::codec::bitshuffle;
use braggsieve_core::map_step;
use wasm_bindgen::prelude::*;

/// A map rounded to multiples of `step`, a power of two, not below `least`; NaN stays NaN.
#[wasm_bindgen(js_name = roundToStep)]
pub fn round_to_step(mut map: Vec<f32>, step: f32, least: f32) -> Result<Vec<f32>, JsError> {
    if !map_step::is_step(step) {
        return Err(JsError::new(&format!("{step} is no step: it must be a power of two")));
    }
    map_step::round_to_step(&mut map, step, least);
    Ok(map)
}

/// Share of the valid pixels between the centre of each bin and the next, times their norms.
#[wasm_bindgen(js_name = ringShares)]
pub fn ring_shares(
    radius: &[f32],
    norms: Option<Vec<f32>>,
    first: f64,
    width: f64,
    bins: usize,
) -> Result<Vec<f64>, JsError> {
    if bins == 0 || norms.as_ref().is_some_and(|norms| norms.len() != radius.len()) {
        return Err(JsError::new("the maps and the bins do not belong together"));
    }
    let mut shares = vec![0.0; bins];
    map_step::ring_shares(radius, norms.as_deref(), &RadialGrid::new(first, width, bins), &mut shares);
    Ok(shares)
}

/// The bits of whole groups of eight elements, shuffled.
#[wasm_bindgen(js_name = bitshuffle)]
pub fn shuffle(bytes: &[u8], size: usize) -> Result<Vec<u8>, JsError> {
    let mut shuffled = vec![0; bytes.len()];
    bitshuffle::shuffle(bytes, size, &mut shuffled)?;
    Ok(shuffled)
}
