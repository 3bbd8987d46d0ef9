//! What a detector measures, and the values that its pixels may take.

use super::family::{Values, Wanted, MOST_VALUES};

/// What a detector measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detector {
    /// photons: whole numbers from 0 on
    Counting,
    /// charge: whole numbers
    Integrating,
    /// charge, or counts that were corrected: any number
    Continuous,
}

/// Mean above which counts are drawn from a normal distribution: its skewness, 1/64, shows in rings of more than
/// 24,000 pixels alone.
const MOST_COUNTS: f64 = 4096.0;

/// Values to a std where there are more whole numbers than that.
const STEPS: f64 = 16.0;

/// Longest step whose values are compared count by count: eight times that of the largest mean that is drawn as counts.
/// A std far beyond its mean, as damaged files have, must not take long.
const MOST_STEP: f64 = 32.0;

/// How far values reach below the mean, and above it where nothing is cut off, in std.
const REACH: f64 = 6.0;

/// A variance of so many means is charge: a photon makes more than one unit of it.
const CHARGE: f64 = 10.0;

impl Detector {
    /// What made frames with such backgrounds: `rings` gives pixels, mean and std of each ring. Charge is told from
    /// photons by the scatter of most pixels.
    pub fn guess(rings: impl Iterator<Item = (u64, f64, f64)>) -> Self {
        let (mut all, mut charged) = (0, 0);
        for (pixels, mean, std) in rings {
            all += pixels;
            if std * std > CHARGE * mean.abs() {
                charged += pixels;
            }
        }
        match 2 * charged > all {
            true => Self::Integrating,
            false => Self::Counting,
        }
    }

    /// The values of pixels of a `wanted` mean and std that are at most `highest` (∞: no limit), the middles of steps;
    /// and the mean of the Poisson distribution that is expected of them, if one is: `mean`, that of all pixels of the
    /// ring.
    pub fn values(self, wanted: Wanted, mean: f64, highest: f64) -> (Values, Option<f64>) {
        let Wanted { mean: middle, std } = wanted;
        let most = (middle + REACH * std).max(middle + 1.0);
        let least = middle - REACH * std;
        let whole = self != Self::Continuous;
        let highest = if whole { highest.min(most.ceil()).floor() } else { highest.min(most) };
        let low = match self {
            Self::Counting => (least - 1.0).floor(),
            Self::Integrating => least.floor(),
            Self::Continuous => least,
        };
        // A mean beyond the limit cannot be had: then the values next to it.
        let low = if low > highest { highest - (most - least) } else { low };
        let low = if self == Self::Counting { low.floor().max(0.0) } else { low };
        let range = (highest - low).max(0.0);
        let finest = range / (MOST_VALUES - 1) as f64;
        if !whole {
            // Even where nothing scatters, numbers lie apart.
            let step = (std / STEPS).max(finest).max(1e-6 * middle.abs()).max(1e-30);
            let size = ((range / step) as usize).clamp(1, MOST_VALUES);
            return (Values { first: low + 0.5 * step, step, size }, None);
        }
        let step = (std / STEPS).max(finest).ceil().max(1.0);
        let size = (((range + 1.0) / step) as usize).clamp(1, MOST_VALUES);
        let values = Values { first: low + 0.5 * (step - 1.0), step, size };
        let counts = self == Self::Counting && mean < MOST_COUNTS && step <= MOST_STEP;
        (values, counts.then_some(mean.max(1e-6)))
    }

    /// Variance of the values within a step.
    pub fn within(self, step: f64) -> f64 {
        match self {
            Self::Continuous => step * step / 12.0,
            _ => (step * step - 1.0) / 12.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photons_and_charge_are_told_apart_by_their_scatter() {
        let rings = |gain: f64| {
            (0..50).map(move |r| (100, 0.1 * f64::from(r) * gain, (0.1 * f64::from(r)).sqrt() * gain))
        };
        assert_eq!(Detector::guess(rings(1.0)), Detector::Counting);
        assert_eq!(Detector::guess(rings(485.0)), Detector::Integrating);
        assert_eq!(Detector::guess(std::iter::empty()), Detector::Counting);
    }

    #[test]
    fn counts_are_whole_and_never_negative_and_end_at_the_limit() {
        let (values, poisson) = Detector::Counting.values(Wanted { mean: 3.0, std: 1.7 }, 3.1, 6.5);
        assert_eq!((values, poisson), (Values { first: 0.0, step: 1.0, size: 7 }, Some(3.1)));
        let (values, poisson) = Detector::Counting.values(Wanted { mean: 1e4, std: 100.0 }, 1e4, 1.02e4);
        assert!(values.step == 7.0 && poisson.is_none() && values.size <= MOST_VALUES, "{values:?}");
        assert!(values.first + values.step * (values.size as f64 - 0.5) <= 1.02e4 + 1.0);
        let none = Detector::Counting.values(Wanted { mean: 0.0, std: 0.0 }, 0.0, -1.0).0;
        assert_eq!((none.first, none.size), (0.0, 1));
    }

    #[test]
    fn charge_may_be_negative_and_a_long_way_to_the_limit_has_longer_steps() {
        let (values, poisson) = Detector::Integrating.values(Wanted { mean: 0.0, std: 35.0 }, 90.0, 2e4);
        assert!(values.first < -200.0 && poisson.is_none() && values.step == 3.0);
        let far = Detector::Integrating.values(Wanted { mean: 0.0, std: 35.0 }, 90.0, 100.0).0;
        assert!(far.first + far.step * far.size as f64 <= 103.0);
        let flat = Detector::Continuous.values(Wanted { mean: 5.0, std: 0.0 }, 5.0, 5.0).0;
        assert!((flat.first - 5.0).abs() < 1e-4 && flat.size == 1);
    }
}
