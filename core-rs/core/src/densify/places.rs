//! Where every pixel lies between the bin centres, in 32 bits that are computed once a file.

use crate::background::RadialGrid;
use crate::parallel::{for_each, Split, WORTH_A_THREAD};
use std::borrow::Cow;

/// A place in units of 1/2ᵏ of a bin width from the first centre, with k as large as the number of bins leaves. The
/// f32 radii of files are coarser than that in the outer half of any range, 256-fold where bins are few: what a place
/// rounds away moves an interpolated value by no more than a step of its radius would.
pub struct Places {
    places: Vec<u32>,
    scale: PlaceScale,
}

/// Pixels whose places are to be found; without radii, these lie where the places will.
struct Placing<'a> {
    radius: &'a [f32],
    places: &'a mut [u32],
}

impl Split for Placing<'_> {
    fn split(self) -> Result<(Self, Self), Self> {
        if self.places.len() < 2 * WORTH_A_THREAD {
            return Err(self);
        }
        let half = self.places.len() / 2;
        let (places, right) = self.places.split_at_mut(half);
        let (radius, rest) = self.radius.split_at(half.min(self.radius.len()));
        Ok((Self { radius, places }, Self { radius: rest, places: right }))
    }
}

/// The place of masked pixels, beyond the last centre.
pub const MASKED: u32 = u32::MAX;

/// How places are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceScale {
    bits: u32,
}

impl PlaceScale {
    fn new(bins: usize) -> Self {
        let bin_bits = usize::BITS - (bins - 1).leading_zeros();
        Self { bits: 32 - bin_bits.clamp(1, 31) }
    }

    /// Bin whose centre lies below; any number for masked pixels.
    #[inline(always)]
    pub fn bin(self, place: u32) -> usize {
        (place >> self.bits) as usize
    }

    /// Steps from that centre, below 2³¹.
    #[inline(always)]
    pub fn steps(self, place: u32) -> i32 {
        (place & ((1 << self.bits) - 1)) as i32
    }

    /// Ring of a pixel: the bin whose centre is nearest.
    #[inline(always)]
    pub fn ring(self, place: u32) -> usize {
        self.part(place, 0)
    }

    /// Number of the part of a ring that a pixel lies in, where rings have 2ᵇⁱᵗˢ parts, at most 2⁸.
    #[inline(always)]
    pub fn part(self, place: u32, bits: u32) -> usize {
        ((place + (1 << (self.bits - 1))) >> (self.bits - bits)) as usize
    }

    /// Fraction of the way to the next centre, in 256ths.
    #[inline(always)]
    pub fn fraction(self, place: u32) -> u32 {
        (self.steps(place) as u32) >> (self.bits - 8)
    }

    /// Width of a step in bin widths.
    pub fn step(self) -> f64 {
        1.0 / f64::from(1u32 << self.bits)
    }
}

impl Places {
    /// From the radius of each pixel, NaN where masked; owned ones leave their memory to the places.
    pub fn new(radius: Cow<[f32]>, grid: &RadialGrid) -> Self {
        let scale = PlaceScale::new(grid.bins);
        let per_width = f64::from(1u32 << scale.bits);
        let place = |radius: f32| {
            let place = (grid.coordinate(radius) * per_width + 0.5) as u32;
            if radius.is_nan() {
                MASKED
            } else {
                place
            }
        };
        let places = match radius {
            Cow::Owned(radius) => {
                let mut places = bytemuck::allocation::cast_vec::<f32, u32>(radius);
                for_each(Placing { radius: &[], places: &mut places }, &|Placing { places, .. }| {
                    places.iter_mut().for_each(|word| *word = place(f32::from_bits(*word)));
                });
                places
            }
            Cow::Borrowed(radius) => {
                let mut places = vec![0; radius.len()];
                for_each(Placing { radius, places: &mut places }, &|Placing { radius, places }| {
                    places.iter_mut().zip(radius).for_each(|(word, &radius)| *word = place(radius));
                });
                places
            }
        };
        Self { places, scale }
    }

    /// One place a pixel, in raster order.
    pub fn all(&self) -> &[u32] {
        &self.places
    }

    /// How they are read.
    pub fn scale(&self) -> PlaceScale {
        self.scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_radii_to_half_a_step() {
        for bins in [1, 2, 3, 800, 1024, 1025, 65_536] {
            let grid = RadialGrid::new(1.0, 0.25, bins);
            let end = 1.0 + 0.25 * bins as f32;
            let radii: Vec<f32> = (0..1000).map(|i| 0.9 + (end - 0.8) * i as f32 / 999.0).collect();
            let places = Places::new(Cow::Borrowed(&radii), &grid);
            assert_eq!(places.all(), Places::new(Cow::Owned(radii.clone()), &grid).all());
            let scale = places.scale();
            assert!(scale.step() * bins as f64 <= f64::powi(2.0, -30) * bins as f64 * bins as f64);
            for (&radius, &place) in radii.iter().zip(places.all()) {
                let got = scale.bin(place) as f64 + f64::from(scale.steps(place)) * scale.step();
                assert!((got - grid.coordinate(radius)).abs() <= 0.5 * scale.step(), "{bins}: {radius}");
                assert!(scale.bin(place) < bins && place != MASKED);
            }
        }
    }

    #[test]
    fn masked_pixels_have_a_place_of_their_own() {
        let places = Places::new(Cow::Owned(vec![f32::NAN, 1e30, -1.0]), &RadialGrid::new(1.0, 1.0, 1024));
        assert_eq!(places.all(), [MASKED, 1023 << 22, 0]);
    }
}
