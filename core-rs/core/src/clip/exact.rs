//! Clipping with exact integer sums: dropping a pixel is a subtraction, and a cycle only scans for new ones.

use super::{ClipSettings, Interval, Profile};
use crate::beyond::Beyond;
use crate::bins::Bins;
use crate::correct::IntegerPixel;
use crate::parallel;
use crate::reduce::{ErrorModel, FixedWeights, Sums};
use crate::simd::{self, Kernel};
use crate::validity::IntegerValidity;

/// Constants of the geometry per bin: Σω and Σω² over its unmasked pixels.
pub struct WeightSums {
    /// Σω
    pub weight: Vec<u64>,
    /// Σω²
    pub weight2: Vec<u128>,
}

impl WeightSums {
    /// Sums the weights of each bin; `None`: all are 1.
    pub fn new(bins: &Bins, weights: Option<&FixedWeights>) -> Self {
        let mut sums = Self { weight: Vec::new(), weight2: Vec::new() };
        for b in 0..bins.count() {
            let range = bins.range(b);
            let (mut weight, mut weight2) = (range.len() as u64, range.len() as u128);
            if let Some(fixed) = weights {
                let weights = &fixed.weights[range];
                weight = weights.iter().map(|&w| w as u64).sum();
                weight2 = weights.iter().map(|&w| (w as u128) * (w as u128)).sum();
            }
            sums.weight.push(weight);
            sums.weight2.push(weight2);
        }
        sums
    }
}

/// A frame in bin order.
#[derive(Clone, Copy)]
pub struct Counts<'a, T> {
    /// one per place; spare places behind are ignored
    pub signal: &'a [T],
    /// which signals count
    pub valid: IntegerValidity,
    /// signals of further pixels, which all count: those in `signal` do not
    pub beyond: &'a Beyond,
}

/// Clips every bin of a frame.
///
/// `weights`: fixed-point norms, `None` where all are one. Results go to `profile`; returns how many pixels did not
/// count.
pub fn clip_exact<T: IntegerPixel>(
    bins: &Bins,
    counts: Counts<T>,
    weights: Option<&FixedWeights>,
    constants: &WeightSums,
    settings: &ClipSettings,
    profile: &mut Profile,
) -> u64 {
    let Counts { signal, valid, beyond } = counts;
    parallel::sum(profile.part(bins), &|mut part| {
        let mut invalid = 0;
        for b in part.range.clone() {
            let range = bins.range(b);
            let bin = Bin {
                signal: &signal[range.clone()],
                weights: weights.map(|fixed| &fixed.weights[range.clone()]),
                unit: weights.map_or(1.0, |fixed| fixed.unit),
                valid,
                beyond: (beyond, b),
            };
            let (sums, extremes) = bin.sums(constants.weight[b], constants.weight2[b], settings.error_model);
            invalid += range.len() as u64 - sums.count;
            let sums = bin.clip(sums, extremes, settings);
            part.set(b, sums.moments(settings.error_model.of_result(), bin.unit), sums.count);
        }
        invalid
    })
}

/// Σ max(1, s) over all pixels of a bin.
struct Variance<'a, T>(&'a [T]);

impl<T: IntegerPixel> Kernel for Variance<'_, T> {
    type Out = i64;

    #[inline(always)]
    fn run(self) -> i64 {
        self.0.iter().map(|s| i64::from(s.widen().max(1))).sum()
    }
}

/// One bin of one frame.
struct Bin<'a, T> {
    signal: &'a [T],
    weights: Option<&'a [i32]>,
    unit: f64,
    valid: IntegerValidity,
    /// and the number of this bin
    beyond: (&'a Beyond, usize),
}

impl<T: IntegerPixel> Bin<'_, T> {
    /// Sums over the valid pixels, and the extremes of all. `weight`, `weight2`: sums over all of them. The azimuthal model
    /// knows no variance of pixels: it is not summed then.
    fn sums(&self, weight: u64, weight2: u128, model: ErrorModel) -> (Sums, (i32, i32)) {
        let Some(small) = simd::sum_small(self.signal, self.weights) else { return self.wide_sums() };
        let mut sums = Sums {
            count: self.signal.len() as u64,
            signal: small.signal,
            signal2: u128::from(small.signal2),
            cross: i128::from(if self.weights.is_some() { small.cross } else { small.signal }),
            weight,
            weight2,
            variance: match model {
                ErrorModel::Azimuthal => 0,
                _ if small.low >= 1 => small.signal,
                _ => simd::run(Variance(self.signal)),
            },
        };
        if !self.valid.contains_all(small.low, small.high) {
            let mut invalid = Sums::default();
            self.valid.for_each_invalid(self.signal, |place| {
                invalid.add(self.signal[place].widen(), self.weight(place))
            });
            sums.subtract(&invalid);
        }
        self.add_beyond(&mut sums);
        (sums, (small.low, small.high))
    }

    /// Adds the signals that stand elsewhere: they do not depend on the place, for all norms are 1 then.
    fn add_beyond(&self, sums: &mut Sums) {
        let (beyond, bin) = self.beyond;
        beyond.values(bin).for_each(|s| sums.add(s, 1));
    }

    /// The same with 128-bit sums throughout, for large counts and very large bins.
    #[cold]
    fn wide_sums(&self) -> (Sums, (i32, i32)) {
        let (mut sums, mut extremes) = (Sums::default(), (i32::MAX, i32::MIN));
        for (place, s) in self.signal.iter().enumerate() {
            let s = s.widen();
            if self.valid.contains(s) {
                sums.add(s, self.weight(place));
            }
            extremes = (extremes.0.min(s), extremes.1.max(s));
        }
        self.add_beyond(&mut sums);
        (sums, extremes)
    }

    fn weight(&self, place: usize) -> i32 {
        self.weights.map_or(1, |weights| weights[place])
    }

    fn clip(&self, mut sums: Sums, extremes: (i32, i32), settings: &ClipSettings) -> Sums {
        let model = settings.error_model.while_clipping();
        let mut kept = Interval::ALL;
        for _ in 0..settings.cycle {
            let moments = sums.moments(model, self.unit);
            let Some(next) = kept.tightened(moments, sums.count, settings.cutoff) else { break };
            let dropped = self.newly_outside(kept, next, extremes);
            if dropped.count == 0 {
                break;
            }
            sums.subtract(&dropped);
            kept = next;
        }
        sums
    }

    /// Sums over the valid pixels that `kept` keeps and `next` does not.
    fn newly_outside(&self, kept: Interval, next: Interval, extremes: (i32, i32)) -> Sums {
        let mut dropped = Sums::default();
        let (beyond, bin) = self.beyond;
        for s in beyond.values(bin) {
            if !next.keeps(f64::from(s), 1.0) && kept.keeps(f64::from(s), 1.0) {
                dropped.add(s, 1);
            }
        }
        let visit = |place: usize| {
            let (s, w) = (self.signal[place].widen(), self.weight(place));
            let (signal, norm) = (f64::from(s), f64::from(w) * self.unit);
            if !next.keeps(signal, norm) && kept.keeps(signal, norm) && self.valid.contains(s) {
                dropped.add(s, w);
            }
        };
        match self.weights {
            None => {
                // s > high is s > floor(high) for an integer s; the conversions saturate.
                simd::for_each_outside(self.signal, next.low.ceil() as i32, next.high.floor() as i32, visit);
            }
            Some(weights) => {
                // No signal is negative and no lower bound positive: nothing can lie below it.
                let low =
                    if extremes.0 >= 0 && next.low <= 0.0 { f64::NEG_INFINITY } else { next.low * self.unit };
                simd::for_each_maybe_outside(self.signal, weights, low, next.high * self.unit, visit);
            }
        }
        dropped
    }
}
