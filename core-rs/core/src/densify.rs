//! Densify: from kept pixels and a background back to a frame (method, section 6).
//!
//! Every pixel becomes `background(r)·norm`, with noise if asked for, masked pixels the dummy, and kept pixels are
//! put back bit for bit. A pixel that was not kept is known to lie below the cut-off, so the noise is drawn from the
//! normal distribution truncated there, by inversion; negative draws are 0 counts. Draws depend on seed, frame and
//! pixel alone.

mod rebuild;

pub use rebuild::{Rebuild, RebuildError};

use crate::background::{Background, RadialGrid};
use crate::parallel::{for_each, Split, WORTH_A_THREAD};
use crate::pick::Cutoff;
use crate::random::{uniform, words_at, NormalTable, Stream};

/// Pixel types that frames may have.
pub trait DensePixel: Copy + Default + Send + Sync {
    /// The nearest value of the type, halves away from zero, and never the dummy of an unsigned type.
    fn nearest(value: f64) -> Self;
    /// The value, or the largest one not above `limit`.
    fn at_most(self, limit: f64) -> Self;
}

macro_rules! dense_integers {
    ($($t:ty => $largest:expr),*) => { $(impl DensePixel for $t {
        #[inline(always)]
        fn nearest(value: f64) -> Self {
            // The conversion truncates towards zero and saturates at the ends of the type.
            ((value + 0.5f64.copysign(value)) as $t).min($largest)
        }
        #[inline(always)]
        fn at_most(self, limit: f64) -> Self {
            self.min(limit.floor() as $t)
        }
    })* };
}
dense_integers!(u8 => u8::MAX - 1, u16 => u16::MAX - 1, u32 => u32::MAX - 1, i16 => i16::MAX, i32 => i32::MAX);

impl DensePixel for f32 {
    #[inline(always)]
    fn nearest(value: f64) -> Self {
        value as f32
    }
    #[inline(always)]
    fn at_most(self, limit: f64) -> Self {
        self.min(limit as f32)
    }
}

/// The constants of a sparse file.
pub struct Densify {
    /// radial coordinate per pixel in raster order, NaN where masked
    pub radius: Vec<f32>,
    /// norm per pixel, where corrections were used
    pub normalization: Option<Vec<f32>>,
    /// where the bins lie
    pub grid: RadialGrid,
    /// the cut-off that picked; `None` when the file does not tell: then noise is not truncated
    pub cutoff: Option<Cutoff>,
    /// probability that a draw lies below the cut-off, on the bin centres; room that each frame reuses
    below: Vec<f32>,
    /// mean, std and that probability between the bin centres; likewise
    lines: Vec<Line>,
    std_lines: Vec<Line>,
    below_lines: Vec<Line>,
    normal: NormalTable,
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
    /// From the maps and settings of a sparse file; fields as documented.
    pub fn new(
        radius: Vec<f32>,
        normalization: Option<Vec<f32>>,
        grid: RadialGrid,
        cutoff: Option<Cutoff>,
    ) -> Self {
        let lines = vec![Line::default(); grid.bins];
        Self {
            radius,
            normalization,
            grid,
            cutoff,
            below: vec![1.0; grid.bins],
            lines: lines.clone(),
            std_lines: lines.clone(),
            below_lines: lines,
            normal: NormalTable::new(),
        }
    }

    /// Rebuilds the background of a frame into `out`, masked pixels as `dummy`.
    ///
    /// # Panics
    /// When `out` or the background has another size than the file's.
    pub fn background<T: DensePixel>(
        &mut self,
        background: &Background,
        noise: &Noise,
        dummy: T,
        out: &mut [T],
    ) {
        assert_eq!(out.len(), self.radius.len());
        assert_eq!(background.mean.len(), self.grid.bins);
        if noise.scale > 0.0 {
            self.noisy(background, noise, dummy, out);
        } else {
            self.smooth(background, dummy, out);
        }
    }

    /// The background itself, rounded.
    fn smooth<T: DensePixel>(&mut self, background: &Background, dummy: T, out: &mut [T]) {
        Line::update(&mut self.lines, &background.mean);
        let (grid, lines) = (&self.grid, &self.lines[..]);
        let value = |radius: f32, norm: f64| {
            let u = grid.coordinate(radius);
            let value = T::nearest(Line::at(lines, u) * norm);
            if radius.is_nan() {
                dummy
            } else {
                value
            }
        };
        for_each(Pixels::new(out, self), &|Pixels { out, radius, norms, .. }| match norms {
            None => out.iter_mut().zip(radius).for_each(|(out, &radius)| *out = value(radius, 1.0)),
            Some(norms) => {
                for ((out, &radius), &norm) in out.iter_mut().zip(radius).zip(norms) {
                    *out = value(radius, f64::from(norm));
                }
            }
        });
    }

    /// The background with noise below the cut-off.
    fn noisy<T: DensePixel>(&mut self, background: &Background, noise: &Noise, dummy: T, out: &mut [T]) {
        let cutoff = self.cutoff.unwrap_or(Cutoff { cutoff: f64::INFINITY, noise: 0.0 });
        self.update_probabilities(background, cutoff, noise.scale);
        Line::update(&mut self.lines, &background.mean);
        Line::update(&mut self.std_lines, &background.std);
        Line::update(&mut self.below_lines, &self.below);
        let (normal, lines) = (&self.normal, &self.lines[..]);
        let (std_lines, below_lines) = (&self.std_lines[..], &self.below_lines[..]);
        let truncated = cutoff.cutoff.is_finite();
        for_each(Pixels::new(out, self), &|Pixels { first, out, radius, norms }| {
            for (group, (out, radii)) in out.chunks_mut(4).zip(radius.chunks(4)).enumerate() {
                let quad = (first / 4 + group) as u32;
                let words = words_at(Stream::Densify, noise.seed, noise.frame, quad);
                for (lane, (value, &radius)) in out.iter_mut().zip(radii).enumerate() {
                    if radius.is_nan() {
                        *value = dummy;
                        continue;
                    }
                    let norm = norms.map_or(1.0, |norms| f64::from(norms[group * 4 + lane]));
                    let u = self.grid.coordinate(radius);
                    let (mean, std) = (Line::at(lines, u), Line::at(std_lines, u));
                    let z = normal.quantile(uniform(words[lane]) * Line::at(below_lines, u));
                    let drawn = mean + z * std * noise.scale;
                    let nearest = T::nearest(if drawn > 0.0 { drawn * norm } else { 0.0 });
                    *value =
                        if truncated { nearest.at_most((mean + cutoff.reach(std)) * norm) } else { nearest };
                }
            }
        });
    }

    fn update_probabilities(&mut self, background: &Background, cutoff: Cutoff, scale: f64) {
        for (below, &std) in self.below.iter_mut().zip(&background.std) {
            let std = f64::from(std);
            let probability = 0.5 * libm::erfc(-cutoff.reach(std) / (std * scale) / std::f64::consts::SQRT_2);
            *below = if std * scale > 0.0 { probability as f32 } else { 1.0 };
        }
    }
}

/// Neighbouring pixels that are rebuilt together. `first`: raster index of the first, a multiple of 4, for which the
/// generator draws together.
struct Pixels<'a, T> {
    first: usize,
    out: &'a mut [T],
    radius: &'a [f32],
    norms: Option<&'a [f32]>,
}

impl<'a, T> Pixels<'a, T> {
    fn new(out: &'a mut [T], densify: &'a Densify) -> Self {
        Self { first: 0, out, radius: &densify.radius, norms: densify.normalization.as_deref() }
    }
}

impl<T: Send> Split for Pixels<'_, T> {
    fn split(self) -> Result<(Self, Self), Self> {
        if self.out.len() < 2 * WORTH_A_THREAD {
            return Err(self);
        }
        let half = self.out.len() / 8 * 4;
        let (out, out_right) = self.out.split_at_mut(half);
        let (radius, radius_right) = self.radius.split_at(half);
        let (norms, norms_right) = self.norms.map(|norms| norms.split_at(half)).unzip();
        let first = self.first + half;
        Ok((
            Self { first: self.first, out, radius, norms },
            Self { first, out: out_right, radius: radius_right, norms: norms_right },
        ))
    }
}

/// A value on a bin centre and how much it changes towards the next: interpolation from one place in memory.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    value: f64,
    slope: f64,
}

impl Line {
    fn update(lines: &mut [Line], values: &[f32]) {
        for (b, line) in lines.iter_mut().enumerate() {
            let value = f64::from(values[b]);
            let next = values.get(b + 1).map_or(value, |&next| f64::from(next));
            *line = Line { value, slope: next - value };
        }
    }

    /// `u`: coordinate in bin widths from the first centre, not beyond the last.
    #[inline(always)]
    fn at(lines: &[Line], u: f64) -> f64 {
        let below = u as u32;
        let Line { value, slope } = lines[below as usize];
        value + (u - f64::from(below)) * slope
    }
}

/// Puts kept pixels back. `index` holds raster indices, checked by the caller to lie inside `out`.
pub fn restore<T: Copy>(index: &[u32], intensity: &[T], out: &mut [T]) {
    for (&pixel, &value) in index.iter().zip(intensity) {
        out[pixel as usize] = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(pixels: usize, mean: f32, std: f32) -> (Densify, Background) {
        let radius =
            (0..pixels).map(|p| if p % 100 == 7 { f32::NAN } else { 1.0 + (p % 50) as f32 }).collect();
        let grid = RadialGrid::new(1.0, 7.0, 8);
        let densify = Densify::new(radius, None, grid, Some(Cutoff { cutoff: 2.0, noise: 1.0 }));
        (densify, Background { mean: vec![mean; 8], std: vec![std; 8] })
    }

    fn rebuilt(scale: f64, seed: u64, frame: u32) -> Vec<u16> {
        let (mut densify, background) = flat(100_000, 20.0, 4.0);
        let mut out = vec![0u16; 100_000];
        densify.background(&background, &Noise { scale, seed, frame }, u16::MAX, &mut out);
        out
    }

    #[test]
    fn without_noise_the_background_is_rounded_and_masked_pixels_are_the_dummy() {
        let out = rebuilt(0.0, 0, 0);
        assert!(out.iter().enumerate().all(|(p, &v)| v == if p % 100 == 7 { u16::MAX } else { 20 }));
    }

    #[test]
    fn noise_has_the_moments_of_the_truncated_normal_and_stays_below_the_cutoff() {
        let values: Vec<f64> =
            rebuilt(1.0, 3, 1).into_iter().filter(|&v| v != u16::MAX).map(f64::from).collect();
        let limit = 20.0 + 2.0 * (17f64).sqrt();
        assert!(values.iter().all(|&v| v <= limit));
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let std = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
        // Truncated at c = 2·sqrt(17)/4: mean −σ·φ(c)/Φ(c) = −0.194, std 3.76; rounding adds 1/12 to the variance.
        assert!((mean - 19.806).abs() < 0.06, "{mean}");
        assert!((std - 3.77).abs() < 0.05, "{std}");
    }

    #[test]
    fn the_same_seed_and_frame_give_the_same_pixels_and_others_do_not() {
        assert_eq!(rebuilt(1.0, 5, 2), rebuilt(1.0, 5, 2));
        assert_ne!(rebuilt(1.0, 5, 2), rebuilt(1.0, 6, 2));
        assert_ne!(rebuilt(1.0, 5, 2), rebuilt(1.0, 5, 3));
    }

    #[test]
    fn halves_round_away_from_zero_and_the_dummy_is_never_made() {
        assert_eq!([2.5, 3.5, 0.49].map(u16::nearest), [3, 4, 0]);
        assert_eq!([-2.5, -0.4].map(i32::nearest), [-3, 0]);
        assert_eq!(u16::nearest(1e9), u16::MAX - 1);
        assert_eq!(u16::nearest(5.6).at_most(5.7), 5);
    }

    #[test]
    fn kept_pixels_come_back_bit_for_bit() {
        let mut out = vec![0u32; 10];
        restore(&[1, 9], &[u32::MAX, 7], &mut out);
        assert_eq!(out, [0, u32::MAX, 0, 0, 0, 0, 0, 0, 0, 7]);
    }
}
