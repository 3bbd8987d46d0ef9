//! One lane as two integers, for targets without vectors; compiled for tests too, so that machines with SIMD check it.

use super::Lanes;

/// Sixteen bytes, as two little-endian integers.
#[derive(Clone, Copy)]
pub struct Plain([u64; 2]);

impl Plain {
    fn from_bytes(bytes: [u8; 16]) -> Self {
        let word = u128::from_le_bytes(bytes);
        Self([word as u64, (word >> 64) as u64])
    }
    fn to_bytes(self) -> [u8; 16] {
        (u128::from(self.0[1]) << 64 | u128::from(self.0[0])).to_le_bytes()
    }
    fn zip(self, other: Self, first: usize) -> Self {
        let (a, b) = (self.to_bytes(), other.to_bytes());
        Self::from_bytes(core::array::from_fn(|k| [a, b][k % 2][first + k / 2]))
    }
}

impl Lanes for Plain {
    const WIDTH: usize = 16;

    unsafe fn zero() -> Self {
        Self([0; 2])
    }
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: the caller's promise.
        Self::from_bytes(unsafe { from.cast::<[u8; 16]>().read_unaligned() })
    }
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { to.cast::<[u8; 16]>().write_unaligned(self.to_bytes()) }
    }
    unsafe fn load_pair(from: *const u8, _: usize) -> (Self, Self) {
        // SAFETY: the caller's promise.
        unsafe { (Self::load(from), Self::load(from.add(16))) }
    }
    unsafe fn store_pair(self, next: Self, to: *mut u8, _: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            self.store(to);
            next.store(to.add(16));
        }
    }
    fn is_zero(self) -> bool {
        self.0[0] | self.0[1] == 0
    }
    fn splat(self, byte: u8) -> Self {
        Self::from_bytes([byte; 16])
    }
    fn xor(self, other: Self) -> Self {
        Self([self.0[0] ^ other.0[0], self.0[1] ^ other.0[1]])
    }
    fn or(self, other: Self) -> Self {
        Self([self.0[0] | other.0[0], self.0[1] | other.0[1]])
    }
    fn and(self, other: Self) -> Self {
        Self([self.0[0] & other.0[0], self.0[1] & other.0[1]])
    }
    fn shr<const S: i32>(self) -> Self {
        Self([self.0[0] >> S, self.0[1] >> S])
    }
    fn shl<const S: i32>(self) -> Self {
        Self([self.0[0] << S, self.0[1] << S])
    }
    fn zip_low(self, other: Self) -> Self {
        self.zip(other, 0)
    }
    fn zip_high(self, other: Self) -> Self {
        self.zip(other, 8)
    }
}
