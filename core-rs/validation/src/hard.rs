//! Hard sets of pixels: integer counts and norms that f32 holds, so that every arithmetic is given the same numbers.

use braggsieve_core::random::{counter, key, philox, poisson, uniform, Stream};

/// A set: its name and its pixels as (signal, norm).
pub struct Hard {
    /// what is hard about it
    pub name: &'static str,
    /// whether all norms are 1
    pub equal: bool,
    /// signal and norm
    pub pixels: Vec<(f32, f32)>,
}

/// Numbers from 0 to 1 and Poisson counts that depend on set, pixel and draw alone.
struct Draws {
    set: u32,
}

impl Draws {
    fn uniform(&self, pixel: usize) -> f64 {
        uniform(philox(key(SEED), counter(Stream::Defects, self.set, pixel as u32, 0))[0])
    }

    fn poisson(&self, pixel: usize, mean: f64) -> f64 {
        f64::from(poisson(key(SEED), counter(Stream::Counts, self.set, pixel as u32, 0), mean))
    }
}

const SEED: u64 = 20_261_125;

type Make = fn(&Draws, usize, usize) -> (f64, f64);

/// Names, whether norms are equal, and pixel `i` of `n`.
const SETS: [(&str, bool, Make); 9] = [
    ("Poisson counts of mean 20", true, |d, i, _| (d.poisson(i, 20.0), 1.0)),
    ("mean 10⁶, scatter of one count", true, |d, i, _| {
        (1e6 + f64::from(u8::from(d.uniform(i) < 0.5)), 1.0)
    }),
    ("mean 1.6·10⁷, one pixel differs", true, |_, i, n| (1.6e7 + f64::from(u8::from(i == n / 2)), 1.0)),
    ("1 and 199 in turn", true, |_, i, _| (if i % 2 == 0 { 1.0 } else { 199.0 }, 1.0)),
    ("one pixel of 10⁷ among zeros", true, |_, i, n| (if i == n / 3 { 1e7 } else { 0.0 }, 1.0)),
    ("sum near 0: ±1000 in turn", true, |_, i, n| {
        let even = if i % 2 == 0 { 1000.0 } else { -1000.0 };
        (if i + 1 == n { even + 1.0 } else { even }, 1.0)
    }),
    ("norms 0.6 to 1, as solid angles are", false, |d, i, _| {
        let w = 0.6 + 0.4 * d.uniform(i);
        (d.poisson(i, 20.0 * w), w)
    }),
    ("norms over four decades", false, |d, i, _| {
        let w = libm::pow(10.0, -4.0 * d.uniform(i));
        (d.poisson(i, 1e4 * w), w)
    }),
    ("mean 10⁶, norms 0.999 to 1", false, |d, i, _| {
        let w = 0.999 + 0.001 * d.uniform(i);
        ((1e6 * w).round() + d.poisson(i, 1.0), w)
    }),
];

/// Sizes of sets, the largest last.
pub fn sizes(quick: bool) -> &'static [usize] {
    if quick {
        &[1, 2, 10, 100, 1000, 10_000]
    } else {
        &[1, 2, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000]
    }
}

/// Every set of `size` pixels.
pub fn sets(size: usize) -> impl Iterator<Item = Hard> {
    SETS.iter().enumerate().map(move |(set, &(name, equal, make))| {
        let draws = Draws { set: (set * 1_000_003 + size) as u32 };
        let pixels = (0..size).map(|i| make(&draws, i, size)).map(|(s, w)| (s as f32, w as f32)).collect();
        Hard { name, equal, pixels }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_has_its_size_and_integer_counts_and_positive_norms() {
        for hard in sets(1000) {
            assert_eq!(hard.pixels.len(), 1000, "{}", hard.name);
            assert!(hard.pixels.iter().all(|&(s, w)| s.fract() == 0.0 && w > 0.0), "{}", hard.name);
            assert_eq!(hard.equal, hard.pixels.iter().all(|&(_, w)| w == 1.0), "{}", hard.name);
        }
    }
}
