//! Double-double arithmetic for sums whose terms cancel.

/// An unevaluated sum of two doubles (Dekker 1971; accuracy: Joldes, Muller, Popescu 2017, ACM TOMS 44, 15).
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    high: f64,
    low: f64,
}

impl Pair {
    /// The nearest pair.
    pub fn from_i128(x: i128) -> Self {
        let high = x as f64;
        Self { high, low: (x - high as i128) as f64 }
    }

    /// The nearest double.
    pub fn value(self) -> f64 {
        self.high + self.low
    }

    fn renormalised(high: f64, low: f64) -> Self {
        let sum = high + low;
        Self { high: sum, low: low - (sum - high) }
    }
}

/// a·b and its rounding error, by Veltkamp's splitting: the same bits with and without a fused multiply-add.
fn two_product(a: f64, b: f64) -> (f64, f64) {
    const SPLITTER: f64 = 134_217_729.0; // 2²⁷ + 1
    let split = |x: f64| {
        let t = SPLITTER * x;
        let high = t - (t - x);
        (high, x - high)
    };
    let product = a * b;
    let ((ah, al), (bh, bl)) = (split(a), split(b));
    (product, ((ah * bh - product) + ah * bl + al * bh) + al * bl)
}

impl std::ops::Add for Pair {
    type Output = Pair;
    fn add(self, other: Pair) -> Pair {
        let sum = self.high + other.high;
        let part = sum - self.high;
        let error = (self.high - (sum - part)) + (other.high - part);
        Pair::renormalised(sum, error + self.low + other.low)
    }
}

impl std::ops::Mul for Pair {
    type Output = Pair;
    fn mul(self, other: Pair) -> Pair {
        let (product, error) = two_product(self.high, other.high);
        Pair::renormalised(product, error + (self.high * other.low + self.low * other.high))
    }
}

impl std::ops::Div for Pair {
    type Output = Pair;
    fn div(self, other: Pair) -> Pair {
        let first = self.high / other.high;
        let (product, error) = two_product(first, other.high);
        let rest = ((self.high - product) - error) + self.low - first * other.low;
        Pair::renormalised(first, rest / other.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cancels_keeps_its_last_bits() {
        let (a, b) = (Pair::from_i128((1 << 100) + 12_345), Pair::from_i128(-(1 << 100)));
        assert_eq!((a + b).value(), 12_345.0);
        // (2⁵³ + 1)² − 2¹⁰⁶ = 2⁵⁴ + 1; a double alone would have lost the 2⁵⁴.
        let odd = Pair::from_i128((1 << 53) + 1);
        let rest = odd * odd + Pair::from_i128(-(1i128 << 106));
        assert_eq!(rest.value(), f64::powi(2.0, 54));
        let third = Pair::from_i128(1) / Pair::from_i128(3);
        assert!((third * Pair::from_i128(3) + Pair::from_i128(-1)).value().abs() < 1e-31);
    }
}
