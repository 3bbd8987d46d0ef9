//! Two lanes as AVX2 has them.

use super::Lanes;
use core::arch::x86_64 as x;

/// Thirty-two bytes.
#[derive(Clone, Copy)]
pub struct Avx2(x::__m256i);

// SAFETY of every block below: a vector exists only where the processor has AVX2 (see `Lanes`); loads and stores are
// unaligned, and their callers promise the memory.
impl Lanes for Avx2 {
    const WIDTH: usize = 32;

    #[inline(always)]
    unsafe fn zero() -> Self {
        Self(unsafe { x::_mm256_setzero_si256() })
    }
    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        Self(unsafe { x::_mm256_loadu_si256(from.cast()) })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        unsafe { x::_mm256_storeu_si256(to.cast(), self.0) }
    }
    #[inline(always)]
    unsafe fn load_pair(from: *const u8, stride: usize) -> (Self, Self) {
        unsafe {
            let (a, b) = (Self::load(from).0, Self::load(from.add(stride)).0);
            (
                Self(x::_mm256_permute2x128_si256::<0x20>(a, b)),
                Self(x::_mm256_permute2x128_si256::<0x31>(a, b)),
            )
        }
    }
    #[inline(always)]
    unsafe fn store_pair(self, next: Self, to: *mut u8, stride: usize) {
        unsafe {
            Self(x::_mm256_permute2x128_si256::<0x20>(self.0, next.0)).store(to);
            Self(x::_mm256_permute2x128_si256::<0x31>(self.0, next.0)).store(to.add(stride));
        }
    }
    #[inline(always)]
    unsafe fn stream_pair(self, next: Self, to: *mut u8, stride: usize) {
        unsafe {
            x::_mm256_stream_si256(to.cast(), x::_mm256_permute2x128_si256::<0x20>(self.0, next.0));
            x::_mm256_stream_si256(
                to.add(stride).cast(),
                x::_mm256_permute2x128_si256::<0x31>(self.0, next.0),
            );
        }
    }
    #[inline(always)]
    fn is_zero(self) -> bool {
        unsafe { x::_mm256_testz_si256(self.0, self.0) == 1 }
    }
    #[inline(always)]
    fn splat(self, byte: u8) -> Self {
        Self(unsafe { x::_mm256_set1_epi8(byte as i8) })
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(unsafe { x::_mm256_xor_si256(self.0, other.0) })
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(unsafe { x::_mm256_or_si256(self.0, other.0) })
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(unsafe { x::_mm256_and_si256(self.0, other.0) })
    }
    #[inline(always)]
    fn shr<const S: i32>(self) -> Self {
        Self(unsafe { x::_mm256_srli_epi64::<S>(self.0) })
    }
    #[inline(always)]
    fn shl<const S: i32>(self) -> Self {
        Self(unsafe { x::_mm256_slli_epi64::<S>(self.0) })
    }
    #[inline(always)]
    fn zip_low(self, other: Self) -> Self {
        Self(unsafe { x::_mm256_unpacklo_epi8(self.0, other.0) })
    }
    #[inline(always)]
    fn zip_high(self, other: Self) -> Self {
        Self(unsafe { x::_mm256_unpackhi_epi8(self.0, other.0) })
    }
}
