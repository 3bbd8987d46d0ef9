//! Exponential, logarithm and sine from basic arithmetic alone, so that every engine gets the same bits.
//!
//! Accurate to a few units in the last place in the ranges used here, which the tests compare with the system's own.

// The constants are given as published, so that they can be compared.
#![allow(clippy::excessive_precision)]

const LN2_HIGH: f64 = 0.693_147_180_369_123_816_490; // 33 bits of ln 2: times an exponent it is exact
const LN2_LOW: f64 = 1.908_214_929_270_587_700_02e-10; // the rest of ln 2

/// `2^k` for a `k` of −1022 to 1023, from its bits.
#[inline]
fn power_of_two(k: i32) -> f64 {
    f64::from_bits(((k + 1023) as u64) << 52)
}

/// Natural exponential. 0 below −745, infinity above 709.7, NaN for NaN.
#[inline]
pub fn exp(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x < -745.0 {
        return 0.0;
    }
    if x > 709.7 {
        return f64::INFINITY;
    }
    let k = (x * std::f64::consts::LOG2_E + 0.5).floor();
    let r = (x - k * LN2_HIGH) - k * LN2_LOW;
    // Taylor series of degree 13: for |r| <= ln 2 / 2 the next term is 4e-18.
    let mut sum = 1.0;
    for n in (1..=13).rev() {
        sum = 1.0 + sum * r * INVERSE[n];
    }
    // In two steps, because 2^k itself is not a normal number at the lower end.
    let half = k as i32 / 2;
    sum * power_of_two(half) * power_of_two(k as i32 - half)
}

const INVERSE: [f64; 14] = [
    0.0,
    1.0,
    1.0 / 2.0,
    1.0 / 3.0,
    1.0 / 4.0,
    1.0 / 5.0,
    1.0 / 6.0,
    1.0 / 7.0,
    1.0 / 8.0,
    1.0 / 9.0,
    1.0 / 10.0,
    1.0 / 11.0,
    1.0 / 12.0,
    1.0 / 13.0,
];

/// Natural logarithm of a positive normal number; NaN for anything else.
#[inline]
pub fn ln(x: f64) -> f64 {
    if !x.is_normal() || x < 0.0 {
        return f64::NAN;
    }
    let bits = x.to_bits();
    let mut exponent = ((bits >> 52) as i32 - 1023) as f64;
    let mut m = f64::from_bits((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
    if m > std::f64::consts::SQRT_2 {
        m *= 0.5;
        exponent += 1.0;
    }
    // ln m = 2 artanh s with |s| <= 0.1716: the term after s^20/21 is 5e-19.
    let s = (m - 1.0) / (m + 1.0);
    let s2 = s * s;
    let mut series = 0.0;
    for odd in ODD_INVERSE.iter().rev() {
        series = series * s2 + odd;
    }
    exponent * LN2_HIGH + (2.0 * s * series + exponent * LN2_LOW)
}

const ODD_INVERSE: [f64; 11] = [
    1.0,
    1.0 / 3.0,
    1.0 / 5.0,
    1.0 / 7.0,
    1.0 / 9.0,
    1.0 / 11.0,
    1.0 / 13.0,
    1.0 / 15.0,
    1.0 / 17.0,
    1.0 / 19.0,
    1.0 / 21.0,
];

/// Cosine of an angle of 0 to 180 degrees; exactly 0 at 90.
pub fn cos_degrees(angle: f64) -> f64 {
    // cos a = sin(90 - a); Taylor series up to x^23, whose next term at π/2 is 5e-21.
    let x = (90.0 - angle) * (std::f64::consts::PI / 180.0);
    let mut sum = 1.0;
    for n in (1..=11).rev() {
        let n = f64::from(n);
        sum = 1.0 - sum * x * x / ((2.0 * n) * (2.0 * n + 1.0));
    }
    x * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative error allowed against the system's functions: 4 units in the last place.
    const CLOSE: f64 = 4.0 * f64::EPSILON;

    #[test]
    fn exp_agrees_with_the_system() {
        for i in -70_000..70_000 {
            let x = f64::from(i) * 0.01;
            assert!((exp(x) / x.exp() - 1.0).abs() < CLOSE, "{x}");
        }
        assert_eq!(exp(-800.0), 0.0);
        assert_eq!(exp(800.0), f64::INFINITY);
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(f64::NAN).is_nan());
    }

    #[test]
    fn ln_agrees_with_the_system() {
        for i in 1..200_000 {
            let x = f64::from(i) * 1e-5;
            assert!((ln(x) - x.ln()).abs() <= CLOSE * x.ln().abs(), "{x}");
        }
        for x in [1e-300, f64::MIN_POSITIVE, 1e-17, 1e300, f64::MAX] {
            assert!((ln(x) / x.ln() - 1.0).abs() < CLOSE, "{x}");
        }
        for x in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-310] {
            assert!(ln(x).is_nan(), "{x}");
        }
        assert_eq!(ln(1.0), 0.0);
    }

    #[test]
    fn cosine_agrees_with_the_system() {
        for angle in 0..=180 {
            let angle = f64::from(angle);
            assert!((cos_degrees(angle) - angle.to_radians().cos()).abs() < CLOSE, "{angle}");
        }
        assert_eq!(cos_degrees(90.0), 0.0);
    }
}
