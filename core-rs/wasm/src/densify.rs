//! Rebuilding frames of a sparse file.

use crate::options::pixel_type;
use braggsieve_core::background::RadialGrid;
use braggsieve_core::densify::{Densify, Noise, Rebuild};
use braggsieve_core::pick::Cutoff;
use wasm_bindgen::prelude::*;

/// Rebuilds frames one after the other into one buffer.
#[wasm_bindgen]
pub struct Densifier {
    rebuild: Rebuild,
}

#[wasm_bindgen]
impl Densifier {
    /// `radius`: per pixel, NaN where masked; `first`, `width`, `bins`: centre of the first bin, distance of centres,
    /// their number; `cutoff`, `cutoff_noise`: what picked, where known; `dummy`: value of masked pixels.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        type_name: &str,
        radius: Vec<f32>,
        normalization: Option<Vec<f32>>,
        first: f64,
        width: f64,
        bins: usize,
        cutoff: Option<f64>,
        cutoff_noise: f64,
        dummy: f64,
    ) -> Result<Densifier, JsError> {
        if bins == 0 || width.is_nan() || width <= 0.0 {
            return Err(JsError::new("the radii of the bins must increase"));
        }
        if normalization.as_ref().is_some_and(|norms| norms.len() != radius.len()) {
            return Err(JsError::new("the normalization has not as many pixels as the radius map"));
        }
        let grid = RadialGrid::new(first, width, bins);
        let cutoff = cutoff.map(|cutoff| Cutoff { cutoff, noise: cutoff_noise });
        let densify = Densify::new(radius, normalization, grid, cutoff);
        Ok(Self { rebuild: Rebuild::new(densify, pixel_type(type_name)?, dummy) })
    }

    /// Rebuilds frame number `frame`. `intensity`: little-endian bytes of the kept values; `noise`: 0 to 1 of the
    /// recorded std.
    #[allow(clippy::too_many_arguments)]
    pub fn frame(
        &mut self,
        mean: &[f32],
        std: &[f32],
        index: &[u32],
        intensity: &[u8],
        noise: f64,
        seed: u64,
        frame: u32,
    ) -> Result<(), JsError> {
        let noise = Noise { scale: noise, seed, frame };
        Ok(self.rebuild.frame(mean, std, index, intensity, &noise)?)
    }

    /// Place of the rebuilt frame.
    #[wasm_bindgen(js_name = pixelsPointer)]
    pub fn pixels_pointer(&self) -> usize {
        self.rebuild.pixels().as_ptr() as usize
    }
}
