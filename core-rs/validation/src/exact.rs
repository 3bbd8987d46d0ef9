//! The moments of a set of pixels in exact rational arithmetic: the reference of every reduction.
//!
//! Signals and norms are f32, hence integers times powers of two. `VV/ΩΩ` and the like are quotients of integers of any
//! size; quotients and roots are then taken to 160 bits, so that even errors far below a double's are seen.

use num_bigint::{BigInt, Sign};
use num_traits::{Signed, ToPrimitive, Zero};

/// Bits that a quotient or a root is computed to.
const BITS: i64 = 160;

/// A number `mantissa · 2^exponent`, off by less than 2⁻¹⁵⁰ of itself.
#[derive(Clone, Debug)]
pub struct Exact {
    mantissa: BigInt,
    exponent: i64,
}

impl Exact {
    /// num/den · 2^exponent.
    fn quotient(num: BigInt, den: &BigInt, exponent: i64) -> Self {
        let shift = (BITS + den.bits() as i64 - num.bits() as i64).max(0);
        Self { mantissa: (num << shift) / den, exponent: exponent - shift }
    }

    /// The root of num/den · 2^exponent.
    fn root(num: BigInt, den: &BigInt, exponent: i64) -> Self {
        let mut shift = (2 * BITS + den.bits() as i64 - num.bits() as i64).max(0);
        shift += (exponent - shift).rem_euclid(2);
        Self { mantissa: ((num << shift) / den).sqrt(), exponent: (exponent - shift) / 2 }
    }

    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        self.mantissa.is_zero()
    }

    /// The nearest double.
    pub fn value(&self) -> f64 {
        scaled(&self.mantissa, self.exponent)
    }

    /// By how much a double is larger, exactly but for the last rounding.
    pub fn excess_of(&self, x: f64) -> f64 {
        let (m, e) = dyadic(x);
        let low = e.min(self.exponent);
        scaled(&((BigInt::from(m) << (e - low)) - (&self.mantissa << (self.exponent - low))), low)
    }
}

/// mantissa · 2^exponent as a double, rounded once at the 64th bit and once to a double.
fn scaled(mantissa: &BigInt, exponent: i64) -> f64 {
    let spare = (mantissa.bits() as i64 - 64).max(0);
    let top = (mantissa >> spare).to_f64().unwrap_or(f64::NAN);
    top * f64::powi(2.0, (exponent + spare) as i32)
}

/// A finite double as an integer and a power of two.
pub fn dyadic(x: f64) -> (i64, i64) {
    let bits = x.to_bits();
    let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i64, (bits & ((1 << 52) - 1)) as i64);
    let mantissa = if exponent == 0 { fraction } else { fraction | 1 << 52 };
    let zeros = if mantissa == 0 { 0 } else { i64::from(mantissa.trailing_zeros()) };
    (
        if x < 0.0 { -(mantissa >> zeros) } else { mantissa >> zeros },
        if mantissa == 0 { 0 } else { exponent.max(1) - 1075 + zeros },
    )
}

/// What exact arithmetic says of a set of pixels.
pub struct Reference {
    /// V/Ω
    pub mean: Exact,
    /// sqrt(VV/ΩΩ)
    pub std: Exact,
    /// sqrt(VV)/Ω
    pub sem: Exact,
    /// κ = sqrt(Σs²/VV), by which a relative error of the pixels is multiplied in std; infinite without scatter
    pub condition: f64,
}

/// Integers and the power of two that all of them are to be multiplied by.
fn integers(numbers: impl Iterator<Item = f32> + Clone) -> (Vec<i128>, i64) {
    let parts = || numbers.clone().map(|x| dyadic(f64::from(x)));
    let low = parts().filter(|p| p.0 != 0).map(|p| p.1).min().unwrap_or(0);
    let integer = |(m, e): (i64, i64)| if m == 0 { 0 } else { i128::from(m) << (e - low) };
    (parts().map(integer).collect(), low)
}

/// The reference for (signal, norm) of each pixel; norms are positive. Signals may span 2³⁰, norms 2³⁰, pixels 2²⁰:
/// all sums fit 128 bits then.
pub fn reference(pixels: &[(f32, f32)]) -> Reference {
    let (s, s_exponent) = integers(pixels.iter().map(|p| p.0));
    let (w, w_exponent) = integers(pixels.iter().map(|p| p.1));
    let sum = |of: &dyn Fn(i128, i128) -> i128| -> BigInt {
        let add = |sum: i128, (&s, &w): (&i128, &i128)| sum.checked_add(of(s, w)).expect("128 bits");
        BigInt::from(s.iter().zip(&w).fold(0i128, add))
    };
    let (v, omega, omega2) = (sum(&|s, _| s), sum(&|_, w| w), sum(&|_, w| w * w));
    let (s2, sw) = (sum(&|s, _| s * s), sum(&|s, w| s * w));
    // Σ(s − (V/Ω)ω)² = (Σs²·Ω² − 2VΩ·Σsω + V²·Σω²)/Ω²
    let square = &omega * &omega;
    let scatter = &s2 * &square - BigInt::from(2) * &v * &omega * &sw + &v * &v * &omega2;
    assert!(scatter.sign() != Sign::Minus);
    let exponent = 2 * (s_exponent - w_exponent);
    let condition =
        if scatter.is_zero() { f64::INFINITY } else { Exact::root(&s2 * &square, &scatter, 0).value() };
    Reference {
        mean: Exact::quotient(v.clone(), &omega, s_exponent - w_exponent),
        std: Exact::root(scatter.clone(), &(&square * &omega2), exponent),
        sem: Exact::root(scatter, &(&square * &square), exponent),
        condition,
    }
}

/// How far a double is from an exact number, in parts of the latter or of `scale`, whichever is larger.
pub fn relative_error(x: f64, exact: &Exact, scale: f64) -> f64 {
    let off = exact.excess_of(x).abs();
    let unit = scaled(&exact.mantissa.abs(), exact.exponent).max(scale);
    if off == 0.0 {
        0.0
    } else {
        off / unit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_known_sets_are_exact() {
        let pair = reference(&[(1.0, 1.0), (199.0, 1.0)]);
        assert_eq!((pair.mean.value(), pair.std.value()), (100.0, 99.0));
        assert!(relative_error(99.0 / f64::sqrt(2.0), &pair.sem, 0.0) < 1.2e-16);
        assert!((pair.condition - (39_602.0f64 / 19_602.0).sqrt()).abs() < 1e-15);
        // Weights 1 and 1/2: Ω = 1.5, m = 5/1.5; VV = (4 − 10/3)² + (1 − 5/3)² = 8/9; ΩΩ = 1.25.
        let weighted = reference(&[(4.0, 1.0), (1.0, 0.5)]);
        assert!((weighted.mean.value() - 10.0 / 3.0).abs() < 1e-15);
        assert!((weighted.std.value() - (8.0f64 / 9.0 / 1.25).sqrt()).abs() < 1e-15);
        assert!(reference(&[(7.0, 0.3)]).std.is_zero());
    }

    #[test]
    fn errors_below_those_of_doubles_are_seen() {
        let third = reference(&[(1.0, 1.0), (0.0, 1.0), (0.0, 1.0)]).mean;
        // The double nearest to 1/3 is off by 2⁻⁵⁴/3, one part in 2⁵⁴.
        assert_eq!(relative_error(1.0 / 3.0, &third, 0.0), f64::powi(2.0, -54));
        assert_eq!(relative_error(1.0, &reference(&[(1.0, 1.0)]).mean, 0.0), 0.0);
    }

    #[test]
    fn doubles_are_integers_times_powers_of_two() {
        for x in [0.0, 1.0, -0.75, 3e-310, 1e300, f64::MIN_POSITIVE, 16_777_217.0] {
            let (m, e) = dyadic(x);
            // In two steps: the power alone may be below the smallest double.
            assert_eq!(m as f64 * f64::powi(2.0, (e / 2) as i32) * f64::powi(2.0, (e - e / 2) as i32), x);
        }
    }
}
