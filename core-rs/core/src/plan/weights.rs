//! The norm of each pixel: flat · solid angle · polarization (method, eq. 1), and how the sums hold it.

use super::Settings;
use crate::bins::Bins;
use crate::geometry::{polarization_map, solid_angle_map, Geometry, Shape};
use crate::reduce::FixedWeights;

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
    /// From the norms in raster order.
    pub fn new(bins: &Bins, normalization: Option<&[f32]>) -> Self {
        let Some(norms) = normalization else { return Self::Ones };
        let in_bin_order = bins.order.iter().map(|&pixel| norms[pixel as usize]);
        match FixedWeights::new(in_bin_order.clone()) {
            Some(fixed) => Self::Fixed(fixed),
            None => Self::Float(in_bin_order.collect()),
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

/// The norm of each pixel, computed in f64 and rounded once; `None` where nothing corrects.
pub fn normalization(
    geometry: &Geometry,
    shape: Shape,
    flat: Option<&[f32]>,
    settings: &Settings,
) -> Option<Vec<f32>> {
    if flat.is_none() && !settings.solid_angle && settings.polarization.is_none() {
        return None;
    }
    let mut norm = match flat {
        Some(flat) => flat.iter().copied().map(f64::from).collect(),
        None => vec![1.0; shape.pixels()],
    };
    if settings.solid_angle {
        solid_angle_map(geometry, shape, &mut norm);
    }
    if let Some(factor) = settings.polarization {
        polarization_map(geometry, shape, factor, &mut norm);
    }
    Some(norm.into_iter().map(|n| n as f32).collect())
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
