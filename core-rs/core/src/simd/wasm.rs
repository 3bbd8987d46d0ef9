//! WASM SIMD128: four pixels a step. Every load is inside the slice that `chunks_exact` gave.

pub use super::plain::keep_above;
use super::{plain, SmallSums, LARGEST};
use crate::bins::GROUP;
use crate::correct::IntegerPixel;
use core::arch::wasm32::*;

impl SmallSums {
    /// Adds the sums of the pixels behind the last whole group.
    fn merge(&mut self, other: Self) {
        self.signal = self.signal.wrapping_add(other.signal);
        self.signal2 = self.signal2.wrapping_add(other.signal2);
        self.cross = self.cross.wrapping_add(other.cross);
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
    }
}

/// Four pixels.
#[inline(always)]
fn load<T: IntegerPixel>(pixels: &[T]) -> v128 {
    assert!(pixels.len() >= 4);
    let four: [i32; 4] = std::array::from_fn(|lane| pixels[lane].widen());
    // SAFETY: four i32 are there; v128 loads need no alignment.
    unsafe { v128_load(four.as_ptr().cast()) }
}

/// Bytes of a vector.
const BYTES: usize = 16;

/// Sixteen bytes.
#[inline(always)]
fn load_bytes(bytes: &[u8; BYTES]) -> v128 {
    // SAFETY: sixteen bytes are there; v128 loads need no alignment.
    unsafe { v128_load(bytes.as_ptr().cast()) }
}

/// A bit for each pixel of a group above a limit.
#[inline(always)]
pub fn above<T: IntegerPixel>(pixels: &[T; GROUP], limit: i32) -> u32 {
    if let Some(bytes) = T::as_bytes(pixels) {
        return match u8::try_from(limit) {
            Ok(limit) => {
                let bits = |bytes| u32::from(u8x16_bitmask(u8x16_gt(load_bytes(bytes), u8x16_splat(limit))));
                let [first, last] = bytes.as_chunks().0 else { unreachable!("two vectors") };
                bits(first) | bits(last) << BYTES
            }
            Err(_) if limit < 0 => u32::MAX,
            Err(_) => 0,
        };
    }
    let limit = i32x4_splat(limit);
    let bits = |eight: &[T; 8]| {
        let (first, last) = (i32x4_gt(load(&eight[..4]), limit), i32x4_gt(load(&eight[4..]), limit));
        if v128_any_true(v128_or(first, last)) {
            u32::from(i32x4_bitmask(first)) | u32::from(i32x4_bitmask(last)) << 4
        } else {
            0
        }
    };
    pixels.as_chunks().0.iter().rev().fold(0, |all, eight| all << 8 | bits(eight))
}

/// Products of 32-bit words with one: low and high halves of four.
#[inline(always)]
fn wide_product(words: v128, factor: v128) -> (v128, v128) {
    let (first, last) = (u64x2_extmul_low_u32x4(words, factor), u64x2_extmul_high_u32x4(words, factor));
    (i32x4_shuffle::<0, 2, 4, 6>(first, last), i32x4_shuffle::<1, 3, 5, 7>(first, last))
}

/// Four runs of Philox side by side: `counters[i]` becomes the words of its run. `rounds`: the keys of each.
/// The compiler makes 64-bit products of the plain code, which take six times as long.
#[inline(always)]
pub fn philox(counters: &mut [[u32; 4]; 4], multipliers: [u32; 2], rounds: &[[u32; 2]]) {
    let [w, x, y, z] = &*counters;
    let word = |i: usize| u32x4(w[i], x[i], y[i], z[i]);
    let (mut a, mut b, mut c, mut d) = (word(0), word(1), word(2), word(3));
    let [m0, m1] = multipliers.map(|word| u32x4_splat(word));
    for &[k0, k1] in rounds {
        let (low0, high0) = wide_product(a, m0);
        let (low1, high1) = wide_product(c, m1);
        a = v128_xor(v128_xor(high1, b), u32x4_splat(k0));
        c = v128_xor(v128_xor(high0, d), u32x4_splat(k1));
        (b, d) = (low1, low0);
    }
    macro_rules! run {
        ($i:literal) => {
            [a, b, c, d].map(|words| u32x4_extract_lane::<$i>(words))
        };
    }
    *counters = [run!(0), run!(1), run!(2), run!(3)];
}

fn horizontal_i32(v: v128) -> i64 {
    let wide = i64x2_add(i64x2_extend_low_i32x4(v), i64x2_extend_high_i32x4(v));
    horizontal_i64(wide)
}

fn horizontal_i64(v: v128) -> i64 {
    i64x2_extract_lane::<0>(v).wrapping_add(i64x2_extract_lane::<1>(v))
}

fn minimum(v: v128) -> i32 {
    let v = i32x4_min(v, i32x4_shuffle::<2, 3, 0, 1>(v, v));
    i32x4_extract_lane::<0>(v).min(i32x4_extract_lane::<1>(v))
}

fn maximum(v: v128) -> i32 {
    let v = i32x4_max(v, i32x4_shuffle::<2, 3, 0, 1>(v, v));
    i32x4_extract_lane::<0>(v).max(i32x4_extract_lane::<1>(v))
}

#[inline(always)]
fn sums_of<T: IntegerPixel, const WEIGHTED: bool>(signal: &[T], weights: &[i32]) -> SmallSums {
    let zero = i64x2_splat(0);
    let (mut sum, mut square_low, mut square_high) = (zero, zero, zero);
    let (mut cross_low, mut cross_high) = (zero, zero);
    let (mut low, mut high) = (i32x4_splat(i32::MAX), i32x4_splat(i32::MIN));
    let whole = signal.len() / 4 * 4;
    let mut at = 0;
    while at < whole {
        let s = load(&signal[at..whole]);
        sum = i32x4_add(sum, s);
        square_low = i64x2_add(square_low, i64x2_extmul_low_i32x4(s, s));
        square_high = i64x2_add(square_high, i64x2_extmul_high_i32x4(s, s));
        if WEIGHTED {
            let w = load(&weights[at..whole]);
            cross_low = i64x2_add(cross_low, i64x2_extmul_low_i32x4(s, w));
            cross_high = i64x2_add(cross_high, i64x2_extmul_high_i32x4(s, w));
        }
        low = i32x4_min(low, s);
        high = i32x4_max(high, s);
        at += 4;
    }
    let mut sums = SmallSums {
        signal: horizontal_i32(sum),
        signal2: horizontal_i64(i64x2_add(square_low, square_high)) as u64,
        cross: horizontal_i64(i64x2_add(cross_low, cross_high)),
        low: minimum(low),
        high: maximum(high),
    };
    sums.merge(if WEIGHTED {
        plain::weighted_sums(&signal[whole..], &weights[whole..])
    } else {
        plain::sums(&signal[whole..])
    });
    sums
}

pub fn sums<T: IntegerPixel>(signal: &[T]) -> SmallSums {
    sums_of::<T, false>(signal, &[])
}

/// As [`sums`] of bytes: 32 bits hold the squares of a lane, of which the largest bin has 2¹³ pairs.
pub fn byte_sums(signal: &[u8]) -> SmallSums {
    const { assert!(LARGEST / 4 * 255 * 255 < 1 << 31) };
    debug_assert!(signal.len() <= LARGEST);
    let (vectors, rest) = signal.as_chunks();
    let (mut sum, mut squares) = (i32x4_splat(0), i32x4_splat(0));
    let (mut low, mut high) = (u8x16_splat(u8::MAX), u8x16_splat(0));
    for bytes in vectors {
        let s = load_bytes(bytes);
        let (first, last) = (u16x8_extend_low_u8x16(s), u16x8_extend_high_u8x16(s));
        sum = i32x4_add(sum, u32x4_extadd_pairwise_u16x8(u16x8_extadd_pairwise_u8x16(s)));
        squares = i32x4_add(squares, i32x4_dot_i16x8(first, first));
        squares = i32x4_add(squares, i32x4_dot_i16x8(last, last));
        low = u8x16_min(low, s);
        high = u8x16_max(high, s);
    }
    let mut sums = plain::byte_sums(rest);
    if !vectors.is_empty() {
        let mut extremes = [[0u8; BYTES]; 2];
        for (extremes, v) in extremes.iter_mut().zip([low, high]) {
            // SAFETY: room for sixteen bytes; v128 stores need no alignment.
            unsafe { v128_store(extremes.as_mut_ptr().cast(), v) };
        }
        let [low, high] = extremes.map(|bytes| bytes.map(i32::from));
        sums.merge(SmallSums {
            signal: horizontal_i32(sum),
            signal2: horizontal_i32(squares) as u64,
            cross: 0,
            low: low.into_iter().fold(i32::MAX, i32::min),
            high: high.into_iter().fold(i32::MIN, i32::max),
        });
    }
    sums
}

/// As [`for_each_outside`] of bytes.
pub fn for_each_byte_outside(signal: &[u8], low: u8, high: u8, mut visit: impl FnMut(usize)) {
    let (vectors, rest) = signal.as_chunks();
    let (low16, high16) = (u8x16_splat(low), u8x16_splat(high));
    for (number, bytes) in vectors.iter().enumerate() {
        let s = load_bytes(bytes);
        let mut outside = u8x16_bitmask(v128_or(u8x16_lt(s, low16), u8x16_gt(s, high16)));
        while outside != 0 {
            visit(number * BYTES + outside.trailing_zeros() as usize);
            outside &= outside - 1;
        }
    }
    let first = signal.len() - rest.len();
    plain::for_each_byte_outside(rest, low, high, |place| visit(first + place));
}

pub fn weighted_sums<T: IntegerPixel>(signal: &[T], weights: &[i32]) -> SmallSums {
    sums_of::<T, true>(signal, &weights[..signal.len()])
}

/// Visits the set bits of a comparison of four lanes.
#[inline(always)]
fn visit_lanes(mask: v128, at: usize, visit: &mut impl FnMut(usize)) {
    let mut bits = i32x4_bitmask(mask);
    while bits != 0 {
        visit(at + bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}

pub fn for_each_outside<T: IntegerPixel>(signal: &[T], low: i32, high: i32, mut visit: impl FnMut(usize)) {
    let (low4, high4) = (i32x4_splat(low), i32x4_splat(high));
    let outside = |s: v128| v128_or(i32x4_lt(s, low4), i32x4_gt(s, high4));
    let eights = signal.len() / 8 * 8;
    let mut at = 0;
    while at < eights {
        let pair = &signal[at..at + 8];
        let (a, b) = (outside(load(pair)), outside(load(&pair[4..])));
        if v128_any_true(v128_or(a, b)) {
            visit_lanes(a, at, &mut visit);
            visit_lanes(b, at + 4, &mut visit);
        }
        at += 8;
    }
    plain::for_each_outside(&signal[eights..], low, high, |place| visit(eights + place));
}

pub fn for_each_maybe_outside<T: IntegerPixel>(
    signal: &[T],
    weights: &[i32],
    low: f32,
    high: f32,
    mut visit: impl FnMut(usize),
) {
    let (low4, high4) = (f32x4_splat(low), f32x4_splat(high));
    let outside = |s: v128, w: v128| {
        let (s, w) = (f32x4_convert_i32x4(s), f32x4_convert_i32x4(w));
        v128_or(f32x4_le(s, f32x4_mul(low4, w)), f32x4_ge(s, f32x4_mul(high4, w)))
    };
    let eights = signal.len() / 8 * 8;
    let weights = &weights[..signal.len()];
    let mut at = 0;
    while at < eights {
        let (s, w) = (&signal[at..at + 8], &weights[at..at + 8]);
        let (a, b) = (outside(load(s), load(w)), outside(load(&s[4..]), load(&w[4..])));
        if v128_any_true(v128_or(a, b)) {
            visit_lanes(a, at, &mut visit);
            visit_lanes(b, at + 4, &mut visit);
        }
        at += 8;
    }
    plain::for_each_maybe_outside(&signal[eights..], &weights[eights..], low, high, |p| visit(eights + p));
}
