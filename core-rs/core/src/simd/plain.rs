//! Plain loops: for targets without a module of their own, and the body of those that compile them anew.

use super::{KeptRun, Limits, SmallSums};
use crate::bins::{GROUP as NEAR, NONE};
use crate::correct::IntegerPixel;

#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub fn run<K: super::Kernel>(kernel: K) -> K::Out {
    kernel.run()
}

#[inline(always)]
pub fn sums<T: IntegerPixel>(signal: &[T]) -> SmallSums {
    let mut sums = SmallSums::EMPTY;
    for s in signal {
        let s = s.widen();
        sums.signal += i64::from(s);
        sums.signal2 = sums.signal2.wrapping_add((i64::from(s) * i64::from(s)) as u64);
        sums.low = sums.low.min(s);
        sums.high = sums.high.max(s);
    }
    sums
}

/// As [`sums`] of bytes.
#[inline(always)]
pub fn byte_sums(signal: &[u8]) -> SmallSums {
    /// 32 bits hold the squares of as many.
    const SOME: usize = 1 << 14;
    let mut sums = SmallSums::EMPTY;
    for some in signal.chunks(SOME) {
        let (mut signal, mut signal2, mut low, mut high) = (0, 0, u8::MAX, 0);
        for &byte in some {
            let s = u32::from(byte);
            signal += s;
            signal2 += s * s;
            low = byte.min(low);
            high = byte.max(high);
        }
        sums.signal += i64::from(signal);
        sums.signal2 += u64::from(signal2);
        (sums.low, sums.high) = (sums.low.min(low.into()), sums.high.max(high.into()));
    }
    sums
}

#[inline(always)]
pub fn weighted_sums<T: IntegerPixel>(signal: &[T], weights: &[i32]) -> SmallSums {
    let mut sums = sums(signal);
    for (&s, &w) in signal.iter().zip(weights) {
        sums.cross = sums.cross.wrapping_add(i64::from(s.widen()).wrapping_mul(i64::from(w)));
    }
    sums
}

/// Pixels looked at together: most groups hold nothing outside, and then cost no branch per pixel.
const GROUP: usize = 16;

/// Calls `visit(place)` for every place whose pixel is `outside`, in groups of `N`.
#[inline(always)]
fn for_each_where<const N: usize, T: Copy>(
    signal: &[T],
    outside: impl Fn(T) -> bool,
    mut visit: impl FnMut(usize),
) {
    for (group, s) in signal.chunks(N).enumerate() {
        if s.iter().fold(false, |any, &s| any | outside(s)) {
            for (i, &s) in s.iter().enumerate() {
                if outside(s) {
                    visit(group * N + i);
                }
            }
        }
    }
}

#[inline(always)]
pub fn for_each_outside<T: IntegerPixel>(signal: &[T], low: i32, high: i32, visit: impl FnMut(usize)) {
    for_each_where::<GROUP, T>(signal, |s| (s.widen() < low) | (s.widen() > high), visit);
}

/// As [`for_each_outside`] of bytes.
#[inline(always)]
pub fn for_each_byte_outside(signal: &[u8], low: u8, high: u8, visit: impl FnMut(usize)) {
    for_each_where::<{ 2 * GROUP }, u8>(signal, |s| (s < low) | (s > high), visit);
}

#[inline(always)]
pub fn for_each_maybe_outside<T: IntegerPixel>(
    signal: &[T],
    weights: &[i32],
    low: f32,
    high: f32,
    mut visit: impl FnMut(usize),
) {
    let outside = |s: T, w: i32| {
        let (s, w) = (s.widen() as f32, w as f32);
        (s <= low * w) | (s >= high * w)
    };
    for (group, (s, w)) in signal.chunks(GROUP).zip(weights.chunks(GROUP)).enumerate() {
        if s.iter().zip(w).fold(false, |any, (&s, &w)| any | outside(s, w)) {
            for (i, (&s, &w)) in s.iter().zip(w).enumerate() {
                if outside(s, w) {
                    visit(group * GROUP + i);
                }
            }
        }
    }
}

/// Calls `visit(group, bits)` for every group of which pixels exceed their limits.
#[inline(always)]
fn for_each_group_above<T: IntegerPixel>(
    pixels: &[[T; NEAR]],
    limits: &Limits,
    mut settle: impl FnMut(usize, u32) -> u32,
    mut visit: impl FnMut(usize, u32),
) {
    for (group, pixels) in pixels.iter().enumerate() {
        let lowest = limits.lowest[group] as usize;
        let (least, above) = (limits.least[lowest], &limits.above[group]);
        let (mut sure, mut unsure) = (0, 0);
        let mut bits = lanes::above(pixels, least);
        while bits != 0 {
            let lane = bits.trailing_zeros() as usize;
            let s = pixels[lane].widen();
            if above[lane] != NONE && limits.valid.contains(s) {
                let bin = lowest + usize::from(above[lane]);
                sure |= u32::from(s > limits.high[bin]) << lane;
                unsure |= u32::from(s > limits.low[bin]) << lane;
            }
            bits &= bits - 1;
        }
        if unsure != 0 {
            unsure &= !sure;
            let bits = sure | if unsure == 0 { 0 } else { settle(group, unsure) };
            if bits != 0 {
                visit(group, bits);
            }
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod lanes {
    use crate::correct::IntegerPixel;

    /// Pixels of a group that are looked at together.
    const SOME: usize = 8;

    /// A bit for each pixel above a limit.
    #[inline(always)]
    pub fn above<T: IntegerPixel>(pixels: &[T; super::NEAR], limit: i32) -> u32 {
        let bits = |some: &[T; SOME]| {
            let values = some.map(T::widen);
            if values.iter().fold(i32::MIN, |most, &value| most.max(value)) <= limit {
                return 0;
            }
            values.iter().rev().fold(0, |bits, &value| bits << 1 | u32::from(value > limit))
        };
        pixels.as_chunks::<SOME>().0.iter().rev().fold(0, |all, some| all << SOME | bits(some))
    }
}
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use super::lanes;

#[inline(always)]
pub fn keep_above<T: IntegerPixel>(
    pixels: &[[T; NEAR]],
    first: usize,
    limits: &Limits,
    settle: impl FnMut(usize, u32) -> u32,
    kept: &mut KeptRun,
) {
    for_each_group_above(pixels, limits, settle, |group, mut bits| {
        while bits != 0 {
            let lane = bits.trailing_zeros() as usize;
            kept.push((first + group * NEAR + lane) as u32, pixels[group][lane].widen());
            bits &= bits - 1;
        }
    });
}
