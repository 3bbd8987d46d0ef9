//! The detector of this folder's tests.

use super::RadialRows;
use crate::geometry::{radial_map, Geometry, Orientation, Shape, Unit};

pub const SHAPE: Shape = Shape { slow: 601, fast: 503 };

/// A tilted detector: its rows, the radii of all its pixels, and which are masked.
pub fn detector(unit: Unit) -> (RadialRows, Vec<f64>, Vec<u8>) {
    let geometry = Geometry {
        distance: 0.1,
        poni1: 0.02,
        poni2: 0.031,
        rot1: 0.1,
        rot2: -0.2,
        rot3: 0.3,
        wavelength: Some(1e-10),
        pixel1: 1e-4,
        pixel2: 1.1e-4,
        orientation: Orientation::TopLeft,
    };
    let mut radii = vec![0.0; SHAPE.pixels()];
    radial_map(&geometry, SHAPE, unit, &mut radii);
    let masked = (0..SHAPE.pixels()).map(|p| u8::from(p % 97 < 9 || p / SHAPE.fast % 50 == 3)).collect();
    (RadialRows::new(&geometry, SHAPE, unit), radii, masked)
}
