//! Sums over the pixels of a bin, and mean, std and sem from them (method, section 2).
//!
//! Integer frames are summed exactly. With ω = norm held as 31-bit fixed point and no pixel splitting,
//! `VV = Σ ω²(s/ω − m)² = Σs² − 2mΣsω + m²Σω²`, and all of Σs, Σs², Σsω, Σω, Σω² are sums of integers: their order
//! does not matter, dropping a pixel is a subtraction, and every engine gets the same bits.
//!
//! Widths. |s| ≤ 2³¹, ω < 2³¹ and at most 2²⁸ pixels: |Σs| < 2⁵⁹ and Σω < 2⁵⁹ fit 64 bits, the second-order sums are
//! below 2⁹⁰ and fit 128. Weight: relative rounding error at most 2⁻³² · ω_max/ω (see [`FixedWeights`]).

mod double_word;
mod pair;
mod variants;

use crate::parallel::{for_each, reduce, Split, WORTH_A_THREAD};
use crate::simd::{self, truncate, Kernel};
use pair::Pair;

pub use double_word::DoubleWord;
pub use variants::{Accumulator, Arithmetic};

/// How the scatter of a bin is estimated (method, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorModel {
    /// VV from the scatter in the ring
    Azimuthal,
    /// VV from counting statistics: the variance of a pixel is max(1, raw)
    Poisson,
    /// azimuthal while clipping, Poisson for the result
    Hybrid,
}

impl ErrorModel {
    /// The model that estimates VV while clipping.
    pub fn while_clipping(self) -> Self {
        if self == Self::Hybrid {
            Self::Azimuthal
        } else {
            self
        }
    }

    /// The model of the result.
    pub fn of_result(self) -> Self {
        if self == Self::Hybrid {
            Self::Poisson
        } else {
            self
        }
    }
}

/// Mean and uncertainties of a bin: `std` of one pixel's value, `sem` of the mean. All 0 for an empty bin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    /// V/Ω
    pub mean: f64,
    /// sqrt(VV/ΩΩ)
    pub std: f64,
    /// sqrt(VV)/Ω
    pub sem: f64,
}

impl Moments {
    /// From V, Ω, VV and ΩΩ.
    pub fn new(v: f64, omega: f64, vv: f64, omega2: f64) -> Self {
        if omega <= 0.0 {
            return Self::default();
        }
        let vv = vv.max(0.0);
        Self { mean: v / omega, std: (vv / omega2).sqrt(), sem: vv.sqrt() / omega }
    }
}

/// Exact sums over integer signals s and fixed-point weights ω.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// number of pixels
    pub count: u64,
    /// Σ s
    pub signal: i64,
    /// Σ s²
    pub signal2: u128,
    /// Σ s·ω
    pub cross: i128,
    /// Σ ω
    pub weight: u64,
    /// Σ ω²
    pub weight2: u128,
    /// Σ max(1, s), the Poisson variance
    pub variance: i64,
}

impl Sums {
    /// Adds one pixel.
    #[inline(always)]
    pub fn add(&mut self, s: i32, w: i32) {
        let (s, w) = (i64::from(s), i64::from(w));
        self.count += 1;
        self.signal += s;
        self.signal2 += (s * s) as u128;
        self.cross += i128::from(s * w);
        self.weight += w as u64;
        self.weight2 += (w * w) as u128;
        self.variance += s.max(1);
    }

    /// Takes away what another set of the same pixels holds.
    #[inline(always)]
    pub fn subtract(&mut self, other: &Sums) {
        self.count -= other.count;
        self.signal -= other.signal;
        self.signal2 -= other.signal2;
        self.cross -= other.cross;
        self.weight -= other.weight;
        self.weight2 -= other.weight2;
        self.variance -= other.variance;
    }

    /// Mean, std and sem; `unit` is the norm that one step of the fixed-point weight stands for.
    pub fn moments(&self, model: ErrorModel, unit: f64) -> Moments {
        if self.weight == 0 {
            return Moments::default();
        }
        let vv = match model {
            ErrorModel::Poisson => self.variance as f64,
            ErrorModel::Azimuthal | ErrorModel::Hybrid => self.scatter(),
        };
        let omega = self.weight as f64 * unit;
        Moments::new(self.signal as f64, omega, vv, self.weight2 as f64 * unit * unit)
    }

    /// VV of the azimuthal model. The three terms cancel down to the scatter, so they are formed in double-double
    /// arithmetic: the error stays below 2⁻¹⁰⁰ of Σs², far below the scatter of one count in any bin.
    fn scatter(&self) -> f64 {
        let mean = Pair::from_i128(i128::from(self.signal)) / Pair::from_i128(i128::from(self.weight));
        let slope = mean * Pair::from_i128(self.weight2 as i128) + Pair::from_i128(-2 * self.cross);
        (Pair::from_i128(self.signal2 as i128) + mean * slope).value().max(0.0)
    }
}

/// The norm of each pixel as 31-bit fixed point: `norm ≈ ω · unit`.
pub struct FixedWeights {
    /// ω, in bin order
    pub weights: Vec<i32>,
    /// the norm that one step stands for
    pub unit: f64,
}

impl FixedWeights {
    /// Largest ω: 2³¹ − 1.
    const TOP: f64 = i32::MAX as f64;

    /// Largest ratio of norms that fixed point takes: the relative error of the smallest weight is then at most
    /// 2⁻²⁴, that of the f32 maps the norms come from. Beyond it (a flat field with dead pixels at 1e-9, say) the
    /// caller falls back to f64 sums.
    const RATIO: f32 = 256.0;

    /// Fixed-point weights of `norms`; `None` where one is not positive and finite or their ratio is too large.
    pub fn new(norms: impl Iterator<Item = f32>) -> Option<Self> {
        Self::of(norms.collect()).ok()
    }

    /// The same in the memory of the norms, which come back where there are none.
    pub fn of(mut norms: Vec<f32>) -> Result<Self, Vec<f32>> {
        let extremes = |Norms(norms): Norms| simd::run(Extremes(norms));
        let (low, high) =
            reduce(Norms(&mut norms), &extremes, &|(l0, h0), (l1, h1)| (l0.min(l1), h0.max(h1)));
        if !(low > 0.0 && high.is_finite() && high <= low * Self::RATIO) {
            return Err(norms);
        }
        let unit = f64::from(high) / Self::TOP;
        for_each(Norms(&mut norms), &|Norms(norms)| simd::run(ToFixed { norms, unit }));
        Ok(Self { weights: norms.into_iter().map(|bits| bits.to_bits() as i32).collect(), unit })
    }
}

/// Norms that are worked on together.
struct Norms<'a>(&'a mut [f32]);

impl Split for Norms<'_> {
    fn split(self) -> Result<(Self, Self), Self> {
        if self.0.len() < 2 * WORTH_A_THREAD {
            return Err(self);
        }
        let (left, right) = self.0.split_at_mut(self.0.len() / 2);
        Ok((Self(left), Self(right)))
    }
}

/// The smallest and the largest norm; 0 for the smallest where one is not positive.
struct Extremes<'a>(&'a [f32]);

impl Kernel for Extremes<'_> {
    type Out = (f32, f32);

    #[inline(always)]
    fn run(self) -> (f32, f32) {
        const LANES: usize = 32;
        let (mut low, mut high) = ([f32::INFINITY; LANES], [0f32; LANES]);
        for norms in self.0.chunks(LANES) {
            for ((&norm, low), high) in norms.iter().zip(&mut low).zip(&mut high) {
                let norm = if norm > 0.0 { norm } else { 0.0 };
                *low = if norm < *low { norm } else { *low };
                *high = if norm > *high { norm } else { *high };
            }
        }
        (low.into_iter().fold(f32::INFINITY, f32::min), high.into_iter().fold(0.0, f32::max))
    }
}

/// Turns norms into weights, whose bits it leaves in the place of the norms.
struct ToFixed<'a> {
    norms: &'a mut [f32],
    unit: f64,
}

impl Kernel for ToFixed<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        for norm in self.norms {
            // Halves up, which is away from zero here, and exact: the sum has as few digits as the quotient.
            let weight = truncate(f64::from(*norm) / self.unit + 0.5, i32::MAX);
            *norm = f32::from_bits(weight as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// VV in exact rational arithmetic on small integers: Σ(s·Ω − V·ω)²/Ω².
    fn exact_scatter(pixels: &[(i32, i32)]) -> f64 {
        let omega: i128 = pixels.iter().map(|p| i128::from(p.1)).sum();
        let v: i128 = pixels.iter().map(|p| i128::from(p.0)).sum();
        let numerator: i128 =
            pixels.iter().map(|p| i128::from(p.0) * omega - v * i128::from(p.1)).map(|d| d * d).sum();
        numerator as f64 / (omega * omega) as f64
    }

    fn sums(pixels: &[(i32, i32)]) -> Sums {
        let mut sums = Sums::default();
        pixels.iter().for_each(|&(s, w)| sums.add(s, w));
        sums
    }

    #[test]
    fn scatter_survives_a_large_mean_with_tiny_scatter() {
        let pixels: Vec<(i32, i32)> = (0..1000).map(|i| (1_000_000_000 + i % 2, 1000)).collect();
        assert!((sums(&pixels).scatter() - 250.0).abs() < 1e-9);
        let weighted: Vec<(i32, i32)> =
            (0..999).map(|i| (1_000_000 + (i * 7919) % 13, 1000 + i % 3)).collect();
        let (got, exact) = (sums(&weighted).scatter(), exact_scatter(&weighted));
        assert!((got / exact - 1.0).abs() < 1e-12, "{got} against {exact}");
    }

    #[test]
    fn sums_hold_the_largest_counts_and_bins() {
        let mut all = Sums::default();
        let pixel = {
            let mut one = Sums::default();
            one.add(i32::MIN, i32::MAX);
            one
        };
        // 2²⁸ such pixels, by doubling.
        let mut block = pixel;
        for _ in 0..28 {
            let twin = block;
            block.count += twin.count;
            block.signal += twin.signal;
            block.signal2 += twin.signal2;
            block.cross += twin.cross;
            block.weight += twin.weight;
            block.weight2 += twin.weight2;
            block.variance += twin.variance;
        }
        all.add(0, 1);
        assert_eq!(block.count, 1 << 28);
        assert_eq!(block.signal, i64::from(i32::MIN) << 28);
        assert!(block.moments(ErrorModel::Azimuthal, 1.0).std < 1e-6);
    }

    #[test]
    fn dropping_is_the_inverse_of_adding() {
        let pixels: Vec<(i32, i32)> = (0..500).map(|i| ((i * 31) % 97 - 3, 1 + i % 11)).collect();
        let mut all = sums(&pixels);
        all.subtract(&sums(&pixels[100..]));
        assert_eq!(all, sums(&pixels[..100]));
    }

    #[test]
    fn fixed_point_weights_keep_f32_accuracy_or_refuse() {
        let norms: Vec<f32> = (0..140_001).map(|i| 1.0 / (1.0 + (i % 1000) as f32 * 0.2)).collect();
        let fixed = FixedWeights::new(norms.iter().copied()).expect("ratio below 256");
        for (&n, &w) in norms.iter().zip(&fixed.weights) {
            assert!((f64::from(w) * fixed.unit / f64::from(n) - 1.0).abs() <= f64::powi(2.0, -24));
        }
        let unit = f64::from(norms[0]) / FixedWeights::TOP;
        let plain = norms.iter().map(|&n| (f64::from(n) / unit).round() as i32);
        assert!(fixed.unit == unit && fixed.weights.iter().copied().eq(plain));
        assert!(FixedWeights::new([1.0, 1e-9].into_iter()).is_none());
        assert!(FixedWeights::new([1.0, 0.0].into_iter()).is_none());
        assert!(FixedWeights::new([1.0, f32::NAN].into_iter()).is_none());
        assert_eq!(FixedWeights::of(vec![1.0, -1.0]).err(), Some(vec![1.0, -1.0]), "the norms come back");
    }

    #[test]
    fn one_and_199_are_1_sigma_under_azimuthal_and_10_under_poisson() {
        let pair = sums(&[(1, 1), (199, 1)]);
        let azimuthal = pair.moments(ErrorModel::Azimuthal, 1.0);
        let poisson = pair.moments(ErrorModel::Poisson, 1.0);
        assert_eq!((azimuthal.mean, poisson.mean), (100.0, 100.0));
        assert!(((199.0 - azimuthal.mean) / azimuthal.std - 1.0).abs() < 1e-12);
        assert!(((199.0 - poisson.mean) / poisson.std - 9.9).abs() < 0.01);
    }
}
