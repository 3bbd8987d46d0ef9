//! One lane as WASM SIMD128 has it.

use super::Lanes;
use core::arch::wasm32 as w;

/// Sixteen bytes.
#[derive(Clone, Copy)]
pub struct Wasm(w::v128);

// SAFETY of every block below: loads and stores are unaligned, and their callers promise the memory.
impl Lanes for Wasm {
    const WIDTH: usize = 16;

    #[inline(always)]
    unsafe fn zero() -> Self {
        Self(w::u8x16_splat(0))
    }
    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        Self(unsafe { w::v128_load(from.cast()) })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        unsafe { w::v128_store(to.cast(), self.0) }
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
        !w::v128_any_true(self.0)
    }
    #[inline(always)]
    fn splat(self, byte: u8) -> Self {
        Self(w::u8x16_splat(byte))
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(w::v128_xor(self.0, other.0))
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(w::v128_or(self.0, other.0))
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(w::v128_and(self.0, other.0))
    }
    #[inline(always)]
    fn shr<const S: i32>(self) -> Self {
        Self(w::u64x2_shr(self.0, S as u32))
    }
    #[inline(always)]
    fn shl<const S: i32>(self) -> Self {
        Self(w::u64x2_shl(self.0, S as u32))
    }
    #[inline(always)]
    fn zip_low(self, other: Self) -> Self {
        Self(w::u8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23>(self.0, other.0))
    }
    #[inline(always)]
    fn zip_high(self, other: Self) -> Self {
        Self(w::u8x16_shuffle::<8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31>(
            self.0, other.0,
        ))
    }
}
