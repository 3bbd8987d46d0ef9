//! What all frames of a plan have in common and no frame changes: plans that work side by side share one.

use super::{weights, PixelType, PlanError, PlanInput, Settings};
use crate::background::RadialGrid;
use crate::bins::{Bins, Runs};
use crate::clip::WeightSums;
use crate::geometry::{radial_map, Shape};
use crate::validity::{IntegerValidity, Validity};
use weights::Weights;

/// See the module.
pub struct Setup {
    pub shape: Shape,
    pub pixel_type: PixelType,
    pub settings: Settings,
    pub validity: Validity,
    pub integer_validity: IntegerValidity,
    /// per pixel in raster order, not below the first bin's centre; NaN where masked
    pub radius: Vec<f32>,
    /// the same in bin order: picking reads it from front to back, not all over the frame
    pub ordered_radius: Vec<f32>,
    /// per pixel in raster order; `None` where every norm is 1
    pub normalization: Option<Vec<f32>>,
    /// per pixel in raster order
    pub dark: Option<Vec<f32>>,
    pub bins: Bins,
    pub runs: Runs,
    pub weights: Weights,
    pub constants: WeightSums,
    pub grid: RadialGrid,
}

impl Setup {
    /// Computes the maps and sorts the pixels into bins.
    pub fn new(input: PlanInput) -> Result<Self, PlanError> {
        input.check()?;
        let PlanInput { geometry, shape, pixel_type, validity, mask, dark, flat, settings } = input;
        let pixels = shape.pixels();
        let normalization = weights::normalization(&geometry, shape, flat.as_deref(), &settings);
        let mut masked = mask.unwrap_or_else(|| vec![0; pixels]);
        weights::mask_unusable(normalization.as_deref(), dark.as_deref(), &mut masked);

        let mut radial = vec![0.0; pixels];
        radial_map(&geometry, shape, settings.unit, &mut radial);
        let bins = Bins::new(&radial, &masked, settings.bins)?;
        // Inside the centre of the first bin the background is that of the centre. FabIO takes smaller radii for
        // masked, so the map holds the centre there, which means the same.
        let first = bins.centre(0) as f32;
        let of_pixel = |(&r, &m): (&f64, &u8)| if m == 0 { (r as f32).max(first) } else { f32::NAN };
        let radius: Vec<f32> = radial.iter().zip(&masked).map(of_pixel).collect();
        drop(radial);

        let weights = Weights::new(&bins, normalization.as_deref());
        let validity = pixel_type.restricted(validity);
        Ok(Self {
            shape,
            pixel_type,
            settings,
            validity,
            integer_validity: validity.of_integers(),
            ordered_radius: bins.order.iter().map(|&pixel| radius[pixel as usize]).collect(),
            radius,
            normalization,
            dark,
            runs: Runs::new(&bins),
            constants: WeightSums::new(&bins, weights.fixed()),
            weights,
            grid: RadialGrid::new(bins.centre(0), bins.width, bins.count()),
            bins,
        })
    }

    /// Whether sums are exact integers (else f64).
    pub fn is_exact(&self) -> bool {
        self.pixel_type != PixelType::F32 && self.dark.is_none() && self.weights.is_fixed()
    }
}
