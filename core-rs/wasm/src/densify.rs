//! Rebuilding frames of a sparse file.

use braggsieve_core::densify::{Noise, Rebuild};
use braggsieve_core::options::Options;
use wasm_bindgen::prelude::*;

/// Rebuilds frames one after the other into one buffer.
#[wasm_bindgen]
pub struct Densifier {
    rebuild: Rebuild,
}

#[wasm_bindgen]
impl Densifier {
    /// `options`: lines `name=value`; `radius`: per pixel, NaN where masked; `normalization`: norm per pixel.
    #[wasm_bindgen(constructor)]
    pub fn new(
        options: &str,
        radius: Vec<f32>,
        normalization: Option<Vec<f32>>,
    ) -> Result<Densifier, JsError> {
        Ok(Self { rebuild: Options::new(options)?.rebuild(radius.into(), normalization)? })
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

    /// What frame number `frame` with noise is drawn from, for an engine that looks it up itself (`Densify::lookup` of
    /// the core says how); arguments as for `frame`.
    #[allow(clippy::too_many_arguments)]
    pub fn lookup(
        &mut self,
        mean: &[f32],
        std: &[f32],
        index: &[u32],
        intensity: &[u8],
        noise: f64,
        seed: u64,
        frame: u32,
    ) -> Result<Vec<u32>, JsError> {
        let (noise, mut out) = (Noise { scale: noise, seed, frame }, Vec::new());
        self.rebuild.lookup(mean, std, index, intensity, &noise, &mut out)?;
        Ok(out)
    }

    /// Takes the bytes of a frame that was filled by the last lookup, and draws its `open` pixels, a bit each.
    #[allow(clippy::too_many_arguments)]
    pub fn finish(
        &mut self,
        filled: &[u8],
        open: &[u32],
        index: &[u32],
        intensity: &[u8],
        noise: f64,
        seed: u64,
        frame: u32,
    ) -> Result<(), JsError> {
        let noise = Noise { scale: noise, seed, frame };
        Ok(self.rebuild.finish(filled, open, index, intensity, &noise)?)
    }

    /// The rebuilt frame as a bitshuffle-LZ4 chunk.
    pub fn encode(&mut self) -> Result<Vec<u8>, JsError> {
        Ok(self.rebuild.encode()?.to_vec())
    }

    /// Place of the rebuilt frame.
    #[wasm_bindgen(js_name = pixelsPointer)]
    pub fn pixels_pointer(&self) -> usize {
        self.rebuild.pixels().as_ptr() as usize
    }
}
