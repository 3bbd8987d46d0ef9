//! Draws for one ring in plain f64, from the values of its kept pixels and the limit of each other one: what the tables
//! of [`super::rings`], which know limits of groups of pixels alone, are tested against.

use super::detector::Detector;
use super::family::{Family, Limited, Values, Wanted, MOST_VALUES};
use crate::clip::chauvenet;
use std::collections::BTreeMap;

/// Draws for the pixels of one ring that were not kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Conditional {
    values: Values,
    /// sums of the weights up to each value
    cumulative: Vec<f64>,
}

impl Conditional {
    /// From the ring's recorded `mean` and `std`, the values of its `kept` pixels, and the `limits` of the others: a
    /// pixel that was not kept is at most its limit. `limits` holds one number or more.
    pub fn new(mean: f64, std: f64, kept: &[f64], limits: &[f64], detector: Detector) -> Self {
        let wanted = rest(mean, std, kept, limits.len());
        let highest = limits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (values, poisson) = detector.values(wanted, mean, highest);
        let mut parts: BTreeMap<usize, f64> = BTreeMap::new();
        for &limit in limits {
            *parts.entry(place(values, limit)).or_default() += 1.0 / limits.len() as f64;
        }
        let limits: Vec<Limited> = parts.into_iter().map(|(last, part)| Limited { last, part }).collect();
        let variance = (wanted.std * wanted.std - detector.within(values.step)).max(0.0);
        let family = Family::new(values, Wanted { std: variance.sqrt(), ..wanted }, poisson);
        let mut weights = [0.0; MOST_VALUES];
        let parameters = family.solve(&limits, &mut weights);
        family.weights(parameters, &mut weights);
        let mut sum = 0.0;
        let cumulative = weights[..values.size].iter().map(|w| {
            sum += w;
            sum
        });
        Self { values, cumulative: cumulative.collect() }
    }

    /// The value for a uniform number, at most `limit`; `within` says where in a step it lies.
    pub fn draw(&self, uniform: f64, within: f64, limit: f64) -> f64 {
        let Values { first, step, .. } = self.values;
        let most = place(self.values, limit);
        let wanted = uniform * self.cumulative[most];
        let place = self.cumulative[..=most].partition_point(|&sum| sum < wanted).min(most);
        let value = first + step * place as f64;
        if step > 1.0 {
            (value + step * (within - 0.5)).round().min(limit.floor())
        } else {
            value
        }
    }
}

/// Number of the highest value that is at most `limit`.
fn place(values: Values, limit: f64) -> usize {
    (((limit - values.first) / values.step).floor().max(0.0) as usize).min(values.size - 1)
}

/// Mean and std of the `open` pixels that were not kept. Kept pixels that clipping must have dropped have no part in the
/// recorded moments.
fn rest(mean: f64, std: f64, kept: &[f64], open: usize) -> Wanted {
    let limit = mean + chauvenet((kept.len() + open) as u64) * std;
    let inside = || kept.iter().copied().filter(|&value| value <= limit);
    let (count, open) = (inside().count() as f64 + open as f64, open as f64);
    let first = (mean * count - inside().sum::<f64>()) / open;
    let second = ((std * std + mean * mean) * count - inside().map(|v| v * v).sum::<f64>()) / open;
    Wanted { mean: first, std: (second - first * first).max(0.0).sqrt() }
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
