//! The norm of each pixel: flat · solid angle · polarization (method, eq. 1), and how the sums hold it.

use super::Settings;
use crate::bins::{Runs, RUN};
use crate::correct::gather;
use crate::geometry::{Geometry, Rows, Shape};
use crate::parallel::{for_each, Split, WORTH_A_THREAD};
use crate::reduce::FixedWeights;
use crate::simd::{self, Kernel};

/// Norms in bin order, in the form that the reduction takes.
pub enum Weights {
    /// every norm is 1
    Ones,
    /// exact sums
    Fixed(FixedWeights),
    /// norms too far apart for fixed point: f64 sums
    Float(Vec<f32>),
}

impl Weights {
    /// From the norms in raster order with [`RUN`] − 1 spare ones behind, and the places of the bin order.
    pub fn new(runs: &Runs, places: usize, normalization: Option<&[f32]>) -> Self {
        let Some(norms) = normalization else { return Self::Ones };
        let mut in_bin_order = vec![0.0; places];
        gather(norms, runs, &mut in_bin_order);
        match FixedWeights::of(in_bin_order) {
            Ok(fixed) => Self::Fixed(fixed),
            Err(norms) => Self::Float(norms),
        }
    }

    /// Whether the exact sums can be used.
    pub fn is_fixed(&self) -> bool {
        !matches!(self, Self::Float(_))
    }

    /// Fixed-point weights; `None` where every norm is 1 (or none fits).
    pub fn fixed(&self) -> Option<&FixedWeights> {
        match self {
            Self::Fixed(fixed) => Some(fixed),
            _ => None,
        }
    }

    /// Norm at a place of the bin order.
    #[inline(always)]
    pub fn norm(&self, place: usize) -> f64 {
        match self {
            Self::Ones => 1.0,
            Self::Fixed(fixed) => f64::from(fixed.weights[place]) * fixed.unit,
            Self::Float(norms) => f64::from(norms[place]),
        }
    }
}

/// The norm of each pixel, computed in f64 and rounded once, and [`RUN`] − 1 spare ones behind; `None` where nothing
/// corrects.
pub fn normalization(
    geometry: &Geometry,
    shape: Shape,
    flat: Option<&[f32]>,
    settings: &Settings,
) -> Option<Vec<f32>> {
    if flat.is_none() && !settings.solid_angle && settings.polarization.is_none() {
        return None;
    }
    let pixels = shape.pixels();
    let (mut norms, rows) = (vec![1.0; pixels + RUN - 1], Rows::new(geometry, shape));
    let band = Norms { rows: &rows, first: 0, flat, settings, norms: &mut norms[..pixels] };
    for_each(band, &simd::run);
    Some(norms)
}

/// Norms of the rows from `first`.
struct Norms<'a> {
    rows: &'a Rows,
    first: usize,
    /// of the whole frame
    flat: Option<&'a [f32]>,
    settings: &'a Settings,
    norms: &'a mut [f32],
}

impl Kernel for Norms<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Self { rows, first, flat, settings, norms } = self;
        let fast = rows.shape().fast;
        let mut row = vec![1.0; fast];
        for (at, norms) in norms.chunks_exact_mut(fast).enumerate() {
            let number = first + at;
            match flat {
                Some(flat) => {
                    let flat = &flat[number * fast..][..fast];
                    row.iter_mut().zip(flat).for_each(|(norm, &flat)| *norm = f64::from(flat));
                }
                None => row.fill(1.0),
            }
            if settings.solid_angle {
                rows.solid_angle(number, &mut row);
            }
            if let Some(factor) = settings.polarization {
                rows.polarization(number, factor, &mut row);
            }
            norms.iter_mut().zip(&row).for_each(|(norm, &row)| *norm = row as f32);
        }
    }
}

impl Split for Norms<'_> {
    fn split(self) -> Result<(Self, Self), Self> {
        let fast = self.rows.shape().fast;
        let half = self.norms.len() / fast / 2;
        if half == 0 || self.norms.len() < 2 * WORTH_A_THREAD {
            return Err(self);
        }
        let Self { rows, first, flat, settings, norms } = self;
        let (left, right) = norms.split_at_mut(half * fast);
        Ok((
            Self { rows, first, flat, settings, norms: left },
            Self { rows, first: first + half, flat, settings, norms: right },
        ))
    }
}

/// Masks pixels whose norm is not positive and finite, or whose dark is not a number: they cannot be corrected.
pub fn mask_unusable(normalization: Option<&[f32]>, dark: Option<&[f32]>, masked: &mut [u8]) {
    if let Some(norms) = normalization {
        for (masked, &n) in masked.iter_mut().zip(norms) {
            *masked |= u8::from(!(n > 0.0 && n.is_finite()));
        }
    }
    if let Some(dark) = dark {
        for (masked, d) in masked.iter_mut().zip(dark) {
            *masked |= u8::from(!d.is_finite());
        }
    }
}
