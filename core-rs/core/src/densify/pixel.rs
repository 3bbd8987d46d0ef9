//! Pixel types of rebuilt frames: how a number becomes a pixel.

use bytemuck::{AnyBitPattern, NoUninit};

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
    /// Whether its values are whole numbers.
    const WHOLE: bool;

    /// The value as a number.
    fn number(self) -> f64;

    /// The nearest value of the type to a whole number, and never the dummy of an unsigned type.
    fn count(count: i32) -> Self;

    /// The nearest value of the type, halves away from zero, and never the dummy of an unsigned type.
    fn nearest(value: f64) -> Self;

    /// The value, or the largest one not above `limit`.
    fn at_most(self, limit: f64) -> Self;
}

macro_rules! dense_integers {
    ($($t:ty => $largest:expr),*) => { $(impl DensePixel for $t {
        const WHOLE: bool = true;

        #[inline(always)]
        fn number(self) -> f64 {
            f64::from(self)
        }

        #[inline(always)]
        fn count(count: i32) -> Self {
            let [low, high] = [<$t>::MIN, $largest].map(|end| i32::try_from(end).unwrap_or(i32::MAX));
            count.clamp(low, high) as $t
        }

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
    })* };
}
dense_integers!(u8 => u8::MAX - 1, u16 => u16::MAX - 1, u32 => u32::MAX - 1, i16 => i16::MAX, i32 => i32::MAX);

impl DensePixel for f32 {
    const WHOLE: bool = false;

    #[inline(always)]
    fn number(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn count(count: i32) -> Self {
        count as f32
    }

    #[inline(always)]
    fn nearest(value: f64) -> Self {
        value as f32
    }

    #[inline(always)]
    fn at_most(self, limit: f64) -> Self {
        self.min(limit as f32)
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
}
