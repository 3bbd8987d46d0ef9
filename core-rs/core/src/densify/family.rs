//! Distributions of the pixels of a ring that were not kept (method, section 6).
//!
//! Of the distributions over given values with given mean and variance, the one is taken that differs least, in relative
//! entropy, from what is expected of the detector: Poisson for one that counts, and a flat one, which makes it normal,
//! for one that integrates charge. That is `w(x) ∝ base(x)·exp(a·x + b·x²)`, cut off at the pixels' limits, with a and b
//! found by Newton's method. Weights come by recurrence from value to value: two multiplications each.

/// Most values of a distribution.
pub const MOST_VALUES: usize = 512;

/// Most steps of Newton's method; less than ten do.
const MOST_STEPS: usize = 60;

/// A squared distance from the wanted moments, in parts of the std, that is small enough.
const CLOSE: f64 = 1e-16;

/// Longest step of a parameter: e⁴ between two values that lie a std apart.
const LONGEST: f64 = 4.0;

/// Equally distant values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Values {
    /// the first
    pub first: f64,
    /// distance of neighbours
    pub step: f64,
    /// how many: 1 to [`MOST_VALUES`]
    pub size: usize,
}

/// What is wanted of the pixels: their mean and std.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted {
    /// mean
    pub mean: f64,
    /// standard deviation
    pub std: f64,
}

/// Pixels with one limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limited {
    /// number of the highest value that they may have
    pub last: usize,
    /// their part of all pixels
    pub part: f64,
}

/// The distributions over some values that tilting one of them makes.
pub struct Family {
    values: Values,
    /// a + b·x of x = (value − mean)/scale
    mean: f64,
    scale: f64,
    /// wanted second moment of x
    second: f64,
    /// number of the value nearest to the mean, where weights begin
    middle: usize,
    /// base of each value over that of the one before, and the inverse
    up: [f64; MOST_VALUES],
    down: [f64; MOST_VALUES],
}

impl Family {
    /// Those made from a Poisson distribution of mean `poisson`, or from a flat one.
    pub fn new(values: Values, wanted: Wanted, poisson: Option<f64>) -> Self {
        let Values { first, step, size } = values;
        let scale = wanted.std.max(0.5 * step);
        let nearest = ((wanted.mean - first) / step + 0.5).max(0.0) as usize;
        let (mut up, mut down) = ([1.0; MOST_VALUES], [1.0; MOST_VALUES]);
        if let Some(lambda) = poisson {
            for k in 1..size {
                // λ over each count on the way from the value before.
                let (from, to) = (first + step * (k - 1) as f64, first + step * k as f64);
                let mut count = from + 1.0;
                while count <= to {
                    up[k] *= lambda / count;
                    count += 1.0;
                }
                down[k] = 1.0 / up[k];
            }
        }
        let second = (wanted.std / scale) * (wanted.std / scale);
        Self { values, mean: wanted.mean, scale, second, middle: nearest.min(size - 1), up, down }
    }

    fn x(&self, place: usize) -> f64 {
        (self.values.first + self.values.step * place as f64 - self.mean) / self.scale
    }

    /// The weight of each value, 1 for the one nearest to the mean.
    pub fn weights(&self, [a, b]: [f64; 2], weights: &mut [f64; MOST_VALUES]) {
        let (h, middle) = (self.values.step / self.scale, self.middle);
        let bend = libm::exp(2.0 * b * h * h);
        // From x to x + h the exponent grows by h·(a + b·(2x + h)).
        let tilt = |x: f64| libm::exp(h * (a + b * (2.0 * x + h)));
        let (mut weight, mut factor) = (1.0, tilt(self.x(middle)));
        weights[middle] = 1.0;
        for (up, to) in self.up.iter().zip(&mut *weights).take(self.values.size).skip(middle + 1) {
            weight *= up * factor;
            factor *= bend;
            *to = weight;
        }
        let (mut weight, mut factor) = (1.0, 1.0 / tilt(self.x(middle) - h));
        for k in (0..middle).rev() {
            weight *= self.down[k + 1] * factor;
            factor *= bend;
            weights[k] = weight;
        }
    }

    /// How far mean and second moment of all pixels are from what is wanted, and how both change with a and b.
    fn residual(
        &self,
        parameters: [f64; 2],
        limits: &[Limited],
        weights: &mut [f64; MOST_VALUES],
    ) -> ([f64; 2], [f64; 3]) {
        self.weights(parameters, weights);
        let (mut sums, mut from) = ([0.0; 5], 0);
        let (mut off, mut slope) = ([0.0, -self.second], [0.0; 3]);
        let (h, start) = (self.values.step / self.scale, self.x(0));
        for &Limited { last, part } in limits {
            for (k, &w) in weights.iter().enumerate().take(last + 1).skip(from) {
                let x = start + h * k as f64;
                let (wx, xx) = (w * x, x * x);
                sums =
                    [sums[0] + w, sums[1] + wx, sums[2] + w * xx, sums[3] + wx * xx, sums[4] + w * xx * xx];
            }
            from = from.max(last + 1);
            let per_sum = 1.0 / sums[0].max(f64::MIN_POSITIVE);
            let [m1, m2, m3, m4] = [1, 2, 3, 4].map(|k| sums[k] * per_sum);
            off = [off[0] + part * m1, off[1] + part * m2];
            slope = [
                slope[0] + part * (m2 - m1 * m1),
                slope[1] + part * (m3 - m1 * m2),
                slope[2] + part * (m4 - m2 * m2),
            ];
        }
        (off, slope)
    }

    /// The parameters whose moments come nearest to what is wanted of pixels with `limits`, lowest first. With one or
    /// two values there is no second moment to choose, and a mean beyond the values has no solution: then the best that
    /// was found.
    pub fn solve(&self, limits: &[Limited], weights: &mut [f64; MOST_VALUES]) -> [f64; 2] {
        let size = |off: [f64; 2]| off[0] * off[0] + off[1] * off[1];
        let mut best = [0.0, 0.0];
        let (mut off, mut slope) = self.residual(best, limits, weights);
        for _ in 0..MOST_STEPS {
            if size(off) < CLOSE {
                break;
            }
            let [s11, s12, s22] = slope;
            let determinant = s11 * s22 - s12 * s12;
            let regular = determinant > 1e-9 * s11 * s22;
            let direct = if regular {
                [(s12 * off[1] - s22 * off[0]) / determinant, (s12 * off[0] - s11 * off[1]) / determinant]
            } else if s11 > 0.0 {
                [-off[0] / s11, 0.0]
            } else {
                break;
            };
            let mut reach = 1f64.min(LONGEST / direct[0].abs().max(direct[1].abs()).max(f64::MIN_POSITIVE));
            let better = loop {
                let next = [best[0] + reach * direct[0], best[1] + reach * direct[1]];
                let found = self.residual(next, limits, weights);
                let nearer =
                    if regular { size(found.0) < size(off) } else { found.0[0].abs() < off[0].abs() };
                if nearer {
                    break Some((next, found));
                }
                reach *= 0.5;
                if reach < 1e-6 {
                    break None;
                }
            };
            let Some((next, found)) = better else { break };
            (best, (off, slope)) = (next, found);
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(values: Values, weights: &[f64; MOST_VALUES]) -> [f64; 2] {
        let value = |k: usize| values.first + values.step * k as f64;
        let sum: f64 = weights[..values.size].iter().sum();
        let mean = (0..values.size).map(|k| weights[k] * value(k)).sum::<f64>() / sum;
        [mean, ((0..values.size).map(|k| weights[k] * (value(k) - mean).powi(2)).sum::<f64>() / sum).sqrt()]
    }

    fn solved(values: Values, wanted: Wanted, poisson: Option<f64>) -> [f64; MOST_VALUES] {
        let (family, mut weights) = (Family::new(values, wanted, poisson), [0.0; MOST_VALUES]);
        let limits = [Limited { last: values.size - 1, part: 1.0 }];
        let parameters = family.solve(&limits, &mut weights);
        family.weights(parameters, &mut weights);
        weights
    }

    #[test]
    fn weights_have_the_wanted_moments() {
        for (mean, std, size, poisson) in [
            (3.0, 1.6, 8, Some(3.5)),
            (40.0, 6.0, 60, Some(42.0)),
            (0.1, 0.3, 3, Some(0.1)),
            (9.0, 2.0, 30, None),
        ] {
            let values = Values { first: 0.0, step: 1.0, size };
            let [got, scatter] = moments(values, &solved(values, Wanted { mean, std }, poisson));
            assert!(
                (got - mean).abs() < 1e-6 && (scatter - std).abs() < 1e-6,
                "{mean} {std}: {got} {scatter}"
            );
        }
    }

    #[test]
    fn a_poisson_distribution_stays_one() {
        let (lambda, values) = (4.0, Values { first: 0.0, step: 1.0, size: 60 });
        let weights = solved(values, Wanted { mean: lambda, std: 2.0 }, Some(lambda));
        for k in 1..20 {
            let ratio = weights[k] / weights[k - 1];
            assert!((ratio * k as f64 / lambda - 1.0).abs() < 1e-5, "{k}: {ratio}");
        }
    }

    #[test]
    fn steps_of_several_counts_are_tilted_from_poisson_too() {
        let values = Values { first: 200.0, step: 3.0, size: 80 };
        let weights = solved(values, Wanted { mean: 300.0, std: 17.0 }, Some(300.0));
        let [mean, std] = moments(values, &weights);
        assert!((mean - 300.0).abs() < 1e-5 && (std - 17.0).abs() < 1e-5);
        // Between 299 and 302 lie three factors: 300³/(300·301·302).
        let place = 33;
        let base = 300.0 * 300.0 / (301.0 * 302.0);
        assert!((weights[place + 1] / weights[place] - base).abs() < 0.02);
    }

    #[test]
    fn what_cannot_be_had_is_approached() {
        let values = Values { first: 0.0, step: 1.0, size: 5 };
        let [mean, _] = moments(values, &solved(values, Wanted { mean: 90.0, std: 1.0 }, Some(90.0)));
        assert!(mean > 3.9, "{mean}");
        let [mean, std] = moments(values, &solved(values, Wanted { mean: 0.0, std: 0.0 }, Some(1e-6)));
        assert!(mean < 1e-5 && std < 1e-2, "{mean} {std}");
        let one = Values { size: 1, ..values };
        assert_eq!(solved(one, Wanted { mean: 0.4, std: 0.5 }, Some(0.4))[0], 1.0);
    }
}
