//! What all frames of a plan have in common and no frame changes: plans that work side by side share one.

use super::sorting::Sorting;
use super::{weights, PixelType, PlanError, PlanInput, Settings};
use crate::bins::RadialRows;
use crate::clip::WeightSums;
use crate::geometry::Shape;
use crate::validity::{IntegerValidity, Validity};
use crate::words::Reader;
use weights::Weights;

/// See the module.
pub struct Setup {
    pub shape: Shape,
    pub pixel_type: PixelType,
    pub settings: Settings,
    pub validity: Validity,
    pub integer_validity: IntegerValidity,
    pub sorting: Sorting,
    /// per pixel in raster order; `None` where every norm is 1
    pub normalization: Option<Vec<f32>>,
    /// per pixel in raster order
    pub dark: Option<Vec<f32>>,
    pub weights: Weights,
    pub constants: WeightSums,
}

impl Setup {
    /// Computes the maps and sorts the pixels into bins, or takes what another setup of the same input wrote of that.
    pub fn new(input: PlanInput, sorted: Option<&[u32]>) -> Result<Self, PlanError> {
        input.check()?;
        let PlanInput { geometry, shape, pixel_type, validity, mask, dark, flat, settings } = input;
        let pixels = shape.pixels();
        let mut normalization = weights::normalization(&geometry, shape, flat.as_deref(), &settings);
        let rows = RadialRows::new(&geometry, shape, settings.unit);
        let sorting = match sorted {
            Some(words) => {
                Sorting::read(rows, settings.bins, &mut Reader::new(words)).ok_or(PlanError::Sorting)?
            }
            None => {
                let mut masked = mask.unwrap_or_else(|| vec![0; pixels].into());
                if normalization.is_some() || dark.is_some() {
                    weights::mask_unusable(normalization.as_deref(), dark.as_deref(), masked.to_mut());
                }
                // Integers whose norms are all 1 are picked as the frame lies.
                let plain = pixel_type != PixelType::F32 && dark.is_none() && normalization.is_none();
                Sorting::new(rows, &masked, settings.bins, plain)?
            }
        };

        let weights = Weights::new(&sorting.runs, sorting.bins.places(), normalization.as_deref());
        if let Some(norms) = &mut normalization {
            norms.truncate(pixels);
        }
        let validity = pixel_type.restricted(validity);
        Ok(Self {
            shape,
            pixel_type,
            settings,
            validity,
            integer_validity: validity.of_integers(),
            normalization,
            dark,
            constants: WeightSums::new(&sorting.bins, weights.fixed()),
            weights,
            sorting,
        })
    }

    /// Whether frames may be held in a part of their width, see `narrowed`: counts of 32 bits whose norms are all 1.
    pub fn may_be_narrowed(&self) -> bool {
        let is_wide = matches!(self.pixel_type, PixelType::U32 | PixelType::I32);
        is_wide && self.sorting.windows.is_some() && self.integer_validity.is_unsigned()
    }

    /// Whether sums are exact integers (else f64).
    pub fn is_exact(&self) -> bool {
        self.pixel_type != PixelType::F32 && self.dark.is_none() && self.weights.is_fixed()
    }
}
