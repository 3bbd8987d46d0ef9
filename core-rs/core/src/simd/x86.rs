//! x86-64: the plain loops compiled once more for AVX2 and for AVX-512, which has scans of its own; what the processor
//! has is chosen at run time.
//!
//! Integer sums and comparisons of the same f32 products: every level gives the same results.

mod scan;

use super::{plain, KeptRun, Kernel, Limits, SmallSums};
use crate::bins::GROUP;
use crate::correct::IntegerPixel;

/// The loops of `plain` with the instructions of `$features`.
macro_rules! compiled_for {
    ($features:literal) => {
        use super::{plain, IntegerPixel, Kernel, SmallSums};

        #[target_feature(enable = $features)]
        pub fn run<K: Kernel>(kernel: K) -> K::Out {
            kernel.run()
        }

        #[target_feature(enable = $features)]
        pub fn sums<T: IntegerPixel>(signal: &[T]) -> SmallSums {
            plain::sums(signal)
        }

        #[target_feature(enable = $features)]
        pub fn byte_sums(signal: &[u8]) -> SmallSums {
            plain::byte_sums(signal)
        }

        #[target_feature(enable = $features)]
        pub fn weighted_sums<T: IntegerPixel>(signal: &[T], weights: &[i32]) -> SmallSums {
            plain::weighted_sums(signal, weights)
        }
    };
}

mod avx2 {
    use super::{KeptRun, Limits, GROUP};

    compiled_for!("avx2,bmi1,bmi2,popcnt");

    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    pub fn for_each_outside<T: IntegerPixel>(signal: &[T], low: i32, high: i32, visit: impl FnMut(usize)) {
        plain::for_each_outside(signal, low, high, visit);
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    pub fn for_each_byte_outside(signal: &[u8], low: u8, high: u8, visit: impl FnMut(usize)) {
        plain::for_each_byte_outside(signal, low, high, visit);
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    pub fn for_each_maybe_outside<T: IntegerPixel>(
        signal: &[T],
        weights: &[i32],
        low: f32,
        high: f32,
        visit: impl FnMut(usize),
    ) {
        plain::for_each_maybe_outside(signal, weights, low, high, visit);
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    pub fn keep_above<T: IntegerPixel>(
        pixels: &[[T; GROUP]],
        first: usize,
        limits: &Limits,
        settle: impl FnMut(usize, u32) -> u32,
        kept: &mut KeptRun,
    ) {
        plain::keep_above(pixels, first, limits, settle, kept);
    }
}

mod avx512 {
    compiled_for!("avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi1,bmi2,popcnt");

    pub use super::scan::{for_each_byte_outside, for_each_maybe_outside, for_each_outside, keep_above};
}

/// Calls a function in the best version that this processor runs. The answer of the detection is cached by `std`.
macro_rules! best {
    ($function:ident($($argument:expr),*)) => {
        if has_avx512() {
            // SAFETY: the processor has every feature that the function is compiled for.
            unsafe { avx512::$function($($argument),*) }
        } else if has_avx2() {
            // SAFETY: as above.
            unsafe { avx2::$function($($argument),*) }
        } else {
            plain::$function($($argument),*)
        }
    };
}

fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("popcnt")
}

fn has_avx512() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && has_avx2()
}

pub fn run<K: Kernel>(kernel: K) -> K::Out {
    best!(run(kernel))
}

/// See there.
#[cfg(test)]
pub fn run_on_every_level<K: Kernel + Clone>(kernel: K) -> Vec<K::Out> {
    let mut results = vec![plain::run(kernel.clone())];
    if has_avx2() {
        // SAFETY: checked.
        results.push(unsafe { avx2::run(kernel.clone()) });
    }
    if has_avx512() {
        // SAFETY: checked.
        results.push(unsafe { avx512::run(kernel) });
    }
    results
}

pub fn sums<T: IntegerPixel>(signal: &[T]) -> SmallSums {
    best!(sums(signal))
}

pub fn byte_sums(signal: &[u8]) -> SmallSums {
    best!(byte_sums(signal))
}

pub fn weighted_sums<T: IntegerPixel>(signal: &[T], weights: &[i32]) -> SmallSums {
    best!(weighted_sums(signal, weights))
}

pub fn for_each_outside<T: IntegerPixel>(signal: &[T], low: i32, high: i32, visit: impl FnMut(usize)) {
    best!(for_each_outside(signal, low, high, visit))
}

pub fn for_each_byte_outside(signal: &[u8], low: u8, high: u8, visit: impl FnMut(usize)) {
    best!(for_each_byte_outside(signal, low, high, visit))
}

pub fn for_each_maybe_outside<T: IntegerPixel>(
    signal: &[T],
    weights: &[i32],
    low: f32,
    high: f32,
    visit: impl FnMut(usize),
) {
    best!(for_each_maybe_outside(signal, weights, low, high, visit))
}

pub fn keep_above<T: IntegerPixel>(
    pixels: &[[T; GROUP]],
    first: usize,
    limits: &Limits,
    settle: impl FnMut(usize, u32) -> u32,
    kept: &mut KeptRun,
) {
    best!(keep_above(pixels, first, limits, settle, kept))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a level makes of a bin: sums, weighted sums, and the places visited by both scans.
    macro_rules! results {
        ($level:ident, $signal:expr, $weights:expr, $low:expr, $high:expr) => {{
            let (mut outside, mut maybe) = (Vec::new(), Vec::new());
            $level::for_each_outside($signal, $low, $high, |place| outside.push(place));
            let (low, high) = ($low as f32 * 1e-6, $high as f32 * 1e-6);
            $level::for_each_maybe_outside($signal, $weights, low, high, |place| maybe.push(place));
            ($level::sums($signal), $level::weighted_sums($signal, $weights), outside, maybe)
        }};
    }

    proptest! {
        #[test]
        fn every_level_gives_the_results_of_the_plain_loops(
            pixels in prop::collection::vec((-65_535..65_536i32, 1..i32::MAX), 0..300),
            low in -70_000..70_000i32, high in -70_000..70_000i32,
        ) {
            let (signal, weights): (Vec<i32>, Vec<i32>) = pixels.into_iter().unzip();
            let expected = results!(plain, &signal, &weights, low, high);
            if has_avx2() {
                // SAFETY: checked.
                prop_assert_eq!(unsafe { results!(avx2, &signal, &weights, low, high) }, expected.clone());
            }
            if has_avx512() {
                // SAFETY: checked.
                prop_assert_eq!(unsafe { results!(avx512, &signal, &weights, low, high) }, expected);
            }
        }
    }

    macro_rules! byte_results {
        ($level:ident, $bytes:expr, $low:expr, $high:expr) => {{
            let mut outside = Vec::new();
            $level::for_each_byte_outside($bytes, $low, $high, |place| outside.push(place));
            ($level::byte_sums($bytes), outside)
        }};
    }

    proptest! {
        #[test]
        fn every_level_gives_the_results_of_the_plain_loops_for_bytes(
            bytes in prop::collection::vec(any::<u8>(), 0..700), low in any::<u8>(), high in any::<u8>(),
        ) {
            let expected = byte_results!(plain, &bytes, low, high);
            if has_avx2() {
                // SAFETY: checked.
                prop_assert_eq!(unsafe { byte_results!(avx2, &bytes, low, high) }, expected.clone());
            }
            if has_avx512() {
                // SAFETY: checked.
                prop_assert_eq!(unsafe { byte_results!(avx512, &bytes, low, high) }, expected);
            }
        }
    }

    /// What a level keeps of groups of pixels: raster indices and values. Every other unsure pixel is settled as kept.
    macro_rules! kept {
        ($level:ident, $pixels:expr, $limits:expr) => {{
            let mut run = KeptRun::default();
            let settle = |_, bits: u32| bits & 0x5555_5555;
            $level::keep_above($pixels, 64, $limits, settle, &mut run);
            (run.kept().0.to_vec(), run.kept().1.to_vec())
        }};
    }

    fn every_level_keeps_alike<T: IntegerPixel>(pixels: &[[T; GROUP]], limits: &Limits) -> usize {
        let expected = kept!(plain, pixels, limits);
        if has_avx2() {
            // SAFETY: checked.
            assert_eq!(unsafe { kept!(avx2, pixels, limits) }, expected);
        }
        if has_avx512() {
            // SAFETY: checked.
            assert_eq!(unsafe { kept!(avx512, pixels, limits) }, expected);
        }
        expected.0.len()
    }

    #[test]
    fn every_level_keeps_the_pixels_of_the_plain_loops() {
        const GROUPS: usize = 300;
        let number = |i: usize| (i * 7919 + i / 7) % 1009;
        let above: Vec<[u8; GROUP]> =
            (0..GROUPS).map(|g| std::array::from_fn(|lane| (number(g * 32 + lane) % 32) as u8)).collect();
        let lowest: Vec<u32> = (0..GROUPS).map(|g| (number(g) % 50) as u32).collect();
        let low: Vec<i32> = (0..50 + 32).map(|b| number(b) as i32 % 97 - 20).collect();
        let high: Vec<i32> = low.iter().map(|low| low + 9).collect();
        let least: Vec<i32> = (0..50).map(|b| *low[b..b + 32].iter().min().unwrap()).collect();
        let valid =
            crate::validity::Validity { low: -15.0, high: 90.0, dummy: Some((40.0, 1.0)) }.of_integers();
        let limits = Limits { above: &above, lowest: &lowest, low: &low, high: &high, least: &least, valid };
        macro_rules! groups {
            ($pixel:ty) => {{
                let pixel = |g: usize, lane: usize| number(g * 31 + lane * 5) as i32 % 140 - 40;
                let groups: Vec<[$pixel; GROUP]> =
                    (0..GROUPS).map(|g| std::array::from_fn(|lane| pixel(g, lane) as $pixel)).collect();
                every_level_keeps_alike(&groups, &limits)
            }};
        }
        let kept = [groups!(u8), groups!(u16), groups!(u32), groups!(i16), groups!(i32)];
        assert!(kept.iter().all(|&kept| kept > 500 && kept < 30 * GROUPS), "{kept:?}");
    }

    #[test]
    fn the_comparison_of_levels_sees_one_count() {
        let (mut signal, weights) = (vec![5; 40], vec![7; 40]);
        let before = results!(plain, &signal, &weights, 0, 9);
        signal[33] += 5;
        assert_ne!(results!(plain, &signal, &weights, 0, 9), before);
    }
}
