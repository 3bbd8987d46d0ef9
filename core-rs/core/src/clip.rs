//! Sigma clipping of the azimuthal bins (method, section 4).
//!
//! Estimate mean and std, then up to `cycle` times drop the pixels with `|I − mean| > n·std` and estimate again.
//! A pixel is tested without division, as `s < (mean − n·std)·ω` or `s > (mean + n·std)·ω`; once dropped it stays
//! dropped, so the pixels that are left are those inside the intersection of all intervals so far.

mod exact;
mod float;

pub use exact::{clip_exact, Counts, WeightSums};
pub use float::{clip_float, FloatPixel};

use crate::bins::Bins;
use crate::parallel::Split;
use crate::reduce::{ErrorModel, Moments};

/// What decides how a bin is clipped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClipSettings {
    /// how scatter is estimated
    pub error_model: ErrorModel,
    /// n; the larger of it and Chauvenet's cut-off is taken, so 0 means Chauvenet
    pub cutoff: f64,
    /// most runs of dropping; 0 integrates without clipping
    pub cycle: u32,
}

/// One value per bin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// V/Ω; 0 for an empty bin
    pub mean: Vec<f64>,
    /// uncertainty of one pixel's value
    pub std: Vec<f64>,
    /// uncertainty of the mean
    pub sem: Vec<f64>,
    /// pixels left in the bin
    pub count: Vec<u32>,
}

impl Profile {
    /// Room for `bins` bins.
    pub fn new(bins: usize) -> Self {
        Self { mean: vec![0.0; bins], std: vec![0.0; bins], sem: vec![0.0; bins], count: vec![0; bins] }
    }

    /// All bins as one part, for the threads to share.
    fn part<'a>(&'a mut self, bins: &'a Bins) -> ProfilePart<'a> {
        let Self { mean, std, sem, count } = self;
        ProfilePart { bins, range: 0..bins.count(), mean, std, sem, count }
    }
}

/// Neighbouring bins and where their results go.
struct ProfilePart<'a> {
    bins: &'a Bins,
    range: std::ops::Range<usize>,
    mean: &'a mut [f64],
    std: &'a mut [f64],
    sem: &'a mut [f64],
    count: &'a mut [u32],
}

impl ProfilePart<'_> {
    /// Writes the result of bin `b`.
    fn set(&mut self, b: usize, moments: Moments, count: u64) {
        let at = b - self.range.start;
        self.mean[at] = moments.mean;
        self.std[at] = moments.std;
        self.sem[at] = moments.sem;
        self.count[at] = count as u32;
    }
}

impl Split for ProfilePart<'_> {
    fn split(self) -> Result<(Self, Self), Self> {
        let Some(middle) = self.bins.middle(&self.range) else { return Err(self) };
        let Self { bins, range, mean, std, sem, count } = self;
        let at = middle - range.start;
        let (mean, mean_right) = mean.split_at_mut(at);
        let (std, std_right) = std.split_at_mut(at);
        let (sem, sem_right) = sem.split_at_mut(at);
        let (count, count_right) = count.split_at_mut(at);
        let left = Self { bins, range: range.start..middle, mean, std, sem, count };
        let (mean, std, sem, count) = (mean_right, std_right, sem_right, count_right);
        Ok((left, Self { bins, range: middle..range.end, mean, std, sem, count }))
    }
}

/// Chauvenet's cut-off for `size` pixels, `sqrt(2 ln(size/sqrt(2π)))`: 2.7 at 100, 3.5 at 1000; 0 below 3 pixels,
/// where the logarithm is negative.
pub fn chauvenet(size: u64) -> f64 {
    const SQRT_TWO_PI: f64 = 2.506_628_274_631_000_2;
    (2.0 * libm::log(size as f64 / SQRT_TWO_PI)).max(0.0).sqrt()
}

/// Scatter below this part of the mean is the rounding of the weights, not of the data: nothing is clipped on it.
const ROUNDING: f64 = 1.0 / 2_147_483_648.0; // 2⁻³¹, one step of the fixed-point weight

/// The open interval of values that a cycle keeps.
#[derive(Clone, Copy, Debug)]
struct Interval {
    low: f64,
    high: f64,
}

impl Interval {
    const ALL: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    /// What remains of the interval after a cycle that found these moments in `count` pixels;
    /// `None` when there is no scatter to clip on.
    fn tightened(self, moments: Moments, count: u64, cutoff: f64) -> Option<Self> {
        if count < 2 || moments.std <= moments.mean.abs() * ROUNDING {
            return None;
        }
        let reach = cutoff.max(chauvenet(count)) * moments.std;
        Some(Self { low: self.low.max(moments.mean - reach), high: self.high.min(moments.mean + reach) })
    }

    /// Whether a pixel of signal `s` and norm `w` is kept.
    #[inline(always)]
    fn keeps(self, s: f64, w: f64) -> bool {
        s >= self.low * w && s <= self.high * w
    }
}

#[cfg(test)]
mod tests;
