//! What packs a sparse file: rounding of its maps and the bit shuffle of its chunks, on copies of the caller's arrays or
//! on the maps of a plan.

use crate::plan::Plan;
use braggsieve_core::background::RadialGrid;
use braggsieve_core::codec::bitshuffle;
use braggsieve_core::map_step::{self, Rounding};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

fn rounding(step: Option<f32>, least: f32) -> Result<Option<Rounding>, JsError> {
    match step {
        Some(step) if !map_step::is_step(step) => {
            Err(JsError::new(&format!("{step} is no step: it must be a power of two")))
        }
        step => Ok(step.map(|step| Rounding { step, least })),
    }
}

/// A band of a map, ready to be compressed: `core::map_step::shuffled_band`.
#[wasm_bindgen(js_name = shuffledBand)]
pub fn shuffled_band_of(
    band: &[f32],
    length: usize,
    step: Option<f32>,
    least: f32,
) -> Result<Vec<u8>, JsError> {
    let (mut values, mut shuffled) = (Vec::new(), Vec::new());
    let rounding = rounding(step, least)?;
    map_step::shuffled_band(band, 0..band.len(), length, rounding, &mut values, &mut shuffled)?;
    Ok(shuffled)
}

#[wasm_bindgen]
impl Plan {
    /// The same of the plan's radii, or of its norms; gives the place of its `4 * length` bytes.
    #[wasm_bindgen(js_name = shuffledBand)]
    pub fn shuffled_band(
        &mut self,
        normalization: bool,
        start: usize,
        end: usize,
        length: usize,
        step: Option<f32>,
        least: f32,
    ) -> Result<usize, JsError> {
        let (rounding, band) = (rounding(step, least)?, start..end);
        let Self { plan, values, shuffled, .. } = self;
        if normalization {
            let norms = plan.normalization().ok_or_else(|| JsError::new("the plan has no corrections"))?;
            map_step::shuffled_band(norms, band, length, rounding, values, shuffled)?;
        } else {
            map_step::shuffled_band(plan.radii(), band, length, rounding, values, shuffled)?;
        }
        Ok(shuffled.as_ptr() as usize)
    }

    /// Share of the valid pixels between the centre of each bin and the next; `weighted`: times their norms, undefined
    /// where there are none.
    #[wasm_bindgen(js_name = ringShares)]
    pub fn ring_shares(&self, weighted: bool) -> Option<Vec<f64>> {
        self.plan.ring_shares(weighted)
    }
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

thread_local! {
    /// What the last call of [`shuffle`] gave.
    static SHUFFLED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Shuffles the bits of whole groups of eight elements; gives the place of as many bytes, which the next call writes over.
#[wasm_bindgen(js_name = bitshuffle)]
pub fn shuffle(bytes: &[u8], size: usize) -> Result<usize, JsError> {
    SHUFFLED.with_borrow_mut(|shuffled| {
        shuffled.resize(bytes.len(), 0);
        bitshuffle::shuffle(bytes, size, shuffled)?;
        Ok(shuffled.as_ptr() as usize)
    })
}
