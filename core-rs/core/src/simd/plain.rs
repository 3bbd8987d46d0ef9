//! Plain loops: for targets without a module of their own, and the body of those that compile them anew.

use super::SmallSums;

#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub fn run<K: super::Kernel>(kernel: K) -> K::Out {
    kernel.run()
}

#[inline(always)]
pub fn sums(signal: &[i32]) -> SmallSums {
    let mut sums = SmallSums::EMPTY;
    for &s in signal {
        sums.signal += i64::from(s);
        sums.signal2 = sums.signal2.wrapping_add((i64::from(s) * i64::from(s)) as u64);
        sums.low = sums.low.min(s);
        sums.high = sums.high.max(s);
    }
    sums
}

#[inline(always)]
pub fn weighted_sums(signal: &[i32], weights: &[i32]) -> SmallSums {
    let mut sums = sums(signal);
    for (&s, &w) in signal.iter().zip(weights) {
        sums.cross = sums.cross.wrapping_add(i64::from(s).wrapping_mul(i64::from(w)));
    }
    sums
}

/// Pixels looked at together: most groups hold nothing outside, and then cost no branch per pixel.
const GROUP: usize = 16;

#[inline(always)]
pub fn for_each_outside(signal: &[i32], low: i32, high: i32, mut visit: impl FnMut(usize)) {
    for (group, s) in signal.chunks(GROUP).enumerate() {
        if s.iter().fold(false, |any, &s| any | (s < low) | (s > high)) {
            for (i, &s) in s.iter().enumerate() {
                if s < low || s > high {
                    visit(group * GROUP + i);
                }
            }
        }
    }
}

#[inline(always)]
pub fn for_each_maybe_outside(
    signal: &[i32],
    weights: &[i32],
    low: f32,
    high: f32,
    mut visit: impl FnMut(usize),
) {
    let outside = |s: i32, w: i32| {
        let (s, w) = (s as f32, w as f32);
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
