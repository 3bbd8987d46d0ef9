//! Densify: from kept pixels and a background back to a frame (method, section 6).
//!
//! Every pixel becomes `background(r)·norm`, with noise if asked for, masked pixels the dummy, and kept pixels are
//! put back bit for bit. A pixel that was not kept is known to lie below the cut-off, so the noise is drawn from what
//! is left of its ring's distribution there: counts for detectors that count, with mean and std such that kept and
//! rebuilt pixels together have those that were recorded. Draws depend on seed, frame and pixel alone.
//!
//! A frame's way: kept pixels → moments of the others per ring (`rings`) → their distribution (`family`) → tables
//! (`tables`) → a draw per pixel (`noisy`). Pixels go in blocks through loops that compilers turn into vector instructions; all processors make the same bits.

mod detector;
mod family;
mod noisy;
mod pixel;
mod pixels;
mod places;
mod rebuild;
mod reference;
mod rings;
mod scaled;
mod smooth;
mod tables;

pub use detector::Detector;
pub use pixel::DensePixel;
pub use pixels::Kept;
pub use rebuild::{Rebuild, RebuildError};
pub use reference::Conditional;

use crate::background::{Background, RadialGrid};
use crate::parallel::for_each;
use crate::pick::Cutoff;
use crate::simd;
use noisy::{draw_word, update_rows, update_safe, Draws, Noisy, Row};
use pixels::Pixels;
use places::Places;
use rings::{Facts, Frame, Rings};
use smooth::{update_lines, Line, Smooth};
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// The constants of a sparse file, which forks share, and the room that each frame reuses.
#[derive(Clone)]
pub struct Densify {
    places: Arc<Places>,
    normalization: Option<Arc<[f32]>>,
    cutoff: Cutoff,
    lines: Vec<Line>,
    rows: Vec<Row>,
    safe: Vec<i32>,
    /// made for the first frame with noise
    facts: Arc<OnceLock<Facts>>,
    rings: Rings,
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
        radius: Cow<[f32]>,
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
            rows: vec![Row::default(); grid.bins],
            safe: vec![0; grid.bins],
            facts: Arc::default(),
            rings: Rings::default(),
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
    /// When `out` or the background has another size than the file's, or kept pixels are not inside the frame.
    pub fn frame<T: DensePixel>(
        &mut self,
        background: &Background,
        noise: &Noise,
        dummy: T,
        kept: Kept,
        out: &mut [T],
    ) {
        assert_eq!(out.len(), self.pixels());
        if noise.scale > 0.0 {
            self.prepare::<T>(background, noise, kept);
        } else {
            assert_eq!(background.mean.len(), self.bins());
            update_lines(&mut self.lines, &background.mean, self.places.scale());
        }
        let (places, norms) = (self.places.all(), self.normalization.as_deref());
        // Files hold them in order. Others are put back one after the other, so that of a pixel's values the last stays.
        let ordered = kept.index.is_sorted();
        let early = if ordered { kept } else { Kept::NONE };
        let pixels = Pixels { first: 0, out: &mut *out, places, norms, kept: early };
        if noise.scale > 0.0 {
            let draws = self.draws(*noise, dummy);
            for_each(pixels, &|pixels| simd::run(Noisy { pixels, draws }));
        } else {
            let (lines, scale) = (&self.lines[..], self.places.scale());
            for_each(pixels, &|pixels| simd::run(Smooth { pixels, lines, scale, dummy }));
        }
        if !ordered {
            kept.restore(0, out);
        }
    }

    /// Finds what the pixels of a frame of type `T` are drawn from.
    ///
    /// # Panics
    /// As [`Densify::frame`].
    pub fn prepare<T: DensePixel>(&mut self, background: &Background, noise: &Noise, kept: Kept) {
        assert_eq!([background.mean.len(), background.std.len()], [self.bins(); 2]);
        let (cutoff, norms) = (self.cutoff, self.normalization.as_deref());
        let facts = self.facts.get_or_init(|| Facts::new(&self.places, norms, self.lines.len()));
        let frame = Frame { background, cutoff, noise: *noise, places: &self.places, norms };
        self.rings.update::<T>(facts, frame, kept);
        update_rows(&mut self.rows, background, self.places.scale());
        update_safe(&mut self.safe, background, cutoff);
    }

    /// What most pixels without norms need, for engines that look it up themselves: `safe` of each bin, the guide of
    /// each ring (first cell, bits within a cell), and the cells (where the next count begins, count).
    pub fn lookup(&self, out: &mut Vec<u32>) {
        let tables = self.rings.tables();
        out.clear();
        out.extend(self.safe.iter().map(|&safe| safe as u32));
        out.extend(tables.guides.iter().flat_map(|guide| [guide.first, guide.shift]));
        out.extend(tables.cells.iter().flat_map(|cell| [cell.next, cell.count as u32]));
    }

    /// Draws the pixels of `open`, a bit per pixel, and puts the kept ones back: what remains of a frame that was filled
    /// by [`Densify::lookup`]. Frames with norms must not be: all their pixels are open.
    pub fn finish<T: DensePixel>(&self, noise: &Noise, dummy: T, open: &[u32], kept: Kept, out: &mut [T]) {
        let draws = self.draws(*noise, dummy);
        for (group, &bits) in open.iter().enumerate() {
            let mut bits = bits;
            while bits != 0 {
                let pixel = group * 32 + bits.trailing_zeros() as usize;
                out[pixel] = draws.draw(self.places.all()[pixel], draw_word(noise, pixel), None);
                bits &= bits - 1;
            }
        }
        kept.restore(0, out);
    }

    fn draws<T>(&self, noise: Noise, dummy: T) -> Draws<'_, T> {
        let (scale, cutoff, tables) = (self.places.scale(), self.cutoff, self.rings.tables());
        Draws { rows: &self.rows, safe: &self.safe, tables, scale, cutoff, noise, dummy }
    }
}

#[cfg(test)]
mod tests;
