//! The tables of a plan for an engine that computes elsewhere (WebGPU); all results are copies.

use crate::plan::Plan;
use braggsieve_core::bins::PixelMap;
use braggsieve_core::clip::chauvenet;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Plan {
    /// First place of each bin in the bin order; one more entry than bins.
    #[wasm_bindgen(js_name = binOffsets)]
    pub fn bin_offsets(&self) -> Vec<u32> {
        self.plan.bins().offsets.clone()
    }

    /// Pixel (raster index) at each place of the bin order.
    #[wasm_bindgen(js_name = binOrder)]
    pub fn bin_order(&self) -> Vec<u32> {
        self.plan.bins().order.to_vec()
    }

    /// Whether sums are exact integers.
    #[wasm_bindgen(js_name = isExact)]
    pub fn is_exact(&self) -> bool {
        self.plan.is_exact()
    }

    /// Fixed-point weights in bin order; `undefined` where every norm is 1 or none fits.
    #[wasm_bindgen(js_name = fixedWeights)]
    pub fn fixed_weights(&self) -> Option<Vec<i32>> {
        self.plan.fixed_weights().map(|fixed| fixed.weights.clone())
    }

    /// Bin of each pixel in raster order; 65535 where masked (a plan of 65536 bins has no room for that).
    #[wasm_bindgen(js_name = binOfPixels)]
    pub fn bin_of_pixels(&self) -> Vec<u16> {
        let bins = self.plan.bins();
        let mut of_pixel = vec![u16::MAX; self.plan.radii().pixels()];
        for b in 0..bins.count() {
            bins.order[bins.range(b)].iter().for_each(|&pixel| of_pixel[pixel as usize] = b as u16);
        }
        of_pixel
    }

    /// Fixed-point weights in raster order, 0 where masked; `undefined` as above.
    #[wasm_bindgen(js_name = rasterWeights)]
    pub fn raster_weights(&self) -> Option<Vec<i32>> {
        let fixed = self.plan.fixed_weights()?;
        let mut of_pixel = vec![0; self.plan.radii().pixels()];
        for (&pixel, &weight) in self.plan.bins().order.iter().zip(&fixed.weights) {
            of_pixel[pixel as usize] = weight;
        }
        Some(of_pixel)
    }

    /// The norm that one step of the fixed-point weights stands for.
    #[wasm_bindgen(js_name = weightUnit)]
    pub fn weight_unit(&self) -> f64 {
        self.plan.fixed_weights().map_or(1.0, |fixed| fixed.unit)
    }

    /// Σω (two words, low first) and Σω² (four words) of each bin.
    #[wasm_bindgen(js_name = weightSums)]
    pub fn weight_sums(&self) -> Vec<u32> {
        let sums = self.plan.weight_sums();
        let words = |(&w, &w2): (&u64, &u128)| {
            [w as u32, (w >> 32) as u32, w2 as u32, (w2 >> 32) as u32, (w2 >> 64) as u32, (w2 >> 96) as u32]
        };
        sums.weight.iter().zip(&sums.weight2).flat_map(words).collect()
    }

    /// Smallest and largest integer that counts, first and last of those in between that do not.
    #[wasm_bindgen(js_name = integerValidity)]
    pub fn integer_validity(&self) -> Vec<i32> {
        self.plan.integer_validity().limits().to_vec()
    }

    /// Smallest and largest value that counts, and the dummy with its delta (−1: no dummy).
    pub fn validity(&self) -> Vec<f64> {
        let rule = self.plan.validity();
        let (dummy, delta) = rule.dummy.unwrap_or((0.0, -1.0));
        vec![rule.low, rule.high, dummy, delta]
    }

    /// First bin centre, bins per unit of radius, last centre in bins from the first.
    #[wasm_bindgen(js_name = gridParameters)]
    pub fn grid_parameters(&self) -> Vec<f64> {
        self.plan.grid().parameters().to_vec()
    }
}

/// Chauvenet's cut-off for 0 to `largest` pixels.
#[wasm_bindgen(js_name = chauvenetTable)]
pub fn chauvenet_table(largest: u32) -> Vec<f64> {
    (0..=u64::from(largest)).map(chauvenet).collect()
}
