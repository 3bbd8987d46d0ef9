//! Single-pass ways to VV for comparison, in any arithmetic (method, section 2): one by one and by unions of sets.
//!
//! Frames do not come here: they are summed exactly. These are the published forms and ours for floats, kept so that
//! the validation can say what each costs in accuracy.

use super::double_word::DoubleWord;
use super::Moments;
use std::ops::{Add, Div, Mul, Sub};

/// Numbers that sums are made of.
pub trait Arithmetic:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// The nearest such number.
    fn nearest(x: f64) -> Self;
    /// The number as a double.
    fn value(self) -> f64;
}

impl Arithmetic for f32 {
    fn nearest(x: f64) -> f32 {
        x as f32
    }
    fn value(self) -> f64 {
        f64::from(self)
    }
}

impl Arithmetic for f64 {
    fn nearest(x: f64) -> f64 {
        x
    }
    fn value(self) -> f64 {
        self
    }
}

impl Arithmetic for DoubleWord {
    fn nearest(x: f64) -> DoubleWord {
        DoubleWord::from_f64(x)
    }
    fn value(self) -> f64 {
        DoubleWord::value(self)
    }
}

/// What is held of a set of pixels: no more of it is needed to add to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Accumulator<T> {
    /// Σω
    pub omega: T,
    /// Σω²
    pub omega2: T,
    /// Σs
    pub v: T,
    /// Σω²(v − m)² about the mean m = V/Ω, as far as the way of summing is exact
    pub vv: T,
    /// Σω²(v − m), which is 0 for equal weights alone; the exact union needs it and the published one leaves it out
    pub d: T,
}

impl<T: Arithmetic> Accumulator<T> {
    /// One pixel of signal `s` and norm `w`.
    pub fn pixel(s: T, w: T) -> Self {
        let zero = T::nearest(0.0);
        Self { omega: w, omega2: w * w, v: s, vv: zero, d: zero }
    }

    /// Two passes over (signal, norm): the mean, then the scatter about it. At least one pixel.
    pub fn two_pass(pixels: &[(T, T)]) -> Self {
        let zero = T::nearest(0.0);
        let sum = |of: &dyn Fn(T, T) -> T| pixels.iter().fold(zero, |sum, &(s, w)| sum + of(s, w));
        let (v, omega) = (sum(&|s, _| s), sum(&|_, w| w));
        let mean = v / omega;
        let excess = |s: T, w: T| s - mean * w;
        let vv = sum(&|s, w| excess(s, w) * excess(s, w));
        Self { omega, omega2: sum(&|_, w| w * w), v, vv, d: sum(&|s, w| w * excess(s, w)) }
    }

    /// The published way to add one pixel: `VV += ω²(v − V_A/Ω_A)(v − V_AB/Ω_AB)`, exact for equal weights.
    pub fn add_published(self, s: T, w: T) -> Self {
        let (v, omega) = (self.v + s, self.omega + w);
        let value = s / w;
        let step = w * w * (value - self.v / self.omega) * (value - v / omega);
        Self { omega, omega2: self.omega2 + w * w, v, vv: self.vv + step, d: self.d }
    }

    /// The published union, approximate unless weights are equal:
    /// `VV_AB ≈ VV_A + VV_B + ΩΩ_B (V_A Ω_B − V_B Ω_A)² / (Ω_AB Ω_A Ω_B²)`.
    pub fn union_published(self, other: Self) -> Self {
        let omega = self.omega + other.omega;
        let cross = self.v * other.omega - other.v * self.omega;
        let step = other.omega2 * cross * cross / (omega * self.omega * other.omega * other.omega);
        Self {
            omega,
            omega2: self.omega2 + other.omega2,
            v: self.v + other.v,
            vv: self.vv + other.vv + step,
            d: self.d,
        }
    }

    /// The exact union: both sets are moved to the common mean first.
    pub fn union_exact(self, other: Self) -> Self {
        let (v, omega) = (self.v + other.v, self.omega + other.omega);
        let (a, b) = (self.about(v / omega), other.about(v / omega));
        Self { omega, omega2: self.omega2 + other.omega2, v, vv: a.vv + b.vv, d: a.d + b.d }
    }

    /// The same set about another reference: `VV − 2δD + δ²ΩΩ` and `D − δΩΩ`, with δ how far the reference moves.
    fn about(self, mean: T) -> Self {
        let delta = mean - self.v / self.omega;
        let moved = delta * self.omega2;
        Self { vv: self.vv - delta * (self.d + self.d - moved), d: self.d - moved, ..self }
    }

    /// Mean, std and sem. Roots are taken in double.
    pub fn moments(self) -> Moments {
        let root = |x: T| x.value().max(0.0).sqrt();
        Moments {
            mean: (self.v / self.omega).value(),
            std: root(self.vv / self.omega2),
            sem: root(self.vv / (self.omega * self.omega)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pixels() -> impl Strategy<Value = Vec<(f64, f64)>> {
        prop::collection::vec((0.0..1e3f64, 0.5..1.0f64), 2..60)
    }

    /// Any tree: two neighbours are united where `choices` says, until one set is left.
    fn united(
        pixels: &[(f64, f64)],
        choices: &[usize],
        unite: fn(Accumulator<f64>, Accumulator<f64>) -> Accumulator<f64>,
    ) -> Accumulator<f64> {
        let mut sets: Vec<_> = pixels.iter().map(|&(s, w)| Accumulator::pixel(s, w)).collect();
        for choice in choices.iter().cycle() {
            if sets.len() == 1 {
                break;
            }
            let at = choice % (sets.len() - 1);
            let next = sets.remove(at + 1);
            sets[at] = unite(sets[at], next);
        }
        sets[0]
    }

    proptest! {
        #[test]
        fn any_tree_of_exact_unions_gives_the_two_pass_result(
            pixels in pixels(), choices in prop::collection::vec(any::<usize>(), 1..9),
        ) {
            let expected = Accumulator::two_pass(&pixels);
            let got = united(&pixels, &choices, Accumulator::union_exact);
            let close = |a: f64, b: f64| (a - b).abs() <= 1e-10 * expected.vv.max(1.0);
            prop_assert!(close(got.vv, expected.vv) && close(got.d, expected.d));
            prop_assert!((got.moments().std - expected.moments().std).abs() <= 1e-9);
        }

        #[test]
        fn published_forms_are_exact_for_equal_weights(
            signals in prop::collection::vec(0.0..1e3f64, 2..60), choices in prop::collection::vec(any::<usize>(), 1..9),
        ) {
            let pixels: Vec<_> = signals.iter().map(|&s| (s, 0.75)).collect();
            let expected = Accumulator::two_pass(&pixels).vv;
            let first = Accumulator::pixel(pixels[0].0, pixels[0].1);
            let one_by_one = pixels[1..].iter().fold(first, |set, &(s, w)| set.add_published(s, w));
            let union = united(&pixels, &choices, Accumulator::union_published);
            prop_assert!((one_by_one.vv - expected).abs() <= 1e-9 * expected.max(1.0));
            prop_assert!((union.vv - expected).abs() <= 1e-9 * expected.max(1.0));
        }
    }

    #[test]
    fn published_forms_are_off_for_unequal_weights_and_the_exact_union_is_not() {
        let pixels = [(100.0, 1.0), (70.0, 0.5), (20.0, 0.25), (9.0, 0.125)];
        let expected = Accumulator::two_pass(&pixels).vv;
        let off = |vv: f64| (vv / expected - 1.0).abs();
        assert!(off(united(&pixels, &[0], Accumulator::union_exact).vv) < 1e-14);
        assert!(off(united(&pixels, &[0], Accumulator::union_published).vv) > 1e-3);
        let first = Accumulator::pixel(100.0, 1.0);
        assert!(off(pixels[1..].iter().fold(first, |set, &(s, w)| set.add_published(s, w)).vv) > 1e-3);
    }
}
