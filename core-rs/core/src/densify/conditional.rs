//! The distribution of the pixels of a ring that were not kept (method, section 6): the plain reference.
//!
//! What is known of a ring: the mean and std that clipping found, the pixels that were kept, and that all others lie
//! below the cut-off. The kept pixels' share of the recorded moments is subtracted, which gives mean and variance of
//! the others, whatever their distribution. Of the distributions with these moments below the cut-off, the one is
//! taken that differs least (in relative entropy) from what is expected of the detector: Poisson for one that counts,
//! and a flat one, which makes it normal, for one that integrates charge. That is `w(k) ∝ base(k)·exp(a·k + b·k²)`,
//! with a and b found by Newton's method.

use crate::clip::chauvenet;
use std::collections::BTreeMap;

/// What a detector measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detector {
    /// photons: whole numbers from 0 on
    Counting,
    /// charge: any whole number
    Integrating,
}

/// Largest count that is drawn as a count of its own; above it counts are as good as charge.
const MOST_COUNTS: f64 = 4096.0;

/// Steps of a std where charge is drawn.
const STEPS: f64 = 32.0;

/// How far below the mean charge is drawn, in std.
const REACH: f64 = 8.0;

/// Most steps of Newton's method; less than ten do.
const MOST_STEPS: usize = 60;

/// Draws for the pixels of one ring that were not kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Conditional {
    first: f64,
    step: f64,
    /// sums of the weights up to each value
    cumulative: Vec<f64>,
}

impl Conditional {
    /// From the ring's recorded `mean` and `std`, the values of its `kept` pixels, and the `limits` of the others: a
    /// pixel that was not kept is at most its limit. `limits` holds one number or more.
    pub fn new(mean: f64, std: f64, kept: &[f64], limits: &[f64], detector: Detector) -> Self {
        let (mean, variance) = rest(mean, std, kept, limits.len());
        let highest = limits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let counts = detector == Detector::Counting && highest < MOST_COUNTS;
        let (first, step) = match counts {
            true => (0.0, 1.0),
            false => {
                let step = (variance.sqrt() / STEPS).ceil().max(1.0);
                let lowest = if detector == Detector::Counting { 0.0 } else { f64::NEG_INFINITY };
                ((mean - REACH * variance.sqrt()).max(lowest).floor(), step)
            }
        };
        let size = ((highest - first) / step).floor().max(0.0) as usize + 1;
        let place = |limit: f64| (((limit - first) / step).floor().max(0.0) as usize).min(size - 1);
        let mut classes: BTreeMap<usize, f64> = BTreeMap::new();
        for &limit in limits {
            *classes.entry(place(limit)).or_default() += 1.0 / limits.len() as f64;
        }
        let logarithms: Vec<f64> = if counts { poisson_logarithms(mean, size) } else { vec![0.0; size] };
        let family = Family { first, step, mean, scale: variance.sqrt().max(1e-9), logarithms, classes };
        let start = if counts { [0.0, 0.0] } else { [0.0, -0.5] };
        let weights = family.weights(family.solve(start));
        let mut sum = 0.0;
        let cumulative = weights.iter().map(|w| {
            sum += w;
            sum
        });
        Self { first, step, cumulative: cumulative.collect() }
    }

    /// The value for a uniform number, at most `limit`; `within` says where in a step of charge it lies.
    pub fn draw(&self, uniform: f64, within: f64, limit: f64) -> f64 {
        let last = self.cumulative.len() - 1;
        let most = (((limit - self.first) / self.step).floor().max(0.0) as usize).min(last);
        let wanted = uniform * self.cumulative[most];
        let place = self.cumulative[..=most].partition_point(|&sum| sum < wanted).min(most);
        let value = self.first + self.step * place as f64;
        if self.step > 1.0 {
            (value + self.step * (within - 0.5)).round().min(limit.floor())
        } else {
            value
        }
    }
}

/// Mean and variance of the `open` pixels that were not kept. Kept pixels that clipping must have dropped have no part
/// in the recorded moments.
fn rest(mean: f64, std: f64, kept: &[f64], open: usize) -> (f64, f64) {
    let limit = mean + chauvenet((kept.len() + open) as u64) * std;
    let inside = || kept.iter().copied().filter(|&value| value <= limit);
    let (count, open) = (inside().count() as f64 + open as f64, open as f64);
    let first = (mean * count - inside().sum::<f64>()) / open;
    let second = ((std * std + mean * mean) * count - inside().map(|v| v * v).sum::<f64>()) / open;
    (first, (second - first * first).max(0.0))
}

/// ln(λᵏ/k!) for k from 0 on.
fn poisson_logarithms(mean: f64, size: usize) -> Vec<f64> {
    let lambda = libm::log(mean.max(1e-6));
    let mut sum = 0.0;
    let mut next = |k: usize| {
        if k > 0 {
            sum += lambda - libm::log(k as f64);
        }
        sum
    };
    (0..size).map(&mut next).collect()
}

/// The distributions `w(x) ∝ base(x)·exp(a·x + b·x²)` of x = (value − mean)/scale, cut off at the limits of the pixels.
struct Family {
    first: f64,
    step: f64,
    mean: f64,
    scale: f64,
    logarithms: Vec<f64>,
    /// place of the limit, and the part of the pixels that have it
    classes: BTreeMap<usize, f64>,
}

impl Family {
    fn x(&self, place: usize) -> f64 {
        (self.first + self.step * place as f64 - self.mean) / self.scale
    }

    fn weights(&self, [a, b]: [f64; 2]) -> Vec<f64> {
        let exponent = |(place, &base): (usize, &f64)| {
            let x = self.x(place);
            base + a * x + b * x * x
        };
        let largest = self.logarithms.iter().enumerate().map(exponent).fold(f64::NEG_INFINITY, f64::max);
        self.logarithms.iter().enumerate().map(|one| libm::exp(exponent(one) - largest)).collect()
    }

    /// How far mean and second moment of all pixels are from 0 and 1, and how both change with a and b.
    fn residual(&self, parameters: [f64; 2]) -> ([f64; 2], [f64; 3]) {
        let (mut sums, mut from) = ([0.0; 5], 0);
        let (mut off, mut slope) = ([0.0, -1.0], [0.0; 3]);
        let weights = self.weights(parameters);
        for (&place, part) in &self.classes {
            for (k, &w) in weights.iter().enumerate().take(place + 1).skip(from) {
                let x = self.x(k);
                sums = [
                    sums[0] + w,
                    sums[1] + w * x,
                    sums[2] + w * x * x,
                    sums[3] + w * x * x * x,
                    sums[4] + w * x * x * x * x,
                ];
            }
            from = place + 1;
            let [m1, m2, m3, m4] = [1, 2, 3, 4].map(|k| sums[k] / sums[0].max(f64::MIN_POSITIVE));
            off = [off[0] + part * m1, off[1] + part * m2];
            slope = [
                slope[0] + part * (m2 - m1 * m1),
                slope[1] + part * (m3 - m1 * m2),
                slope[2] + part * (m4 - m2 * m2),
            ];
        }
        (off, slope)
    }

    /// The parameters whose moments come nearest to what is wanted. With one or two values there is no second moment
    /// to choose, and a mean beyond the values has no solution: then the best that was found.
    fn solve(&self, start: [f64; 2]) -> [f64; 2] {
        let size = |off: [f64; 2]| off[0] * off[0] + off[1] * off[1];
        let mut best = start;
        let (mut off, mut slope) = self.residual(best);
        for _ in 0..MOST_STEPS {
            let [s11, s12, s22] = slope;
            let determinant = s11 * s22 - s12 * s12;
            let direct = if determinant > 1e-9 * s11 * s22 {
                [(s12 * off[1] - s22 * off[0]) / determinant, (s12 * off[0] - s11 * off[1]) / determinant]
            } else if s11 > 0.0 {
                [-off[0] / s11, 0.0]
            } else {
                break;
            };
            let mut reach = 1f64.min(4.0 / direct[0].abs().max(direct[1].abs()).max(1e-300));
            let better = loop {
                let next = [best[0] + reach * direct[0], best[1] + reach * direct[1]];
                let found = self.residual(next);
                let wanted = if determinant > 1e-9 * s11 * s22 {
                    size(found.0) < size(off)
                } else {
                    found.0[0].abs() < off[0].abs()
                };
                if wanted {
                    break Some((next, found));
                }
                reach *= 0.5;
                if reach < 1e-6 {
                    break None;
                }
            };
            let Some((next, found)) = better else { break };
            (best, (off, slope)) = (next, found);
            if size(off) < 1e-20 {
                break;
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{counter, key, philox, poisson, uniform, Stream};

    /// Mean and variance of what is drawn for as many pixels with these limits.
    fn drawn(conditional: &Conditional, limits: &[f64]) -> (f64, f64) {
        let values = limits.iter().enumerate().map(|(i, &limit)| {
            let words = philox(key(9), counter(Stream::Densify, 0, i as u32, 0));
            let value = conditional.draw(uniform(words[0]), uniform(words[1]), limit);
            assert!(value <= limit, "{value} above {limit}");
            value
        });
        let values: Vec<f64> = values.collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (mean, values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / values.len() as f64)
    }

    #[test]
    fn kept_and_drawn_pixels_together_have_the_recorded_moments() {
        for lambda in [0.3, 1.0, 5.0, 20.0, 50.0] {
            let all: Vec<f64> = (0..40_000)
                .map(|i| f64::from(poisson(key(4), counter(Stream::Counts, 1, i, 0), lambda)))
                .collect();
            for cutoff in [0.8, 1.0, 1.4, 2.0, 3.0] {
                let limit = lambda + cutoff * f64::sqrt(lambda);
                let (kept, open): (Vec<f64>, Vec<f64>) = all.iter().partition(|&&v| v > limit);
                // No pixel may lie where clipping drops, or the moments would not be those of all.
                let clip = lambda + chauvenet(40_000) * f64::sqrt(lambda);
                let inside: Vec<f64> = all.iter().copied().filter(|&v| v <= clip).collect();
                let n = inside.len() as f64;
                let mean = inside.iter().sum::<f64>() / n;
                let std = (inside.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt();
                let limits = vec![limit; open.len()];
                let conditional = Conditional::new(mean, std, &kept, &limits, Detector::Counting);
                let (got, variance) = drawn(&conditional, &limits);
                let k = open.len() as f64;
                let expected = open.iter().sum::<f64>() / k;
                let scatter = open.iter().map(|v| (v - expected) * (v - expected)).sum::<f64>() / k;
                // Five standard errors of a mean, and as much of a variance.
                assert!(
                    (got - expected).abs() <= 5.0 * (scatter / k).sqrt() + 1e-3,
                    "{lambda} {cutoff}: {got} {expected}"
                );
                assert!(
                    (variance - scatter).abs() <= 0.05 * scatter + 1e-3,
                    "{lambda} {cutoff}: {variance} {scatter}"
                );
            }
        }
    }

    #[test]
    fn charge_below_the_first_photon_keeps_the_scatter_of_the_noise() {
        // A fifth of the pixels has a photon of 485 and was kept; the rest scatters by 35 about 0.
        let kept = vec![485.0; 2000];
        let (open, n) = (8000, 10_000.0);
        let mean = 2000.0 * 485.0 / n;
        let second = (2000.0 * 485.0 * 485.0 + 8000.0 * 35.0 * 35.0) / n;
        let std = f64::sqrt(second - mean * mean);
        let limits = vec![mean + 0.8 * std; open];
        let conditional = Conditional::new(mean, std, &kept, &limits, Detector::Integrating);
        let (got, variance) = drawn(&conditional, &limits);
        assert!(got.abs() < 2.0 && (variance.sqrt() - 35.0).abs() < 1.5, "{got} {variance}");
    }

    #[test]
    fn rings_that_leave_no_choice_are_drawn_all_the_same() {
        let zero = Conditional::new(0.0, 0.0, &[], &[0.5; 10], Detector::Counting);
        assert_eq!(drawn(&zero, &[0.5; 10]), (0.0, 0.0));
        let bits = Conditional::new(0.25, f64::sqrt(0.1875), &[], &[1.2; 4000], Detector::Counting);
        assert!((drawn(&bits, &[1.2; 4000]).0 - 0.25).abs() < 0.03);
        let mixed: Vec<f64> = (0..4000).map(|i| if i % 2 == 0 { 1.9 } else { 2.1 }).collect();
        let conditional = Conditional::new(1.0, 0.8, &[3.0; 100], &mixed, Detector::Counting);
        let (mean, _) = drawn(&conditional, &mixed);
        assert!((mean - (1.0 * 4100.0 - 300.0) / 4000.0).abs() < 0.05, "{mean}");
        let impossible = Conditional::new(90.0, 1.0, &[], &[4.0; 10], Detector::Counting);
        assert!(drawn(&impossible, &[4.0; 10]).0 <= 4.0);
    }
}
