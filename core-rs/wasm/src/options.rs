//! The settings of a plan as one object with plain fields, and their conversion.

use braggsieve_core::clip::ClipSettings;
use braggsieve_core::geometry::{Geometry, Orientation, Shape, Unit};
use braggsieve_core::peaks::PeakSettings;
use braggsieve_core::pick::Cutoff;
use braggsieve_core::plan::{PixelType, PlanInput, Settings};
use braggsieve_core::reduce::ErrorModel;
use braggsieve_core::validity::Validity;
use wasm_bindgen::prelude::*;

/// Fields named as in TypeScript; lengths in m, angles in rad. `undefined` numbers are absent.
#[wasm_bindgen(getter_with_clone)]
#[derive(Default)]
#[allow(missing_docs)]
pub struct PlanOptions {
    pub slow: usize,
    pub fast: usize,
    #[wasm_bindgen(js_name = pixelType)]
    pub pixel_type: String,
    pub distance: f64,
    pub poni1: f64,
    pub poni2: f64,
    pub rot1: f64,
    pub rot2: f64,
    pub rot3: f64,
    pub wavelength: Option<f64>,
    pub pixel1: f64,
    pub pixel2: f64,
    pub orientation: u8,
    #[wasm_bindgen(js_name = validLow)]
    pub valid_low: Option<f64>,
    #[wasm_bindgen(js_name = validHigh)]
    pub valid_high: Option<f64>,
    pub dummy: Option<f64>,
    #[wasm_bindgen(js_name = deltaDummy)]
    pub delta_dummy: Option<f64>,
    pub unit: String,
    pub bins: usize,
    #[wasm_bindgen(js_name = errorModel)]
    pub error_model: String,
    #[wasm_bindgen(js_name = cutoffClip)]
    pub cutoff_clip: f64,
    pub cycle: u32,
    #[wasm_bindgen(js_name = cutoffPick)]
    pub cutoff_pick: f64,
    #[wasm_bindgen(js_name = cutoffPeak)]
    pub cutoff_peak: f64,
    pub noise: f64,
    #[wasm_bindgen(js_name = patchSize)]
    pub patch_size: usize,
    pub connected: u32,
    #[wasm_bindgen(js_name = solidAngle)]
    pub solid_angle: bool,
    #[wasm_bindgen(js_name = polarizationFactor)]
    pub polarization_factor: Option<f64>,
}

#[wasm_bindgen]
impl PlanOptions {
    /// All fields zero, empty or absent: the caller sets every one.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self::default()
    }
}

/// A pixel type by name.
pub fn pixel_type(name: &str) -> Result<PixelType, JsError> {
    PixelType::from_name(name).ok_or_else(|| JsError::new(&format!("unknown pixel type {name}")))
}

impl PlanOptions {
    /// The core's input; maps are passed on.
    pub fn input(
        &self,
        mask: Option<Vec<u8>>,
        dark: Option<Vec<f32>>,
        flat: Option<Vec<f32>>,
    ) -> Result<PlanInput, JsError> {
        let unknown = |what: &str, name: &str| JsError::new(&format!("unknown {what} {name}"));
        let error_model = match self.error_model.as_str() {
            "azimuthal" => ErrorModel::Azimuthal,
            "poisson" => ErrorModel::Poisson,
            "hybrid" => ErrorModel::Hybrid,
            other => return Err(unknown("error model", other)),
        };
        let orientation = Orientation::from_number(self.orientation)
            .ok_or_else(|| unknown("detector orientation", &self.orientation.to_string()))?;
        Ok(PlanInput {
            geometry: Geometry {
                distance: self.distance,
                poni1: self.poni1,
                poni2: self.poni2,
                rot1: self.rot1,
                rot2: self.rot2,
                rot3: self.rot3,
                wavelength: self.wavelength,
                pixel1: self.pixel1,
                pixel2: self.pixel2,
                orientation,
            },
            shape: Shape { slow: self.slow, fast: self.fast },
            pixel_type: pixel_type(&self.pixel_type)?,
            validity: Validity {
                low: self.valid_low.unwrap_or(f64::NEG_INFINITY),
                high: self.valid_high.unwrap_or(f64::INFINITY),
                dummy: self.dummy.map(|dummy| (dummy, self.delta_dummy.unwrap_or(0.0))),
            },
            mask,
            dark,
            flat,
            settings: Settings {
                unit: Unit::from_name(&self.unit).ok_or_else(|| unknown("unit", &self.unit))?,
                bins: self.bins,
                clip: ClipSettings { error_model, cutoff: self.cutoff_clip, cycle: self.cycle },
                pick: Cutoff { cutoff: self.cutoff_pick, noise: self.noise },
                peak_cutoff: Cutoff { cutoff: self.cutoff_peak, noise: self.noise },
                peak: PeakSettings { patch: self.patch_size, connected: self.connected },
                solid_angle: self.solid_angle,
                polarization: self.polarization_factor,
            },
        })
    }
}
