//! Where the radii of pixels come from: computed again each time, which takes less than reading them from memory.

use crate::geometry::{Geometry, Rows, Shape, Unit};

/// Radii of pixels in raster order, in strips of one length; the last may be shorter.
pub trait Strips: Sync {
    /// Number of pixels.
    fn pixels(&self) -> usize;
    /// Pixels of a strip, 1 or more.
    fn length(&self) -> usize;
    /// Writes the radii of a strip to `out`, which has its length. To be inlined: see [`crate::simd::Kernel`].
    fn radii(&self, strip: usize, out: &mut [f64]);
    /// Numbers between which the radii of a strip lie, where that is known without computing them.
    fn bounds(&self, _strip: usize) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }
}

/// A list of radii.
impl Strips for [f64] {
    fn pixels(&self) -> usize {
        self.len()
    }

    fn length(&self) -> usize {
        1024
    }

    #[inline(always)]
    fn radii(&self, strip: usize, out: &mut [f64]) {
        out.copy_from_slice(&self[strip * 1024..][..out.len()]);
    }
}

/// The rows of a detector, in a unit.
pub struct RadialRows {
    rows: Rows,
    unit: Unit,
    wavelength: f64,
}

impl RadialRows {
    /// Of a frame of that shape.
    ///
    /// # Panics
    /// When the unit needs a wavelength and the geometry has none (callers check).
    pub fn new(geometry: &Geometry, shape: Shape, unit: Unit) -> Self {
        Self { rows: Rows::new(geometry, shape), unit, wavelength: unit.wavelength(geometry) }
    }

    /// Writes the radii from a pixel on, as many as its row has and `out` has room for, and gives them. To be inlined.
    #[inline(always)]
    pub fn radii_from<'a>(&self, pixel: usize, out: &'a mut [f64]) -> &'a mut [f64] {
        let fast = self.length();
        let (row, column) = (pixel / fast, pixel % fast);
        let count = out.len().min(fast - column);
        let out = &mut out[..count];
        self.rows.radius(row, column, self.unit, self.wavelength, out);
        out
    }

    /// The radius of one pixel: that of its row's radii.
    pub fn radius(&self, pixel: usize) -> f64 {
        self.rows.radius_of(pixel, self.unit, self.wavelength)
    }
}

impl Strips for RadialRows {
    fn pixels(&self) -> usize {
        self.rows.shape().pixels()
    }

    fn length(&self) -> usize {
        self.rows.shape().fast
    }

    #[inline(always)]
    fn radii(&self, strip: usize, out: &mut [f64]) {
        self.rows.radius(strip, 0, self.unit, self.wavelength, out);
    }

    fn bounds(&self, strip: usize) -> (f64, f64) {
        self.rows.radius_bounds(strip, self.unit, self.wavelength)
    }
}
