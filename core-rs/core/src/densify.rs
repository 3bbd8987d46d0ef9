//! Densify: from kept pixels and a background back to a frame (method, section 6).
//!
//! Every pixel becomes `background(r)·norm`, with noise if asked for, masked pixels the dummy, and kept pixels are
//! put back bit for bit. A pixel that was not kept is known to lie below the cut-off, so the noise is drawn from the
//! normal distribution truncated there, by inversion; negative draws are 0 counts. Draws depend on seed, frame and
//! pixel alone.
//!
//! Pixels go in blocks through loops that compilers turn into vector instructions; all processors make the same bits.

mod conditional;
mod noisy;
mod pixel;
mod pixels;
mod places;
mod rebuild;
mod smooth;

pub use conditional::{Conditional, Detector};
pub use pixel::DensePixel;
pub use pixels::Kept;
pub use rebuild::{Rebuild, RebuildError};

use crate::background::{Background, RadialGrid};
use crate::parallel::for_each;
use crate::pick::Cutoff;
use crate::random::NormalTable;
use crate::simd;
use noisy::{update_rows, Draws, Noisy, Rows};
use pixels::Pixels;
use places::Places;
use smooth::{update_lines, Line, Smooth};
use std::sync::Arc;

/// The constants of a sparse file, which forks share, and the room that each frame reuses.
#[derive(Clone)]
pub struct Densify {
    places: Arc<Places>,
    normalization: Option<Arc<[f32]>>,
    cutoff: Cutoff,
    lines: Vec<Line>,
    rows: Vec<Rows>,
    normal: Arc<NormalTable>,
}

/// How noise is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// part of the recorded std, 0 (none) to 1
    pub scale: f64,
    /// key of the generator
    pub seed: u64,
    /// number of the frame in its file
    pub frame: u32,
}

impl Densify {
    /// From the maps and settings of a sparse file: `radius` per pixel in raster order, NaN where masked;
    /// `normalization`, the norm per pixel, where corrections were used; `grid`, where the bins lie; `cutoff`, what
    /// picked: `None` when the file does not tell, then noise is not truncated.
    pub fn new(
        radius: Vec<f32>,
        normalization: Option<Vec<f32>>,
        grid: RadialGrid,
        cutoff: Option<Cutoff>,
    ) -> Self {
        assert!(normalization.as_ref().is_none_or(|norms| norms.len() == radius.len()));
        Self {
            places: Arc::new(Places::new(radius, &grid)),
            normalization: normalization.map(Arc::from),
            cutoff: cutoff.unwrap_or(Cutoff { cutoff: f64::INFINITY, noise: 0.0 }),
            lines: vec![Line::default(); grid.bins],
            rows: vec![Rows::default(); grid.bins],
            normal: Arc::new(NormalTable::new()),
        }
    }

    /// Pixels of a frame.
    pub fn pixels(&self) -> usize {
        self.places.all().len()
    }

    /// Bins of a background.
    pub fn bins(&self) -> usize {
        self.lines.len()
    }

    /// Rebuilds the background of a frame into `out`, masked pixels as `dummy`, and puts the kept pixels back.
    ///
    /// # Panics
    /// When `out` or the background has another size than the file's, or kept pixels are not in order inside the frame.
    pub fn frame<T: DensePixel>(
        &mut self,
        background: &Background,
        noise: &Noise,
        dummy: T,
        kept: Kept,
        out: &mut [T],
    ) {
        let (places, scale) = (self.places.all(), self.places.scale());
        assert_eq!(out.len(), places.len());
        assert_eq!([background.mean.len(), background.std.len()], [self.lines.len(); 2]);
        let pixels = Pixels { first: 0, out, places, norms: self.normalization.as_deref(), kept };
        if noise.scale > 0.0 {
            update_rows(&mut self.rows, background, self.cutoff, noise, scale);
            let (rows, normal, cutoff) = (&self.rows[..], &*self.normal, self.cutoff);
            let draws = Draws { rows, scale, normal, background, cutoff, noise: *noise, dummy };
            for_each(pixels, &|pixels| simd::run(Noisy { pixels, draws }));
        } else {
            update_lines(&mut self.lines, &background.mean, scale);
            let lines = &self.lines[..];
            for_each(pixels, &|pixels| simd::run(Smooth { pixels, lines, scale, dummy }));
        }
    }
}

#[cfg(test)]
mod tests;
