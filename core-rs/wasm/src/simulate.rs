//! Simulated frames and their truth.

use braggsieve_core::simulate::{Settings, Simulation, Truth, FIELDS};
use wasm_bindgen::prelude::*;

/// A simulated detector; one frame at a time, 16-bit unsigned.
#[wasm_bindgen]
pub struct Simulator {
    simulation: Simulation,
    pixels: Vec<u16>,
    truth: Truth,
}

#[wasm_bindgen]
impl Simulator {
    /// The default settings, with `values` for those that `names` tells.
    #[wasm_bindgen(constructor)]
    pub fn new(names: Vec<String>, values: &[f64]) -> Result<Simulator, JsError> {
        let mut settings = Settings::default();
        for (name, &value) in names.iter().zip(values) {
            settings.set(name, value)?;
        }
        let simulation = Simulation::new(&settings)?;
        let [slow, fast] = simulation.shape();
        Ok(Self { simulation, pixels: vec![0; slow * fast], truth: Truth::default() })
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.simulation.shape()[0]
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.simulation.shape()[1]
    }

    /// The pixel mask, one NXmx bit field per pixel.
    pub fn mask(&self) -> Vec<u32> {
        self.simulation.mask().to_vec()
    }

    /// Makes frame `index` and its truth.
    pub fn frame(&mut self, index: u32) {
        self.simulation.frame(index, &mut self.pixels, &mut self.truth);
    }

    /// Place of the frame's pixels.
    #[wasm_bindgen(js_name = pixelsPointer)]
    pub fn pixels_pointer(&self) -> usize {
        self.pixels.as_ptr() as usize
    }

    /// Whether there is a crystal in the beam.
    pub fn hit(&self) -> bool {
        self.truth.hit
    }

    /// Its rotation, nine numbers row by row.
    pub fn orientation(&self) -> Vec<f64> {
        self.truth.orientation.to_vec()
    }

    /// Six numbers per spot: x, y, photons, h, k, l.
    pub fn spots(&self) -> Vec<f64> {
        let flat = self.truth.spots.iter().flat_map(|spot| {
            let [h, k, l] = spot.hkl.map(f64::from);
            [spot.x, spot.y, spot.photons, h, k, l]
        });
        flat.collect()
    }
}

/// The settings of a simulation: one line each of name, default, min, max, unit and meaning, separated by tabs.
#[wasm_bindgen(js_name = simulationFields)]
pub fn simulation_fields() -> Vec<String> {
    let line = |field: &braggsieve_core::simulate::Field| {
        let (min, max) = (field.min, field.max);
        format!("{}\t{}\t{min}\t{max}\t{}\t{}", field.name, field.default, field.unit, field.about)
    };
    FIELDS.iter().map(line).collect()
}
