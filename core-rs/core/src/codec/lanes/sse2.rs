//! One lane as SSE2 has it: part of every x86-64.

use super::Lanes;
use core::arch::x86_64 as x;

/// Sixteen bytes.
#[derive(Clone, Copy)]
pub struct Sse2(x::__m128i);

// SAFETY of every block below: the intrinsics need SSE2 only; loads and stores are unaligned, and their callers promise
// the memory.
impl Lanes for Sse2 {
    const WIDTH: usize = 16;

    #[inline(always)]
    unsafe fn zero() -> Self {
        Self(unsafe { x::_mm_setzero_si128() })
    }
    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        Self(unsafe { x::_mm_loadu_si128(from.cast()) })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        unsafe { x::_mm_storeu_si128(to.cast(), self.0) }
    }
    #[inline(always)]
    unsafe fn load_pair(from: *const u8, _: usize) -> (Self, Self) {
        unsafe { (Self::load(from), Self::load(from.add(16))) }
    }
    #[inline(always)]
    unsafe fn store_pair(self, next: Self, to: *mut u8, _: usize) {
        unsafe {
            self.store(to);
            next.store(to.add(16));
        }
    }
    #[inline(always)]
    fn is_zero(self) -> bool {
        unsafe { x::_mm_movemask_epi8(x::_mm_cmpeq_epi8(self.0, x::_mm_setzero_si128())) == 0xFFFF }
    }
    #[inline(always)]
    fn splat(self, byte: u8) -> Self {
        Self(unsafe { x::_mm_set1_epi8(byte as i8) })
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(unsafe { x::_mm_xor_si128(self.0, other.0) })
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(unsafe { x::_mm_or_si128(self.0, other.0) })
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(unsafe { x::_mm_and_si128(self.0, other.0) })
    }
    #[inline(always)]
    fn shr<const S: i32>(self) -> Self {
        Self(unsafe { x::_mm_srli_epi64::<S>(self.0) })
    }
    #[inline(always)]
    fn shl<const S: i32>(self) -> Self {
        Self(unsafe { x::_mm_slli_epi64::<S>(self.0) })
    }
    #[inline(always)]
    fn zip_low(self, other: Self) -> Self {
        Self(unsafe { x::_mm_unpacklo_epi8(self.0, other.0) })
    }
    #[inline(always)]
    fn zip_high(self, other: Self) -> Self {
        Self(unsafe { x::_mm_unpackhi_epi8(self.0, other.0) })
    }
}
