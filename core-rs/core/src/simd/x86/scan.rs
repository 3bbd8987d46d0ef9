//! Scans for pixels outside of bounds with AVX-512: the places of sixteen pixels are compressed to those outside, and
//! many are visited one after the other.

use super::super::plain;
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
pub fn for_each_outside(signal: &[i32], low: i32, high: i32, mut visit: impl FnMut(usize)) {
    let (groups, rest) = signal.as_chunks::<LANES>();
    let (low16, high16) = (_mm512_set1_epi32(low), _mm512_set1_epi32(high));
    let mut places = Places::new();
    for (number, group) in groups.iter().enumerate() {
        let s = load(group);
        let outside = _mm512_cmplt_epi32_mask(s, low16) | _mm512_cmpgt_epi32_mask(s, high16);
        if outside != 0 {
            places.push(number * LANES, outside, &mut visit);
        }
    }
    places.visit(&mut visit);
    let first = signal.len() - rest.len();
    plain::for_each_outside(rest, low, high, |place| visit(first + place));
}

/// As [`plain::for_each_maybe_outside`].
#[target_feature(enable = "avx512f,popcnt")]
pub fn for_each_maybe_outside(
    signal: &[i32],
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
        let (s, w) = (_mm512_cvtepi32_ps(load(group)), _mm512_cvtepi32_ps(load(weights)));
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
