//! Scans for pixels outside of bounds with AVX-512: the places of sixteen pixels are compressed to those outside, and
//! many are visited one after the other.

use super::super::{plain, KeptRun, Limits};
use crate::bins::{GROUP, NONE, WINDOW};
use crate::correct::IntegerPixel;
use core::arch::x86_64::*;

/// Pixels of a vector.
const LANES: usize = 16;
/// Places that are visited together.
const WAITING: usize = 64;

/// Places on their way to be visited.
struct Places {
    waiting: [u32; WAITING + LANES],
    count: usize,
}

impl Places {
    fn new() -> Self {
        Self { waiting: [0; WAITING + LANES], count: 0 }
    }

    /// Takes those of the sixteen places from `first` on that are `outside`.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn push(&mut self, first: usize, outside: __mmask16, visit: &mut impl FnMut(usize)) {
        let Some(room) = self.waiting[self.count..].first_chunk_mut::<LANES>() else {
            unreachable!("at most {WAITING} places wait")
        };
        let lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        let places = _mm512_add_epi32(lanes, _mm512_set1_epi32(first as i32));
        // SAFETY: room for sixteen words; the store needs no alignment.
        unsafe {
            _mm512_storeu_si512(room.as_mut_ptr().cast(), _mm512_maskz_compress_epi32(outside, places))
        };
        self.count += outside.count_ones() as usize;
        if self.count > WAITING {
            self.visit(visit);
        }
    }

    #[inline]
    fn visit(&mut self, visit: &mut impl FnMut(usize)) {
        self.waiting[..self.count].iter().for_each(|&place| visit(place as usize));
        self.count = 0;
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(pixels: &[i32; LANES]) -> __m512i {
    // SAFETY: sixteen words are there; the load needs no alignment.
    unsafe { _mm512_loadu_si512(pixels.as_ptr().cast()) }
}

/// As [`plain::for_each_outside`].
#[target_feature(enable = "avx512f,popcnt")]
pub fn for_each_outside<T: IntegerPixel>(signal: &[T], low: i32, high: i32, mut visit: impl FnMut(usize)) {
    let (groups, rest) = signal.as_chunks::<LANES>();
    let (low16, high16) = (_mm512_set1_epi32(low), _mm512_set1_epi32(high));
    let mut places = Places::new();
    for (number, group) in groups.iter().enumerate() {
        let s = widened(group);
        let outside = _mm512_cmplt_epi32_mask(s, low16) | _mm512_cmpgt_epi32_mask(s, high16);
        if outside != 0 {
            places.push(number * LANES, outside, &mut visit);
        }
    }
    places.visit(&mut visit);
    let first = signal.len() - rest.len();
    plain::for_each_outside(rest, low, high, |place| visit(first + place));
}

/// As [`plain::for_each_byte_outside`].
#[target_feature(enable = "avx512f,avx512bw")]
pub fn for_each_byte_outside(signal: &[u8], low: u8, high: u8, mut visit: impl FnMut(usize)) {
    const BYTES: usize = 64;
    let (groups, rest) = signal.as_chunks::<BYTES>();
    let (low64, high64) = (_mm512_set1_epi8(low as i8), _mm512_set1_epi8(high as i8));
    for (number, group) in groups.iter().enumerate() {
        // SAFETY: 64 bytes are there; the load needs no alignment.
        let s = unsafe { _mm512_loadu_si512(group.as_ptr().cast()) };
        let mut outside = _mm512_cmplt_epu8_mask(s, low64) | _mm512_cmpgt_epu8_mask(s, high64);
        while outside != 0 {
            visit(number * BYTES + outside.trailing_zeros() as usize);
            outside &= outside - 1;
        }
    }
    let first = signal.len() - rest.len();
    plain::for_each_byte_outside(rest, low, high, |place| visit(first + place));
}

/// As [`plain::for_each_maybe_outside`].
#[target_feature(enable = "avx512f,popcnt")]
pub fn for_each_maybe_outside<T: IntegerPixel>(
    signal: &[T],
    weights: &[i32],
    low: f32,
    high: f32,
    mut visit: impl FnMut(usize),
) {
    let (groups, rest) = signal.as_chunks::<LANES>();
    let (weight_groups, _) = weights[..signal.len()].as_chunks::<LANES>();
    let (low16, high16) = (_mm512_set1_ps(low), _mm512_set1_ps(high));
    let mut places = Places::new();
    for (number, (group, weights)) in groups.iter().zip(weight_groups).enumerate() {
        let (s, w) = (_mm512_cvtepi32_ps(widened(group)), _mm512_cvtepi32_ps(load(weights)));
        let below = _mm512_cmp_ps_mask::<_CMP_LE_OQ>(s, _mm512_mul_ps(low16, w));
        let above = _mm512_cmp_ps_mask::<_CMP_GE_OQ>(s, _mm512_mul_ps(high16, w));
        if below | above != 0 {
            places.push(number * LANES, below | above, &mut visit);
        }
    }
    places.visit(&mut visit);
    let first = signal.len() - rest.len();
    plain::for_each_maybe_outside(rest, &weights[first..], low, high, |place| visit(first + place));
}

#[inline]
#[target_feature(enable = "avx512f")]
fn widened<T: IntegerPixel>(pixels: &[T; LANES]) -> __m512i {
    let mut wide = [0; LANES];
    for lane in 0..LANES {
        wide[lane] = pixels[lane].widen();
    }
    load(&wide)
}

/// A window of a table with one entry per bin.
#[inline]
#[target_feature(enable = "avx512f")]
fn window(table: &[i32], lowest: u32) -> [__m512i; 2] {
    const { assert!(WINDOW == 2 * LANES && GROUP == 2 * LANES && NONE as usize == WINDOW - 1) };
    let Some(window) = table[lowest as usize..].first_chunk::<WINDOW>() else { unreachable!("bin {lowest}") };
    let [first, last] = window.as_chunks().0 else { unreachable!("two vectors") };
    // No value exceeds the one that those without a bin have.
    [load(first), _mm512_mask_mov_epi32(load(last), 1 << (LANES - 1), _mm512_set1_epi32(i32::MAX))]
}

/// Whether any byte of a group is above a limit.
#[inline]
#[target_feature(enable = "avx512bw,avx512vl")]
fn any_above(bytes: &[u8; GROUP], limit: i32) -> bool {
    let Ok(limit) = u8::try_from(limit) else { return limit < 0 };
    // SAFETY: 32 bytes are there; the load needs no alignment.
    let s = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
    _mm256_cmpgt_epu8_mask(s, _mm256_set1_epi8(limit as i8)) != 0
}

/// Calls `visit(group, bits)` for every group of which pixels exceed their limits: a window of the limits lies in two
/// vectors, which a permutation looks up.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,popcnt")]
fn for_each_group_above<T: IntegerPixel>(
    pixels: &[[T; GROUP]],
    limits: &Limits,
    mut settle: impl FnMut(usize, u32) -> u32,
    mut visit: impl FnMut(usize, u32),
) {
    let [least, most, gap_first, gap_last] = limits.valid.limits().map(|limit| _mm512_set1_epi32(limit));
    for (group, (pixels, (above, &lowest))) in
        pixels.iter().zip(limits.above.iter().zip(limits.lowest)).enumerate()
    {
        if let Some(bytes) = T::as_bytes(pixels).and_then(|bytes| bytes.first_chunk()) {
            if !any_above(bytes, limits.least[lowest as usize]) {
                continue;
            }
        }
        let low = window(limits.low, lowest);
        let [first, last] = pixels.as_chunks().0 else { unreachable!("two vectors") };
        let [first_above, last_above] = above.as_chunks::<LANES>().0 else { unreachable!("two vectors") };
        let signal = [widened(first), widened(last)];
        let place = [first_above, last_above].map(|above| {
            let mut wide = [0; LANES];
            for lane in 0..LANES {
                wide[lane] = i32::from(above[lane]);
            }
            load(&wide)
        });
        let mut exceeding = [0; 2];
        for half in 0..2 {
            let limit = _mm512_permutex2var_epi32(low[0], place[half], low[1]);
            exceeding[half] = _mm512_cmpgt_epi32_mask(signal[half], limit);
        }
        if exceeding == [0; 2] {
            continue;
        }
        let (high, mut sure, mut unsure) = (window(limits.high, lowest), 0, 0);
        for half in 0..2 {
            let s = signal[half];
            let gap = _mm512_cmpge_epi32_mask(s, gap_first) & _mm512_cmple_epi32_mask(s, gap_last);
            let valid = _mm512_cmpge_epi32_mask(s, least) & _mm512_cmple_epi32_mask(s, most) & !gap;
            let limit = _mm512_permutex2var_epi32(high[0], place[half], high[1]);
            let above = _mm512_cmpgt_epi32_mask(s, limit);
            sure |= u32::from(above & valid) << (half * LANES);
            unsure |= u32::from(exceeding[half] & !above & valid) << (half * LANES);
        }
        let bits = sure | if unsure == 0 { 0 } else { settle(group, unsure) };
        if bits != 0 {
            visit(group, bits);
        }
    }
}

/// As [`plain::keep_above`]: kept pixels are compressed, sixteen at a time.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,popcnt")]
pub fn keep_above<T: IntegerPixel>(
    pixels: &[[T; GROUP]],
    first: usize,
    limits: &Limits,
    settle: impl FnMut(usize, u32) -> u32,
    kept: &mut KeptRun,
) {
    let lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    for_each_group_above(pixels, limits, settle, |group, bits| {
        for (half, pixels) in pixels[group].as_chunks::<LANES>().0.iter().enumerate() {
            let bits = (bits >> (half * LANES)) as __mmask16;
            let start = (first + group * GROUP + half * LANES) as i32;
            let index = _mm512_add_epi32(lanes, _mm512_set1_epi32(start));
            let (indices, values) = kept.room::<LANES>();
            // SAFETY: room for sixteen words each; the stores need no alignment.
            unsafe {
                _mm512_storeu_si512(indices.as_mut_ptr().cast(), _mm512_maskz_compress_epi32(bits, index));
                let packed = _mm512_maskz_compress_epi32(bits, widened(pixels));
                _mm512_storeu_si512(values.as_mut_ptr().cast(), packed);
            }
            kept.count += bits.count_ones() as usize;
        }
    });
}
