//! Pixel types of rebuilt frames: how a number becomes a pixel.

use crate::simd::truncate_below;
use bytemuck::{AnyBitPattern, NoUninit};

/// Draws from here on are made in f64 alone: f32 no longer holds fractions that matter.
const LARGE: f32 = 4_194_304.0;

/// 2⁵²: an f64 from 0 to 2³² added to it is rounded to a whole number, halves to even, which its last bits hold.
/// Conversions that saturate, as `as` does, are taken number by number where processors have none for vectors.
const WHOLE: f64 = 4_503_599_627_370_496.0;

/// The nearest whole number, halves up, to one from 0 to 2³².
#[inline(always)]
fn round(x: f64) -> u32 {
    let whole = x + WHOLE;
    let up = x - (whole - WHOLE) >= 0.5;
    (whole.to_bits() as u32).wrapping_add(u32::from(up))
}

/// Pixel types that frames may have.
pub trait DensePixel: Copy + Default + Send + Sync + AnyBitPattern + NoUninit {
    /// The nearest value of the type, halves away from zero, and never the dummy of an unsigned type.
    fn nearest(value: f64) -> Self;

    /// The value, or the largest one not above `limit`.
    fn at_most(self, limit: f64) -> Self;

    /// The nearest value to a draw of 0 or more that is not above a limit between `low` and `high`. False beside it where
    /// f64 must decide: where the limit's place in between matters, and where a number is too large or none.
    fn drawn(value: f32, low: f32, high: f32) -> (Self, bool);
}

macro_rules! dense_integers {
    ($($t:ty => $largest:expr),*) => { $(impl DensePixel for $t {
        #[inline(always)]
        fn nearest(value: f64) -> Self {
            let value = if value.is_nan() { 0.0 } else { value };
            let value = if value > f64::from(<$t>::MIN) { value } else { f64::from(<$t>::MIN) };
            let value = if value < f64::from($largest) { value } else { f64::from($largest) };
            let size = round(value.abs());
            (if value < 0.0 { size.wrapping_neg() } else { size }) as $t
        }

        #[inline(always)]
        fn at_most(self, limit: f64) -> Self {
            self.min(limit.floor() as $t)
        }

        #[inline(always)]
        fn drawn(value: f32, low: f32, high: f32) -> (Self, bool) {
            let nearest = truncate_below::<{ LARGE as u32 }>(value + 0.5);
            let float = nearest as f32;
            // A draw lies below the limit, so what rounding takes above it is one count: more is no draw.
            let above = float > high;
            let sure = (above == (float > low)) & (float - 1.0 <= low) & (value < LARGE) & (low >= 0.0);
            let nearest = nearest - i32::from(above);
            let largest = i32::try_from($largest).unwrap_or(i32::MAX);
            (nearest.min(largest) as $t, sure)
        }
    })* };
}
dense_integers!(u8 => u8::MAX - 1, u16 => u16::MAX - 1, u32 => u32::MAX - 1, i16 => i16::MAX, i32 => i32::MAX);

impl DensePixel for f32 {
    #[inline(always)]
    fn nearest(value: f64) -> Self {
        value as f32
    }

    #[inline(always)]
    fn at_most(self, limit: f64) -> Self {
        self.min(limit as f32)
    }

    #[inline(always)]
    fn drawn(value: f32, low: f32, _high: f32) -> (Self, bool) {
        (value, (value < low) & (value < LARGE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_round_away_from_zero_and_the_dummy_is_never_made() {
        assert_eq!([2.5, 3.5, 0.49].map(u16::nearest), [3, 4, 0]);
        assert_eq!([-2.5, -0.4, f64::NAN].map(i32::nearest), [-3, 0, 0]);
        assert_eq!([-2.5, 1e9, f64::NAN].map(u16::nearest), [0, u16::MAX - 1, 0]);
        assert_eq!([-1e12, 1e12].map(i32::nearest), [i32::MIN, i32::MAX]);
        assert_eq!([4_294_967_293.5, 1e12].map(u32::nearest), [u32::MAX - 1; 2]);
        for value in [0.5f64.next_down(), 1.5f64.next_down(), 3e9 + 0.25, 77.5] {
            assert_eq!(u32::nearest(value), value.round() as u32);
        }
        assert_eq!(u16::nearest(5.6).at_most(5.7), 5);
    }

    #[test]
    fn a_draw_is_left_to_f64_where_f32_cannot_tell() {
        assert_eq!(u16::drawn(5.6, 5.7, 5.8), (5, true));
        assert_eq!(u16::drawn(5.4, 5.99, 6.01), (5, true), "below either limit");
        assert!(!u16::drawn(5.6, 5.99, 6.01).1, "6 is above one limit");
        assert!(!u16::drawn(5e6, f32::INFINITY, f32::INFINITY).1);
        assert!(!u16::drawn(f32::NAN, 5.0, 5.0).1 && !u16::drawn(1.0, f32::NAN, f32::NAN).1);
        assert!(!i32::drawn(0.0, -1.0, -1.0).1);
        assert_eq!(u8::drawn(300.0, f32::INFINITY, f32::INFINITY), (254, true));
        assert!(!f32::drawn(5.6, 5.5, 5.7).1 && f32::drawn(5.4, 5.5, 5.7).1);
    }
}
