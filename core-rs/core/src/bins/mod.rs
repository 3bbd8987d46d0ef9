//! Azimuthal bins without pixel splitting: which pixels belong to which bin, as a CSR matrix of ones.
//!
//! Each pixel's place in bin order is computed once per plan. A frame is then permuted into bin order once, so that
//! every bin is one contiguous run that stays in cache through all clipping cycles.

mod order;
mod radii;
mod runs;
mod sort;
mod strips;
#[cfg(test)]
mod testing;
mod windows;

pub use order::Order;
pub use radii::{fill, PixelMap, Radii};
pub use runs::{PartsOf, Run, Runs, RunsPart, RUN};
pub use sort::{sort, Scale, Sorted};
pub use strips::{RadialRows, Strips};
pub use windows::{Windows, GROUP, NONE, NOWHERE, WINDOW};

use crate::parallel::{Split, WORTH_A_THREAD};

/// Relative widening of the upper end of the radial range, so that the outermost pixel falls into the last bin
/// (pyFAI's choice: one f32 ulp).
const UPPER_END: f64 = 1.0 + 1.0 / 8_388_608.0;

/// Why bins cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinsError {
    /// every pixel is masked
    NothingUnmasked,
    /// all unmasked pixels share one radius
    NoRange,
    /// the number of bins is 0 or above 65,536
    Count,
}

impl std::fmt::Display for BinsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NothingUnmasked => "every pixel is masked",
            Self::NoRange => "all unmasked pixels have the same radius",
            Self::Count => "the number of bins must be between 1 and 65536",
        })
    }
}

impl std::error::Error for BinsError {}

/// The unmasked pixels sorted by bin, raster order within a bin.
pub struct Bins {
    /// first place of each bin in `order`; one more entry than bins
    pub offsets: Vec<u32>,
    /// pixel (raster index) at each place of the bin order
    pub order: Order,
    /// lower end of the radial range
    pub minimum: f64,
    /// width of a bin
    pub width: f64,
}

impl Bins {
    /// Sorts the pixels whose `masked` byte is 0 into `count` equal bins over their radial range:
    /// bin = floor((r − r_min) / (r_max − r_min) · count), all in f64. The plain reference of [`sort`].
    pub fn new(radial: &[f64], masked: &[u8], count: usize) -> Result<Self, BinsError> {
        assert_eq!(radial.len(), masked.len());
        if count == 0 || count > 65_536 {
            return Err(BinsError::Count);
        }
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for (&r, &m) in radial.iter().zip(masked) {
            if m == 0 {
                low = low.min(r);
                high = high.max(r);
            }
        }
        if low > high {
            return Err(BinsError::NothingUnmasked);
        }
        let range = high * UPPER_END - low;
        if low == high || range.is_nan() || range <= 0.0 {
            return Err(BinsError::NoRange);
        }
        let bin_of = |r: f64| (((r - low) / range * count as f64) as usize).min(count - 1);

        let mut offsets = vec![0u32; count + 1];
        for (&r, &m) in radial.iter().zip(masked) {
            if m == 0 {
                offsets[bin_of(r) + 1] += 1;
            }
        }
        for b in 0..count {
            offsets[b + 1] += offsets[b];
        }
        let mut next = offsets.clone();
        let mut order = vec![0u32; offsets[count] as usize];
        for (pixel, (&r, &m)) in radial.iter().zip(masked).enumerate() {
            if m == 0 {
                let place = &mut next[bin_of(r)];
                order[*place as usize] = pixel as u32;
                *place += 1;
            }
        }
        Ok(Self { offsets, order: order.into(), minimum: low, width: range / count as f64 })
    }

    /// Places of the bin order: pixels that are not masked.
    pub fn places(&self) -> usize {
        self.offsets[self.count()] as usize
    }

    /// Number of bins.
    pub fn count(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Places of bin `b` in the bin order.
    #[inline(always)]
    pub fn range(&self, b: usize) -> std::ops::Range<usize> {
        self.offsets[b] as usize..self.offsets[b + 1] as usize
    }

    /// The bin that cuts a range of bins into halves of about as many pixels; `None` where they would not be worth
    /// a thread.
    pub fn middle(&self, bins: &std::ops::Range<usize>) -> Option<usize> {
        let (first, last) = (self.offsets[bins.start], self.offsets[bins.end]);
        if bins.len() < 2 || ((last - first) as usize) < 2 * WORTH_A_THREAD {
            return None;
        }
        let half = first + (last - first) / 2;
        let inner = &self.offsets[bins.start + 1..bins.end];
        Some(bins.start + 1 + inner.partition_point(|&place| place < half).min(inner.len() - 1))
    }

    /// Radial coordinate of the centre of bin `b`.
    pub fn centre(&self, b: usize) -> f64 {
        self.minimum + (b as f64 + 0.5) * self.width
    }
}

/// Neighbouring bins of a plan, for work that is split over threads.
pub(crate) struct BinRange<'a> {
    pub bins: &'a Bins,
    pub range: std::ops::Range<usize>,
}

impl Split for BinRange<'_> {
    fn split(self) -> Result<(Self, Self), Self> {
        let Self { bins, range } = self;
        match bins.middle(&range) {
            Some(middle) => {
                Ok((Self { bins, range: range.start..middle }, Self { bins, range: middle..range.end }))
            }
            None => Err(Self { bins, range }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unmasked_pixel_is_in_exactly_one_bin_and_the_last_radius_in_the_last() {
        let radial: Vec<f64> = (0..1000).map(|i| (i as f64 * 0.37).sin().abs() + 1.0).collect();
        let masked: Vec<u8> = (0..1000).map(|i| u8::from(i % 7 == 0)).collect();
        let bins = Bins::new(&radial, &masked, 13).unwrap();
        let mut seen = bins.order.to_vec();
        seen.sort_unstable();
        let expected: Vec<u32> = (0..1000).filter(|i| i % 7 != 0).collect();
        assert_eq!(seen, expected);
        for b in 0..13 {
            for &pixel in &bins.order[bins.range(b)] {
                let r = radial[pixel as usize];
                assert!((r - bins.centre(b)).abs() <= bins.width * 0.500_001, "pixel {pixel} in bin {b}");
            }
            assert!(bins.order[bins.range(b)].windows(2).all(|w| w[0] < w[1]), "raster order in bin {b}");
        }
    }

    #[test]
    fn ranges_of_bins_are_cut_where_both_halves_have_pixels() {
        let offsets = vec![0, 10, 200_000, 200_010, 500_000, 500_000];
        let bins = Bins { offsets, order: Vec::new().into(), minimum: 0.0, width: 1.0 };
        assert_eq!(bins.middle(&(0..5)), Some(4));
        assert_eq!(bins.middle(&(0..4)), Some(3));
        assert_eq!(bins.middle(&(0..3)), Some(2));
        assert_eq!(bins.middle(&(1..2)), None, "one bin");
        assert_eq!(bins.middle(&(4..5)), None, "too few pixels");
    }

    #[test]
    fn refuses_what_has_no_bins() {
        assert_eq!(Bins::new(&[1.0, 2.0], &[1, 1], 4).err(), Some(BinsError::NothingUnmasked));
        assert_eq!(Bins::new(&[1.0, 2.0], &[0, 0], 0).err(), Some(BinsError::Count));
        assert_eq!(Bins::new(&[f64::NAN, f64::NAN], &[0, 0], 4).err(), Some(BinsError::NothingUnmasked));
    }
}
