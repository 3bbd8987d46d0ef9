//! The background of a frame: mean and std per bin, interpolated to each pixel's own radius (method, section 5).
//!
//! Both are rounded to f32, as files hold them, before anything is decided on them: whoever reads the file back
//! finds the same cut-off.

mod polar_median;

pub use polar_median::{PolarGrid, PolarMedian};

use crate::clip::Profile;

/// Mean and std on the bin centres, without gaps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Background {
    /// mean per bin
    pub mean: Vec<f32>,
    /// std of one pixel per bin
    pub std: Vec<f32>,
}

impl Background {
    /// Room for `bins` bins.
    pub fn new(bins: usize) -> Self {
        Self { mean: vec![0.0; bins], std: vec![0.0; bins] }
    }

    /// Takes over a clipped profile. Bins that clipping or the mask has emptied get values on the line between their
    /// nearest neighbours that are not empty (the nearest one at the ends; 0 when all are empty), so that no pixel
    /// near them meets a background of nothing.
    pub fn update(&mut self, profile: &Profile) {
        let filled = |b: usize| profile.count[b] > 0;
        let mut before: Option<usize> = None;
        let mut b = 0;
        while b < self.mean.len() {
            if filled(b) {
                (self.mean[b], self.std[b]) = (profile.mean[b] as f32, profile.std[b] as f32);
                before = Some(b);
                b += 1;
                continue;
            }
            let after = (b..self.mean.len()).find(|&next| filled(next));
            for gap in b..after.unwrap_or(self.mean.len()) {
                let line = |values: &[f64]| match (before, after) {
                    (Some(l), Some(r)) => {
                        let t = (gap - l) as f64 / (r - l) as f64;
                        (values[l] + t * (values[r] - values[l])) as f32
                    }
                    (Some(end), None) | (None, Some(end)) => values[end] as f32,
                    (None, None) => 0.0,
                };
                (self.mean[gap], self.std[gap]) = (line(&profile.mean), line(&profile.std));
            }
            b = after.unwrap_or(self.mean.len());
        }
    }
}

/// Where a radius lies between the bin centres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RadialGrid {
    first: f64,
    per_width: f64,
    last: f64,
    /// number of bins
    pub bins: usize,
}

impl RadialGrid {
    /// `bins` bins, one or more, whose first centre lies at `first` and whose centres lie `width` apart.
    pub fn new(first: f64, width: f64, bins: usize) -> Self {
        assert!(bins > 0);
        Self { first, per_width: 1.0 / width, last: (bins - 1) as f64, bins }
    }

    /// First centre, bins per unit of radius, and the last centre in bins from the first.
    pub fn parameters(&self) -> [f64; 3] {
        [self.first, self.per_width, self.last]
    }

    /// How far from its bin's centre a pixel may lie, in bin widths: half of one, and what radii that are rounded to f32
    /// may be beyond.
    pub fn edge(&self) -> f64 {
        let farthest = (self.first * self.per_width).abs() + self.last;
        (0.5 + farthest * f64::from(f32::EPSILON)).min(1.0)
    }

    /// Bin below and fraction towards the next; clamped to the first and the last centre.
    #[inline(always)]
    pub fn locate(&self, radius: f32) -> (usize, f64) {
        let u = self.coordinate(radius);
        let below = (u as usize).min(self.bins.saturating_sub(2));
        (below, u - below as f64)
    }

    /// Radius in bin widths from the first centre, clamped to the centres; 0 for NaN.
    #[inline(always)]
    pub fn coordinate(&self, radius: f32) -> f64 {
        let u = (f64::from(radius) - self.first) * self.per_width;
        // Comparisons, not min and max, whose rules for NaN and −0 take several instructions each.
        let u = if u > 0.0 { u } else { 0.0 };
        if u < self.last {
            u
        } else {
            self.last
        }
    }

    /// Values on the centres, interpolated linearly at a located radius.
    #[inline(always)]
    pub fn interpolate(&self, values: &[f32], place: (usize, f64)) -> f64 {
        interpolate(&values[..self.bins], place)
    }
}

/// Values, interpolated linearly between one and the next by a fraction of the way.
#[inline(always)]
pub fn interpolate(values: &[f32], (below, fraction): (usize, f64)) -> f64 {
    let low = f64::from(values[below]);
    let high = f64::from(values[(below + 1).min(values.len() - 1)]);
    low + fraction * (high - low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_bins_take_the_line_between_their_neighbours() {
        let mut profile = Profile::new(7);
        for (b, mean) in [(1, 10.0), (4, 40.0)] {
            profile.mean[b] = mean;
            profile.std[b] = mean / 10.0;
            profile.count[b] = 5;
        }
        let mut background = Background::new(7);
        background.update(&profile);
        assert_eq!(background.mean, [10.0, 10.0, 20.0, 30.0, 40.0, 40.0, 40.0]);
        assert_eq!(background.std, [1.0, 1.0, 2.0, 3.0, 4.0, 4.0, 4.0]);
        background.update(&Profile::new(7));
        assert_eq!(background.mean, [0.0; 7]);
    }

    #[test]
    fn interpolation_is_linear_between_centres_and_flat_beyond() {
        let grid = RadialGrid::new(1.0, 0.5, 4);
        let values = [0.0, 10.0, 30.0, 20.0];
        let at = |r: f32| grid.interpolate(&values, grid.locate(r));
        assert_eq!(
            [at(0.0), at(1.0), at(1.25), at(1.75), at(2.5), at(9.0)],
            [0.0, 0.0, 5.0, 20.0, 20.0, 20.0]
        );
        let single = RadialGrid::new(1.0, 0.5, 1);
        assert_eq!(single.interpolate(&[7.0], single.locate(3.0)), 7.0);
    }
}
