//! Two frames ring by ring: moments, and whether the pixels that were not kept have one distribution.

use braggsieve_core::bins::Bins;
use serde_json::{json, Value};
use std::collections::BTreeMap;

/// The frame that another one is compared with.
pub struct Rings<'a> {
    /// which pixels make a ring
    pub bins: &'a Bins,
    /// values of the pixels
    pub original: &'a [f64],
    /// whether a pixel was kept: those are equal in both frames
    pub is_kept: &'a [bool],
}

/// Rings of fewer pixels are left out.
const FEWEST: usize = 200;

/// Count, mean, variance and third central moment.
fn moments(values: impl Iterator<Item = f64> + Clone) -> [f64; 4] {
    let count = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / count;
    let central = |power: i32| values.clone().map(|v| (v - mean).powi(power)).sum::<f64>() / count;
    [count, mean, central(2), central(3)]
}

/// Sums over the rings: bias of mean and std (parts of the original's std and std), difference of the skewness, and
/// deviations of mean and variance in units of their statistical errors; χ² of the pixels that were not kept.
pub fn compare(rings: &Rings, rebuilt: &[f64]) -> Value {
    let (mut weight, mut mean, mut std, mut skew) = (0.0, 0.0, 0.0, 0.0);
    let (mut used, mut mean_pull, mut variance_pull) = (0.0, 0.0, 0.0);
    let (mut chi2, mut freedom) = (0.0, 0.0);
    for b in 0..rings.bins.count() {
        // Invalid pixels are negative counts of unsigned frames; both frames have them at the same places.
        let ring: Vec<usize> = rings.bins.order[rings.bins.range(b)].iter().map(|&p| p as usize).collect();
        if ring.len() < FEWEST {
            continue;
        }
        let [n, m0, v0, t0] = moments(ring.iter().map(|&p| rings.original[p]));
        let [_, m1, v1, t1] = moments(ring.iter().map(|&p| rebuilt[p]));
        if v0 <= 0.0 {
            continue;
        }
        weight += n;
        mean += n * (m1 - m0) / v0.sqrt();
        std += n * ((v1 / v0).sqrt() - 1.0);
        skew += n * (t1 / v1.max(v0 * 1e-6).powf(1.5) - t0 / v0.powf(1.5));
        // Kept pixels are the same in both: the others alone scatter, twice over.
        let open: Vec<usize> = ring.iter().copied().filter(|&p| !rings.is_kept[p]).collect();
        let [k, mk, vk, _] = moments(open.iter().map(|&p| rings.original[p]));
        let fourth = open.iter().map(|&p| (rings.original[p] - m0).powi(4)).sum::<f64>() / k;
        let second = vk + (mk - m0) * (mk - m0);
        let mean_error = (2.0 * k * vk).sqrt() / n;
        // Where all squares are alike (counts of 0 and 1 about a mean of ½) only the square of the mean's shift is left.
        let first_order = 2.0 * k * (fourth - second * second).max(0.0) / (n * n);
        let variance_error = (first_order + 3.0 * mean_error.powi(4)).sqrt();
        if mean_error > 0.0 && variance_error > 0.0 {
            used += 1.0;
            mean_pull += ((m1 - m0) / mean_error).powi(2);
            variance_pull += ((v1 - v0) / variance_error).powi(2);
        }
        let (x, f) = two_sample(&open, rings.original, rebuilt);
        (chi2, freedom) = (chi2 + x, freedom + f);
    }
    json!({
        "mean": mean / weight, "std": std / weight, "skewness": skew / weight,
        "meanPull": if used > 0.0 { json!((mean_pull / used).sqrt()) } else { Value::Null },
        "variancePull": if used > 0.0 { json!((variance_pull / used).sqrt()) } else { Value::Null },
        "chi2": if freedom > 0.0 { json!(chi2 / freedom) } else { Value::Null },
    })
}

/// χ² of two samples of equal size and its degrees of freedom: over cells of neighbouring values that both samples
/// together fill with 20 pixels or more.
fn two_sample(pixels: &[usize], first: &[f64], second: &[f64]) -> (f64, f64) {
    let mut cells: BTreeMap<i64, [f64; 2]> = BTreeMap::new();
    for &p in pixels {
        cells.entry(first[p] as i64).or_default()[0] += 1.0;
        cells.entry(second[p] as i64).or_default()[1] += 1.0;
    }
    let mut merged: Vec<[f64; 2]> = Vec::new();
    let mut open = [0.0; 2];
    for [a, b] in cells.into_values() {
        open = [open[0] + a, open[1] + b];
        if open[0] + open[1] >= 20.0 {
            merged.push(std::mem::take(&mut open));
        }
    }
    match merged.last_mut() {
        Some(last) => *last = [last[0] + open[0], last[1] + open[1]],
        None => return (0.0, 0.0),
    }
    let chi2 = merged.iter().map(|[a, b]| (a - b) * (a - b) / (a + b)).sum();
    (chi2, merged.len() as f64 - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use braggsieve_core::random::{counter, key, poisson, Stream};

    fn draws(frame: u32, mean: f64) -> Vec<f64> {
        (0..20_000).map(|p| f64::from(poisson(key(3), counter(Stream::Counts, frame, p, 0), mean))).collect()
    }

    /// The comparison of two frames of ten rings.
    fn compared(first: &[f64], second: &[f64]) -> Value {
        let radius: Vec<f64> = (0..first.len()).map(|p| (p / 2000) as f64 + 1.0).collect();
        let bins = Bins::new(&radius, &vec![0; first.len()], 10).expect("ten rings");
        compare(&Rings { bins: &bins, original: first, is_kept: &vec![false; first.len()] }, second)
    }

    #[test]
    fn two_draws_of_one_distribution_agree_and_others_do_not() {
        let first = draws(0, 5.0);
        let number = |value: &Value, key: &str| value[key].as_f64().expect("a number");
        let same = compared(&first, &draws(1, 5.0));
        assert!(number(&same, "meanPull") < 2.0 && number(&same, "variancePull") < 2.0, "{same}");
        assert!((number(&same, "chi2") - 1.0).abs() < 0.4, "{same}");
        let other = compared(&first, &draws(1, 5.5));
        assert!(number(&other, "meanPull") > 4.0 && number(&other, "chi2") > 2.0, "{other}");
        assert!((number(&other, "mean") - 0.5 / 5f64.sqrt()).abs() < 0.05, "{other}");
        let shape: Vec<f64> = draws(1, 5.0).iter().map(|&v| if v < 5.0 { 3.0 } else { v }).collect();
        assert!(number(&compared(&first, &shape), "chi2") > 10.0);
    }
}
