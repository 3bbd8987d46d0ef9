//! The inner loops over a bin, several pixels at a time. `unsafe` stands here and in `codec` alone: for vector loads
//! (WASM), for calling functions compiled for instructions that were found at run time (x86-64), and for copies in the
//! codecs whose bounds were checked before. Loops that live elsewhere are compiled for those as a [`Kernel`].
//!
//! On other targets the same functions are plain loops that compilers vectorise. All give the same integers.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use wasm as lanes;

#[cfg(target_arch = "x86_64")]
mod x86;
#[cfg(target_arch = "x86_64")]
use x86 as lanes;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) use wasm::philox;

mod kept_run;
mod plain;
pub mod sorting;
#[cfg(not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128"))))]
use plain as lanes;

use crate::bins::GROUP;
use crate::correct::IntegerPixel;
use crate::validity::IntegerValidity;

pub use kept_run::KeptRun;

/// Work that is compiled once for each level of instructions. `run`, and all that it calls, must be inlined to be.
pub trait Kernel {
    /// what it gives
    type Out;
    /// Does it.
    fn run(self) -> Self::Out;
}

/// Does the work with the best instructions that this processor has. It has the same bits on all of them as long as it
/// uses integers and `+ - * /` and square roots of floats alone, which no compiler may fuse or reorder. On WebAssembly
/// each kernel is a function of its own, see [`crate::parallel::apart`].
#[inline(always)]
pub fn run<K: Kernel>(kernel: K) -> K::Out {
    #[cfg(target_arch = "x86_64")]
    return x86::run(kernel);
    #[cfg(not(target_arch = "x86_64"))]
    crate::parallel::apart(|| kernel.run())
}

/// The whole part of a number from 0 to `LIMIT` + 1, of any other number 0 or `LIMIT` + 1. Conversions by `as` saturate
/// and are taken number by number where processors have none for vectors.
#[inline(always)]
pub fn truncate_below<const LIMIT: u32>(x: f32) -> i32 {
    const { assert!(LIMIT < 1 << 23) };
    let most = (LIMIT + 1) as f32;
    let x = if x < most { x } else { most };
    let x = if x > 0.0 { x } else { 0.0 };
    // SAFETY: the number lies between 0 and 2²³.
    unsafe { x.to_int_unchecked() }
}

/// The whole part of a number from 0 to `limit`, which is not negative; 0 below and for NaN, `limit` above.
#[inline(always)]
pub fn truncate(x: f64, limit: i32) -> i32 {
    let most = f64::from(limit);
    let x = if x > 0.0 { x } else { 0.0 };
    let x = if x < most { x } else { most };
    // SAFETY: the number is 0, or lies between 0 and an i32, or is that i32.
    unsafe { x.to_int_unchecked() }
}

/// What every level that this processor has makes of the work, the plain one first.
#[cfg(test)]
pub fn run_on_every_level<K: Kernel + Clone>(kernel: K) -> Vec<K::Out> {
    #[cfg(target_arch = "x86_64")]
    return x86::run_on_every_level(kernel);
    #[cfg(not(target_arch = "x86_64"))]
    vec![kernel.run()]
}

/// Exact sums of a bin whose signals all lie in (−2¹⁶, 2¹⁶), with their extremes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmallSums {
    /// Σ s
    pub signal: i64,
    /// Σ s²
    pub signal2: u64,
    /// Σ s·ω
    pub cross: i64,
    /// smallest s
    pub low: i32,
    /// largest s
    pub high: i32,
}

impl SmallSums {
    const EMPTY: Self = Self { signal: 0, signal2: 0, cross: 0, low: i32::MAX, high: i32::MIN };
}

/// Bound of |s| below which the sums of [`LARGEST`] pixels cannot overflow their lanes: 32 bits hold Σs of the 2¹⁴
/// pixels of a lane, 64 bits hold Σs² (32 + 15 bits) and Σsω (16 + 31 + 15 bits) of 2¹⁵.
const SMALL: i32 = 1 << 16;

/// Largest bin that [`sum_small`] takes: Σsω of 2¹⁶ pixels stays below 2⁶³; larger bins take the 128-bit path.
pub const LARGEST: usize = 1 << 16;

/// Sums over a bin; `weights` is `None` where all are 1. `None` when a signal is not below 2¹⁶ or the bin is too
/// large: the caller then takes the 128-bit path.
pub fn sum_small<T: IntegerPixel>(signal: &[T], weights: Option<&[i32]>) -> Option<SmallSums> {
    if signal.len() > LARGEST {
        return None;
    }
    let sums = match (weights, T::as_bytes(signal)) {
        (None, None) => lanes::sums(signal),
        (None, Some(bytes)) => lanes::byte_sums(bytes),
        (Some(weights), _) => lanes::weighted_sums(signal, weights),
    };
    (sums.low > -SMALL && sums.high < SMALL).then_some(sums)
}

/// Calls `visit(place)` for every place with `signal < low` or `signal > high`, in order.
pub fn for_each_outside<T: IntegerPixel>(signal: &[T], low: i32, high: i32, visit: impl FnMut(usize)) {
    match T::as_bytes(signal) {
        None => lanes::for_each_outside(signal, low, high, visit),
        Some(bytes) if low <= 255 && high >= 0 => {
            lanes::for_each_byte_outside(bytes, low.max(0) as u8, high.min(255) as u8, visit);
        }
        Some(bytes) => (0..bytes.len()).for_each(visit),
    }
}

/// Calls `visit(place)` in order for every place with `signal < low·ω` or `signal > high·ω`, and for some whose
/// signal lies within 2⁻²⁰ of a bound, which the caller tests in f64: the products here are f32.
pub fn for_each_maybe_outside<T: IntegerPixel>(
    signal: &[T],
    weights: &[i32],
    low: f64,
    high: f64,
    visit: impl FnMut(usize),
) {
    let (low, high) = (widened(low, 1.0), widened(high, -1.0));
    lanes::for_each_maybe_outside(signal, weights, low, high, visit);
}

/// Which signals of a frame in raster order exceed the limit of their pixel's bin: tables of the bins with a window's
/// length behind them, and the bins of some groups of pixels (see [`Windows`](crate::bins::Windows)).
pub struct Limits<'a> {
    /// bytes of the pixels, group by group
    pub above: &'a [[u8; GROUP]],
    /// lowest bin of each group
    pub lowest: &'a [u32],
    /// no signal up to it exceeds
    pub low: &'a [i32],
    /// every signal beyond it exceeds; those between are unsure
    pub high: &'a [i32],
    /// the smallest of `low` in the window from each bin on
    pub least: &'a [i32],
    /// signals that may exceed
    pub valid: IntegerValidity,
}

/// Puts the pixels that exceed their limits behind those in `kept`; `first` is the raster index of the first pixel.
/// `settle(group, bits)` gives those of some unsure pixels of a group that do.
pub fn keep_above<T: IntegerPixel>(
    pixels: &[[T; GROUP]],
    first: usize,
    limits: &Limits,
    settle: impl FnMut(usize, u32) -> u32,
    kept: &mut KeptRun,
) {
    lanes::keep_above(pixels, first, limits, settle, kept);
}

/// A bound moved inwards by more than the rounding of three f32 operations and of its own conversion.
fn widened(bound: f64, direction: f64) -> f32 {
    const GUARD: f64 = 1.0 / 1_048_576.0; // 2⁻²⁰ against 4 roundings of 2⁻²⁴
    if bound.is_infinite() {
        return bound as f32;
    }
    (bound + direction * bound.abs() * GUARD) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(signal: &[i32], weights: &[i32]) -> SmallSums {
        let mut sums = SmallSums::EMPTY;
        for (&s, &w) in signal.iter().zip(weights) {
            sums.signal += i64::from(s);
            sums.signal2 += (i64::from(s) * i64::from(s)) as u64;
            sums.cross += i64::from(s) * i64::from(w);
            sums.low = sums.low.min(s);
            sums.high = sums.high.max(s);
        }
        sums
    }

    proptest! {
        #[test]
        fn sums_equal_the_naive_ones(pixels in prop::collection::vec((-65_535..65_536i32, 1..i32::MAX), 0..300)) {
            let (signal, weights): (Vec<i32>, Vec<i32>) = pixels.into_iter().unzip();
            let got = sum_small(&signal, Some(&weights));
            if !signal.is_empty() {
                prop_assert_eq!(got, Some(naive(&signal, &weights)));
                let unweighted = SmallSums { cross: 0, ..naive(&signal, &weights) };
                prop_assert_eq!(sum_small(&signal, None), Some(unweighted));
            }
        }

        #[test]
        fn no_place_outside_is_missed(
            pixels in prop::collection::vec((-70_000..3_000_000i32, 1..i32::MAX), 0..200),
            bounds in (-5.0..5.0f64, 0.0..10.0f64), scale in 1.0..1e-6f64.recip(),
        ) {
            let (signal, weights): (Vec<i32>, Vec<i32>) = pixels.into_iter().unzip();
            let (low, high) = (bounds.0 / scale, (bounds.0 + bounds.1) / scale);
            let mut seen = vec![false; signal.len()];
            for_each_maybe_outside(&signal, &weights, low, high, |place| seen[place] = true);
            for place in 0..signal.len() {
                let (s, w) = (f64::from(signal[place]), f64::from(weights[place]));
                let outside = s < low * w || s > high * w;
                prop_assert!(seen[place] || !outside, "missed place {}", place);
            }
            let (low, high) = (low as i32 - 3, high as i32 + 3);
            let mut places = Vec::new();
            for_each_outside(&signal, low, high, |place| places.push(place));
            let expected: Vec<usize> =
                (0..signal.len()).filter(|&p| signal[p] < low || signal[p] > high).collect();
            prop_assert_eq!(places, expected);
        }

        #[test]
        fn bytes_are_summed_and_scanned_like_wider_pixels(
            bytes in prop::collection::vec(any::<u8>(), 0..700), low in -20..280i32, high in -20..280i32,
        ) {
            let wide: Vec<i32> = bytes.iter().map(|&byte| byte.into()).collect();
            prop_assert_eq!(sum_small(&bytes, None), sum_small(&wide, None));
            let (mut places, mut expected) = (Vec::new(), Vec::new());
            for_each_outside(&bytes, low, high, |place| places.push(place));
            for_each_outside(&wide, low, high, |place| expected.push(place));
            prop_assert_eq!(places, expected);
        }
    }

    #[test]
    fn truncation_is_that_of_the_language_in_its_range_and_stays_in_it() {
        for x in [0.0, 0.99, 1.0, 77.5, 1000.999, 1001.0] {
            assert_eq!(truncate_below::<1000>(x), x as i32);
        }
        assert_eq!([-3.0, 2e9, f32::INFINITY].map(truncate_below::<1000>), [0, 1001, 1001]);
        assert!([0, 1001].contains(&truncate_below::<1000>(f32::NAN)));
        assert_eq!([0.0, 1.999, 7.0, 1e300, -2.0, f64::NAN].map(|x| truncate(x, 7)), [0, 1, 7, 7, 0, 0]);
    }

    #[test]
    fn large_signals_and_bins_are_refused() {
        assert!(sum_small(&[1, 65_535, -65_535], None).is_some());
        assert!(sum_small(&[1, 65_536], None).is_none());
        assert!(sum_small(&[-65_536], Some(&[1])).is_none());
        assert!(sum_small(&vec![1; LARGEST + 1], None).is_none());
    }

    #[test]
    fn the_largest_bin_of_the_largest_signals_does_not_overflow() {
        let (signal, weights) = (vec![65_535; LARGEST], vec![i32::MAX; LARGEST]);
        assert_eq!(sum_small(&signal, Some(&weights)), Some(naive(&signal, &weights)));
        assert_eq!(sum_small(&vec![u8::MAX; LARGEST], None), sum_small(&vec![255; LARGEST], None));
    }
}
