//! What all frames of a plan have in common and no frame changes: plans that work side by side share one.

use super::{weights, PixelType, PlanError, PlanInput, Settings};
use crate::background::{Nearest, RadialGrid};
use crate::bins::{sort, Bins, RadialRows, Radii, Runs, Scale, Sorted};
use crate::clip::WeightSums;
use crate::geometry::Shape;
use crate::validity::{IntegerValidity, Validity};
use std::sync::Arc;
use weights::Weights;

/// See the module.
pub struct Setup {
    pub shape: Shape,
    pub pixel_type: PixelType,
    pub settings: Settings,
    pub validity: Validity,
    pub integer_validity: IntegerValidity,
    /// per pixel in raster order
    pub radii: Radii,
    /// per pixel in raster order; `None` where every norm is 1
    pub normalization: Option<Vec<f32>>,
    /// per pixel in raster order
    pub dark: Option<Vec<f32>>,
    pub bins: Bins,
    pub runs: Arc<Runs>,
    pub weights: Weights,
    pub constants: WeightSums,
    pub grid: RadialGrid,
    /// where pixels are picked as the frame lies: integers whose norms are all 1
    pub nearest: Option<Nearest>,
    pub scale: Scale,
}

impl Setup {
    /// Computes the maps and sorts the pixels into bins.
    pub fn new(input: PlanInput) -> Result<Self, PlanError> {
        input.check()?;
        let PlanInput { geometry, shape, pixel_type, validity, mask, dark, flat, settings } = input;
        let pixels = shape.pixels();
        let mut normalization = weights::normalization(&geometry, shape, flat.as_deref(), &settings);
        let mut masked = mask.unwrap_or_else(|| vec![0; pixels]);
        weights::mask_unusable(normalization.as_deref(), dark.as_deref(), &mut masked);

        let rows = RadialRows::new(&geometry, shape, settings.unit);
        let Sorted { bins, runs, scale } = sort(&rows, &masked, settings.bins)?;
        let radii = Radii::new(rows, bins.centre(0), &masked);
        drop(masked);

        let weights = Weights::new(&runs, bins.places(), normalization.as_deref());
        if let Some(norms) = &mut normalization {
            norms.truncate(pixels);
        }
        let validity = pixel_type.restricted(validity);
        let grid = RadialGrid::new(bins.centre(0), bins.width, bins.count());
        let plain = pixel_type != PixelType::F32 && dark.is_none() && matches!(weights, Weights::Ones);
        let nearest = plain.then(|| Nearest::new(&radii, &grid)).flatten();
        Ok(Self {
            shape,
            pixel_type,
            settings,
            validity,
            integer_validity: validity.of_integers(),
            radii,
            normalization,
            dark,
            runs,
            constants: WeightSums::new(&bins, weights.fixed()),
            weights,
            grid,
            nearest,
            scale,
            bins,
        })
    }

    /// Whether frames may be held in a part of their width, see `narrowed`: counts of 32 bits whose norms are all 1.
    pub fn may_be_narrowed(&self) -> bool {
        let is_wide = matches!(self.pixel_type, PixelType::U32 | PixelType::I32);
        is_wide && self.nearest.is_some() && self.integer_validity.is_unsigned()
    }

    /// Whether sums are exact integers (else f64).
    pub fn is_exact(&self) -> bool {
        self.pixel_type != PixelType::F32 && self.dark.is_none() && self.weights.is_fixed()
    }
}
