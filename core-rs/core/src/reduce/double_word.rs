//! Double-word f32: what a processor without doubles has in their place.
//!
//! Algorithms 6, 7, 10 and 17 of Joldes, Muller, Popescu 2017 ("Tight and rigorous error bounds for basic building
//! blocks of double-word arithmetic", ACM TOMS 44, 15) with products split after Dekker, so that no fused multiply-add
//! is needed. Relative errors, with u = 2⁻²⁴: a sum of two numbers of one sign 3u², a product 7u², a quotient 15u².

use std::ops::{Add, Div, Mul, Sub};

/// An unevaluated sum of two f32, the second at most half an ulp of the first.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DoubleWord {
    high: f32,
    low: f32,
}

impl DoubleWord {
    /// The nearest double word of a double: 49 of its 53 bits.
    pub fn from_f64(x: f64) -> Self {
        let high = x as f32;
        Self { high, low: (x - f64::from(high)) as f32 }
    }

    /// The same as a double, exactly.
    pub fn value(self) -> f64 {
        f64::from(self.high) + f64::from(self.low)
    }

    /// Of two f32 of which the first is the larger.
    fn fast_sum(a: f32, b: f32) -> Self {
        let high = a + b;
        Self { high, low: b - (high - a) }
    }

    /// a + b and its rounding error, whichever is larger.
    fn sum(a: f32, b: f32) -> Self {
        let high = a + b;
        let part = high - a;
        Self { high, low: (a - (high - part)) + (b - part) }
    }

    /// a·b and its rounding error.
    fn product(a: f32, b: f32) -> Self {
        const SPLITTER: f32 = 4097.0; // 2¹² + 1
        let split = |x: f32| {
            let t = SPLITTER * x;
            let high = t - (t - x);
            (high, x - high)
        };
        let high = a * b;
        let ((ah, al), (bh, bl)) = (split(a), split(b));
        Self { high, low: ((ah * bh - high) + ah * bl + al * bh) + al * bl }
    }

    /// Algorithm 7.
    fn times(self, y: f32) -> Self {
        let c = Self::product(self.high, y);
        let t = Self::fast_sum(c.high, self.low * y);
        Self::fast_sum(t.high, t.low + c.low)
    }
}

impl Add for DoubleWord {
    type Output = Self;
    /// Algorithm 6.
    fn add(self, other: Self) -> Self {
        let s = Self::sum(self.high, other.high);
        let t = Self::sum(self.low, other.low);
        let v = Self::fast_sum(s.high, s.low + t.high);
        Self::fast_sum(v.high, t.low + v.low)
    }
}

impl Sub for DoubleWord {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + Self { high: -other.high, low: -other.low }
    }
}

impl Mul for DoubleWord {
    type Output = Self;
    /// Algorithm 10.
    fn mul(self, other: Self) -> Self {
        let c = Self::product(self.high, other.high);
        let rest = self.high * other.low + self.low * other.high;
        Self::fast_sum(c.high, c.low + rest)
    }
}

impl Div for DoubleWord {
    type Output = Self;
    /// Algorithm 17.
    fn div(self, other: Self) -> Self {
        let first = self.high / other.high;
        let r = other.times(first);
        let rest = (self.high - r.high) + (self.low - r.low);
        Self::fast_sum(first, rest / other.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// u² for u = 2⁻²⁴.
    const U2: f64 = 1.0 / (1u64 << 48) as f64;

    fn word() -> impl Strategy<Value = f64> {
        (1.0..1e6f64, any::<bool>()).prop_map(|(x, negative)| if negative { -x } else { x })
    }

    proptest! {
        #[test]
        fn operations_keep_the_published_bounds(x in word(), y in word()) {
            let (a, b) = (DoubleWord::from_f64(x), DoubleWord::from_f64(y));
            let (x, y) = (a.value(), b.value());
            // Doubles round too: 2⁻⁵³ is u²/32.
            let near = |got: DoubleWord, expected: f64, bound: f64| {
                (got.value() - expected).abs() <= (bound + 0.1) * U2 * expected.abs()
            };
            if (x > 0.0) == (y > 0.0) {
                prop_assert!(near(a + b, x + y, 3.0));
            } else {
                prop_assert!(near(a - b, x - y, 3.0));
            }
            prop_assert!(near(a * b, x * y, 7.0));
            prop_assert!(near(a / b, x / y, 15.0));
        }
    }

    #[test]
    fn what_cancels_keeps_what_one_f32_has_lost() {
        let (a, b) = (DoubleWord::from_f64(16_777_217.0), DoubleWord::from_f64(16_777_216.0));
        assert_eq!((a - b).value(), 1.0);
        assert_eq!(16_777_217.0f32 - 16_777_216.0f32, 0.0, "a single word has lost it");
    }
}
