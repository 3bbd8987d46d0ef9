//! Plans: frames in, profiles, kept pixels and peaks out.

use braggsieve_core::geometry::{chi_map, radial_map};
use braggsieve_core::options::Options;
use braggsieve_core::plan::{self, PlanInput};
use std::borrow::Cow;
use wasm_bindgen::prelude::*;

/// A plan and the number of values that its last stage gave.
#[wasm_bindgen]
pub struct Plan {
    pub(crate) plan: plan::Plan,
    picked: usize,
    /// a band of a map on its way into a file
    pub(crate) values: Vec<f32>,
    pub(crate) shuffled: Vec<u8>,
}

impl Plan {
    fn of(plan: plan::Plan) -> Self {
        Self { plan, picked: 0, values: Vec::new(), shuffled: Vec::new() }
    }
}

#[wasm_bindgen]
extern "C" {
    /// Memory outside of WebAssembly.
    #[wasm_bindgen(typescript_type = "Uint32Array")]
    pub type Outside;

    #[wasm_bindgen(method)]
    fn set(this: &Outside, words: &[u32], at: usize);
}

#[wasm_bindgen]
impl Plan {
    /// `options`: lines `name=value`. Maps hold one entry per pixel in raster order; they are moved in.
    #[wasm_bindgen(constructor)]
    pub fn new(
        options: &str,
        mask: Option<Vec<u8>>,
        dark: Option<Vec<f32>>,
        flat: Option<Vec<f32>>,
    ) -> Result<Plan, JsError> {
        Ok(Self::of(plan::Plan::new(Options::new(options)?.plan(mask.map(Cow::from), dark, flat)?)?))
    }

    /// The same, made of the sorting of another plan of the same options and maps; the mask is that of the other one.
    pub fn sorted(
        options: &str,
        dark: Option<Vec<f32>>,
        flat: Option<Vec<f32>>,
        sorting: &[u32],
    ) -> Result<Plan, JsError> {
        let input = Options::new(options)?.plan(None, dark, flat)?;
        Ok(Self::of(plan::Plan::sorted(input, sorting)?))
    }

    /// Number of words that `writeSorting` writes.
    #[wasm_bindgen(js_name = sortingLength)]
    pub fn sorting_length(&self) -> usize {
        self.plan.sorting().length()
    }

    /// Writes what `sorted` takes.
    #[wasm_bindgen(js_name = writeSorting)]
    pub fn write_sorting(&self, out: &Outside) {
        self.plan.sorting().each(|at, words| out.set(words, at));
    }

    /// Place of the frame buffer.
    #[wasm_bindgen(js_name = framePointer)]
    pub fn frame_pointer(&mut self) -> usize {
        self.plan.frame().bytes_mut().as_ptr() as usize
    }

    /// Takes over what lies in the frame buffer.
    pub fn gather(&mut self) {
        self.plan.gather();
    }

    /// Decodes a frame into the frame buffer and takes it over.
    pub fn load(&mut self, encoding: &str, bytes: &[u8]) -> Result<(), JsError> {
        Ok(self.plan.load(crate::encoding(encoding)?, bytes)?)
    }

    /// Decodes a frame of which only profiles and kept pixels are wanted.
    #[wasm_bindgen(js_name = loadCounts)]
    pub fn load_counts(&mut self, encoding: &str, bytes: &[u8]) -> Result<(), JsError> {
        Ok(self.plan.load_counts(crate::encoding(encoding)?, bytes)?)
    }

    /// The loaded frame as a bitshuffle-LZ4 chunk.
    pub fn encode(&mut self) -> Result<Vec<u8>, JsError> {
        Ok(self.plan.encode()?.to_vec())
    }

    /// Reduces without clipping: mean, std, sem, count of all bins, one after the other.
    pub fn integrate(&mut self) -> Vec<f64> {
        flattened(self.plan.integrate())
    }

    /// Reduces with clipping and makes the background: mean, std, sem, count of all bins, one after the other.
    pub fn clip(&mut self) -> Vec<f64> {
        flattened(self.plan.clip())
    }

    /// Unmasked pixels without a valid value in the last reduction.
    pub fn invalid(&self) -> f64 {
        self.plan.invalid() as f64
    }

    /// Background of the last clipped frame: mean then std of all bins.
    pub fn background(&self) -> Vec<f32> {
        let background = self.plan.background();
        [&background.mean[..], &background.std].concat()
    }

    /// Picks; gives the number of kept pixels.
    pub fn pick(&mut self) -> usize {
        self.picked = self.plan.pick().0.len();
        self.picked
    }

    /// Places of the raster indices (u32) and of the values (frame's type) that `pick` kept.
    #[wasm_bindgen(js_name = pickedPointers)]
    pub fn picked_pointers(&mut self) -> Vec<usize> {
        let (index, intensity) = self.plan.picked();
        vec![index.as_ptr() as usize, intensity.as_ptr() as usize]
    }

    /// Finds peaks: x, y, intensity, sigma, pixels of all peaks, one after the other.
    pub fn peaks(&mut self) -> Vec<f32> {
        let peaks = self.plan.peaks();
        let pixels: Vec<f32> = peaks.pixels.iter().map(|&n| n as f32).collect();
        [&peaks.x[..], &peaks.y, &peaks.intensity, &peaks.sigma, &pixels].concat()
    }

    /// Radial coordinate per pixel, NaN where masked.
    pub fn radius(&self) -> Vec<f32> {
        self.plan.radius().to_vec()
    }

    /// Norm per pixel; `undefined` without corrections.
    pub fn normalization(&self) -> Option<Vec<f32>> {
        self.plan.normalization().map(<[f32]>::to_vec)
    }

    /// Radial coordinate of the bin centres.
    pub fn centres(&self) -> Vec<f64> {
        self.plan.centres()
    }

    /// Pixels that are not masked.
    #[wasm_bindgen(js_name = validPixels)]
    pub fn valid_pixels(&self) -> usize {
        self.plan.valid_pixels()
    }
}

fn flattened(profile: &braggsieve_core::clip::Profile) -> Vec<f64> {
    let count: Vec<f64> = profile.count.iter().map(|&n| f64::from(n)).collect();
    [&profile.mean[..], &profile.std, &profile.sem, &count].concat()
}

/// Azimuth χ of each pixel, rad: for maps and pictures; plans do not need it.
#[wasm_bindgen(js_name = chiMap)]
pub fn chi(options: &str) -> Result<Vec<f64>, JsError> {
    let input = checked(options)?;
    let mut map = vec![0.0; input.shape.pixels()];
    chi_map(&input.geometry, input.shape, &mut map);
    Ok(map)
}

/// Radial coordinate of each pixel in f64.
#[wasm_bindgen(js_name = radialMap)]
pub fn radial(options: &str) -> Result<Vec<f64>, JsError> {
    let input = checked(options)?;
    let mut map = vec![0.0; input.shape.pixels()];
    radial_map(&input.geometry, input.shape, input.settings.unit, &mut map);
    Ok(map)
}

fn checked(options: &str) -> Result<PlanInput<'static>, JsError> {
    let input = Options::new(options)?.plan(None, None, None)?;
    input.check()?;
    Ok(input)
}
