//! Plain loops: for targets without a module of their own, and the body of those that compile them anew.

use super::{KeptRun, Limits, SmallSums};
use crate::background::{GROUP as NEAR, NONE};
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

#[inline(always)]
pub fn for_each_outside<T: IntegerPixel>(signal: &[T], low: i32, high: i32, mut visit: impl FnMut(usize)) {
    let outside = |s: T| (s.widen() < low) | (s.widen() > high);
    for (group, s) in signal.chunks(GROUP).enumerate() {
        if s.iter().fold(false, |any, &s| any | outside(s)) {
            for (i, &s) in s.iter().enumerate() {
                if outside(s) {
                    visit(group * GROUP + i);
                }
            }
        }
    }
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

/// Pixels of a group that are looked at together.
const SOME: usize = 8;

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
        for (part, some) in pixels.as_chunks::<SOME>().0.iter().enumerate() {
            let mut bits = lanes::above(&some.map(T::widen), least);
            while bits != 0 {
                let lane = part * SOME + bits.trailing_zeros() as usize;
                let s = pixels[lane].widen();
                if above[lane] != NONE && limits.valid.contains(s) {
                    let bin = lowest + usize::from(above[lane]);
                    sure |= u32::from(s > limits.high[bin]) << lane;
                    unsure |= u32::from(s > limits.low[bin]) << lane;
                }
                bits &= bits - 1;
            }
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

/// A bit for each value above a limit.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod lanes {
    #[inline(always)]
    pub fn above(values: &[i32; super::SOME], limit: i32) -> u32 {
        if values.iter().fold(i32::MIN, |most, &value| most.max(value)) <= limit {
            return 0;
        }
        values.iter().rev().fold(0, |bits, &value| bits << 1 | u32::from(value > limit))
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
