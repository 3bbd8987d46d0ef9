//! Four lanes as AVX-512 (F and BW) has them, with the bit matrices of GFNI.

use super::{zip_thrice, Lanes};
use core::arch::x86_64 as x;

/// Sixty-four bytes.
#[derive(Clone, Copy)]
pub struct Avx512(x::__m512i);

/// Lanes (a0 a1 b0 b1), reordered to (a0 b0 a1 b1); the same order leads back.
const MIDDLE: i32 = 0b11_01_10_00;
/// Lower lanes of both operands, and upper lanes of both.
const LOW: i32 = 0b01_00_01_00;
const HIGH: i32 = 0b11_10_11_10;

// SAFETY of every block below: a vector exists only where the processor has AVX-512 F, BW and GFNI (see `Lanes`); loads
// and stores are unaligned, and their callers promise the memory.
impl Lanes for Avx512 {
    const WIDTH: usize = 64;

    #[inline(always)]
    unsafe fn zero() -> Self {
        Self(unsafe { x::_mm512_setzero_si512() })
    }
    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        Self(unsafe { x::_mm512_loadu_si512(from.cast()) })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        unsafe { x::_mm512_storeu_si512(to.cast(), self.0) }
    }
    #[inline(always)]
    unsafe fn load_pair(from: *const u8, stride: usize) -> (Self, Self) {
        unsafe {
            let half = |q: usize| x::_mm256_loadu_si256(from.add(q * stride).cast());
            let two = |q: usize| {
                let both = x::_mm512_inserti64x4::<1>(x::_mm512_castsi256_si512(half(q)), half(q + 1));
                x::_mm512_shuffle_i64x2::<MIDDLE>(both, both)
            };
            let (lower, upper) = (two(0), two(2));
            (
                Self(x::_mm512_shuffle_i64x2::<LOW>(lower, upper)),
                Self(x::_mm512_shuffle_i64x2::<HIGH>(lower, upper)),
            )
        }
    }
    #[inline(always)]
    unsafe fn store_pair(self, next: Self, to: *mut u8, stride: usize) {
        unsafe {
            for (q, half) in quarters(self, next).into_iter().enumerate() {
                x::_mm256_storeu_si256(to.add(q * stride).cast(), half);
            }
        }
    }
    #[inline(always)]
    unsafe fn stream_pair(self, next: Self, to: *mut u8, stride: usize) {
        unsafe {
            for (q, half) in quarters(self, next).into_iter().enumerate() {
                x::_mm256_stream_si256(to.add(q * stride).cast(), half);
            }
        }
    }
    #[inline(always)]
    fn is_zero(self) -> bool {
        unsafe { x::_mm512_test_epi8_mask(self.0, self.0) == 0 }
    }
    #[inline(always)]
    fn splat(self, byte: u8) -> Self {
        Self(unsafe { x::_mm512_set1_epi8(byte as i8) })
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(unsafe { x::_mm512_xor_si512(self.0, other.0) })
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(unsafe { x::_mm512_or_si512(self.0, other.0) })
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(unsafe { x::_mm512_and_si512(self.0, other.0) })
    }
    #[inline(always)]
    fn shr<const S: i32>(self) -> Self {
        Self(unsafe { x::_mm512_srlv_epi64(self.0, x::_mm512_set1_epi64(S.into())) })
    }
    #[inline(always)]
    fn shl<const S: i32>(self) -> Self {
        Self(unsafe { x::_mm512_sllv_epi64(self.0, x::_mm512_set1_epi64(S.into())) })
    }
    #[inline(always)]
    fn zip_low(self, other: Self) -> Self {
        Self(unsafe { x::_mm512_unpacklo_epi8(self.0, other.0) })
    }
    #[inline(always)]
    fn zip_high(self, other: Self) -> Self {
        Self(unsafe { x::_mm512_unpackhi_epi8(self.0, other.0) })
    }

    /// One affine map a vector transposes eight bit matrices: the matrix is the data, applied to the bytes 1, 2, 4 … 128;
    /// its rows are numbered from the last byte.
    #[inline(always)]
    fn gather_bits(mut rows: [Self; 8]) -> [Self; 8] {
        rows.reverse();
        let mut bytes = zip_thrice(rows);
        for v in &mut bytes {
            let unit = unsafe { x::_mm512_set1_epi64(0x8040_2010_0804_0201_u64 as i64) };
            *v = Self(unsafe { x::_mm512_gf2p8affine_epi64_epi8::<0>(unit, v.0) });
        }
        bytes
    }
}

/// Lane q of both vectors, side by side, for each q.
#[inline(always)]
unsafe fn quarters(first: Avx512, next: Avx512) -> [x::__m256i; 4] {
    // SAFETY: see above.
    unsafe {
        let two = |both| {
            let both = x::_mm512_shuffle_i64x2::<MIDDLE>(both, both);
            [x::_mm512_castsi512_si256(both), x::_mm512_extracti64x4_epi64::<1>(both)]
        };
        let [a, b] = two(x::_mm512_shuffle_i64x2::<LOW>(first.0, next.0));
        let [c, d] = two(x::_mm512_shuffle_i64x2::<HIGH>(first.0, next.0));
        [a, b, c, d]
    }
}
