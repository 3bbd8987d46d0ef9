//! Exact Poisson draws: inversion for small means, transformed rejection for large ones.

// The constants are given as published, so that they can be compared.
#![allow(clippy::excessive_precision)]

use super::elementary::{exp, ln};
use super::{philox, uniform52, Counter, Key};

/// Mean from which rejection is used: below it inversion needs few steps, and PTRS is proven from 10 on.
const REJECTION_FROM: f64 = 10.0;

/// Largest mean that is drawn; above it the counts would not fit 32 bits. Larger means give this one's counts.
const LARGEST_MEAN: f64 = 4.0e9;

/// A Poisson draw of mean `lambda` (counts). `counter[1]` is the number of the first draw; rejection uses the ones
/// after it, so it must be left free by other uses. 0 for a mean that is zero, negative or NaN.
#[inline]
pub fn poisson(key: Key, counter: Counter, lambda: f64) -> u32 {
    if lambda < REJECTION_FROM {
        if lambda > 0.0 {
            return inversion(key, counter, lambda);
        }
        return 0;
    }
    if lambda.is_nan() {
        return 0;
    }
    rejection(key, counter, lambda.min(LARGEST_MEAN))
}

/// Sums the probabilities upwards until they pass a uniform draw.
#[inline]
fn inversion(key: Key, counter: Counter, lambda: f64) -> u32 {
    let words = philox(key, counter);
    let u = uniform52(words[0], words[1]);
    let mut term = exp(-lambda);
    let mut sum = term;
    let mut count = 0u32;
    // The sum of all terms may round to a little less than the largest u: it ends where terms no longer add.
    while u > sum {
        count += 1;
        term *= lambda / f64::from(count);
        let next = sum + term;
        if next == sum && f64::from(count) > lambda {
            break;
        }
        sum = next;
    }
    count
}

/// PTRS of Hörmann 1993, "The transformed rejection method for generating Poisson random variables", Insurance:
/// Mathematics and Economics 12, 39–45. Exact for means of 10 and above; about 1.1 trials per draw.
fn rejection(key: Key, mut counter: Counter, lambda: f64) -> u32 {
    let root = lambda.sqrt();
    let b = 0.931 + 2.53 * root;
    let a = -0.059 + 0.024_83 * b;
    let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    let squeeze = 0.9277 - 3.6224 / (b - 2.0);
    loop {
        let words = philox(key, counter);
        counter[1] = counter[1].wrapping_add(1);
        let u = uniform52(words[0], words[1]) - 0.5;
        let v = uniform52(words[2], words[3]);
        let edge = 0.5 - u.abs();
        let k = ((2.0 * a / edge + b) * u + lambda + 0.43).floor();
        // Beyond 32 bits lies nothing but the far tail of the largest means.
        if !(0.0..=f64::from(u32::MAX)).contains(&k) {
            continue;
        }
        if edge >= 0.07 && v <= squeeze {
            return k as u32;
        }
        if edge < 0.013 && v > edge {
            continue;
        }
        let hat = ln(v * inverse_alpha / (a / (edge * edge) + b));
        if hat <= k * ln(lambda) - lambda - ln_factorial(k) {
            return k as u32;
        }
    }
}

/// `ln k!` for a whole `k`: the exact product up to 20!, Stirling's series (error below 1e-15) above.
fn ln_factorial(k: f64) -> f64 {
    if k <= 20.0 {
        let product: u64 = (2..=k as u64).product();
        return ln(product as f64);
    }
    const HALF_LN_TWO_PI: f64 = 0.918_938_533_204_672_741_78;
    let inverse = 1.0 / k;
    let square = inverse * inverse;
    let series = inverse * (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0)));
    (k + 0.5) * ln(k) - k + HALF_LN_TWO_PI + series
}

#[cfg(test)]
mod tests {
    use super::super::{counter, key, Stream};
    use super::*;

    /// χ² per degree of freedom of `draws` Poisson draws against the probabilities of mean `expected`.
    fn reduced_chi_square(lambda: f64, expected: f64) -> f64 {
        let draws = 200_000u32;
        let mut histogram = vec![0u32; (lambda + 12.0 * lambda.sqrt() + 20.0) as usize];
        for pixel in 0..draws {
            histogram[poisson(key(11), counter(Stream::Counts, 5, pixel, 0), lambda) as usize] += 1;
        }
        let (mut chi, mut cells) = (0.0, 0);
        for (k, &seen) in histogram.iter().enumerate() {
            let k = k as f64;
            let mean = f64::from(draws) * (k * expected.ln() - expected - ln_factorial(k)).exp();
            if mean >= 10.0 {
                chi += (f64::from(seen) - mean) * (f64::from(seen) - mean) / mean;
                cells += 1;
            }
        }
        chi / f64::from(cells - 1)
    }

    #[test]
    fn draws_follow_the_distribution_on_both_sides_of_the_switch() {
        for lambda in [0.03, 0.7, 4.0, 9.99, 10.0, 33.3, 250.0] {
            let chi = reduced_chi_square(lambda, lambda);
            // With 3 to 100 cells a reduced χ² of 4 has a probability below 1 %, of 1.6 for the many-celled ones.
            assert!(chi < if lambda < 1.0 { 4.0 } else { 2.0 }, "mean {lambda}: {chi}");
        }
    }

    #[test]
    fn the_distribution_test_sees_a_mean_that_is_off_by_two_percent() {
        for lambda in [4.0, 33.3] {
            assert!(reduced_chi_square(lambda, lambda * 1.02) > 4.0, "mean {lambda}");
        }
    }

    #[test]
    fn means_that_are_no_means_give_0_and_huge_ones_stay_in_range() {
        let at = counter(Stream::Counts, 0, 0, 0);
        for lambda in [0.0, -1.0, f64::NAN, f64::NEG_INFINITY] {
            assert_eq!(poisson(key(0), at, lambda), 0);
        }
        for lambda in [1e9, 1e12, f64::INFINITY] {
            let count = f64::from(poisson(key(0), at, lambda));
            assert!((count / lambda.min(LARGEST_MEAN) - 1.0).abs() < 1e-3);
        }
    }

    #[test]
    fn ln_factorial_is_continuous_where_the_series_takes_over() {
        for k in 15..30 {
            let sum: f64 = (2..=k).map(|i| f64::from(i).ln()).sum();
            assert!((ln_factorial(f64::from(k)) - sum).abs() < 1e-13, "{k}");
        }
    }
}
