//! A short period repeated over a word: how matches overlap themselves that reach back less than one.

use super::copy::WORD;

/// Repeats the first `distance` bytes of a word (1 to 16), on one set of instructions.
pub trait Spread {
    /// Reads a word at `from`, and writes its first `distance` bytes, over and over, as a word at `to`.
    ///
    /// # Safety
    /// The processor has the instructions. A word can be read at `from`, and written at `to`; they may overlap.
    /// `1 <= distance <= 16`.
    unsafe fn spread(from: *const u8, distance: usize, to: *mut u8);
}

/// Which byte goes where, for each distance.
#[cfg_attr(not(any(target_arch = "x86_64", target_feature = "simd128")), allow(dead_code))]
static PLACES: [[u8; WORD]; WORD + 1] = {
    let mut places = [[0; WORD]; WORD + 1];
    let mut distance = 1;
    while distance <= WORD {
        let mut at = 0;
        while at < WORD {
            places[distance][at] = (at % distance) as u8;
            at += 1;
        }
        distance += 1;
    }
    places
};

/// Doubles the period until it fills the word.
#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
pub struct Plain;

#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
impl Spread for Plain {
    #[inline(always)]
    unsafe fn spread(from: *const u8, distance: usize, to: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe {
            let word = from.cast::<u128>().read_unaligned().to_le();
            let mut bits = 8 * distance as u32;
            let mut period = if bits < 128 { word & ((1 << bits) - 1) } else { word };
            while bits < 128 {
                period |= period << bits;
                bits *= 2;
            }
            to.cast::<u128>().write_unaligned(period.to_le());
        }
    }
}

/// One shuffle of bytes.
#[cfg(target_arch = "x86_64")]
pub struct Ssse3;

#[cfg(target_arch = "x86_64")]
impl Spread for Ssse3 {
    #[inline(always)]
    unsafe fn spread(from: *const u8, distance: usize, to: *mut u8) {
        use core::arch::x86_64::{_mm_loadu_si128, _mm_shuffle_epi8, _mm_storeu_si128};
        // SAFETY: the caller's promise; the table has a row for each distance.
        unsafe {
            let places = _mm_loadu_si128(PLACES.get_unchecked(distance).as_ptr().cast());
            let word = _mm_shuffle_epi8(_mm_loadu_si128(from.cast()), places);
            _mm_storeu_si128(to.cast(), word);
        }
    }
}

/// One shuffle of bytes.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub struct Simd128;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
impl Spread for Simd128 {
    #[inline(always)]
    unsafe fn spread(from: *const u8, distance: usize, to: *mut u8) {
        use core::arch::wasm32::{i8x16_swizzle, v128_load, v128_store};
        // SAFETY: the caller's promise; the table has a row for each distance.
        unsafe {
            let places = v128_load(PLACES.get_unchecked(distance).as_ptr().cast());
            v128_store(to.cast(), i8x16_swizzle(v128_load(from.cast()), places));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread<S: Spread>(distance: usize) -> [u8; WORD] {
        let from: [u8; WORD] = core::array::from_fn(|at| 100 + at as u8);
        let mut to = [0; WORD];
        // SAFETY: both are words; the caller has the instructions.
        unsafe { S::spread(from.as_ptr(), distance, to.as_mut_ptr()) };
        to
    }

    #[test]
    fn every_way_repeats_the_first_bytes() {
        for distance in 1..=WORD {
            let expected: [u8; WORD] = core::array::from_fn(|at| 100 + (at % distance) as u8);
            assert_eq!(spread::<Plain>(distance), expected);
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("ssse3") {
                assert_eq!(spread::<Ssse3>(distance), expected);
            }
        }
    }
}
