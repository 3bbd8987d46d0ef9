//! Vectors of bytes for the bit transposes: WASM SIMD128, SSE2, AVX2, AVX-512 with GFNI, or plain integers; all give the
//! same bits.
//!
//! A vector is one, two or four independent lanes of sixteen bytes; nothing crosses from lane to lane except in
//! [`Lanes::load_pair`] and [`Lanes::store_pair`], which give every lane memory of its own.

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
#[cfg(any(test, not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64"))))]
pub mod plain;
#[cfg(target_arch = "x86_64")]
pub mod sse2;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub mod wasm;

#[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
pub use plain::Plain as Base;
#[cfg(target_arch = "x86_64")]
pub use sse2::Sse2 as Base;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use wasm::Wasm as Base;

/// A vector of bytes. Only `load`, `load_pair` and `zero` make one from nothing, and their callers promise that the
/// processor has its instructions: so every vector that exists may be computed with.
pub trait Lanes: Copy {
    /// Bytes in a vector: 16 a lane.
    const WIDTH: usize;

    /// # Safety
    /// The processor has the type's instructions.
    unsafe fn zero() -> Self;
    /// # Safety
    /// As [`Lanes::zero`], and `WIDTH` bytes can be read from `from`.
    unsafe fn load(from: *const u8) -> Self;
    /// # Safety
    /// `WIDTH` bytes can be written to `to`.
    unsafe fn store(self, to: *mut u8);
    /// Two vectors whose lane `q` is, one after the other, the 32 bytes at `from + q * stride`.
    ///
    /// # Safety
    /// As [`Lanes::zero`], and those bytes can be read.
    unsafe fn load_pair(from: *const u8, stride: usize) -> (Self, Self);
    /// Writes lane `q` of both vectors, one after the other, to `to + q * stride`.
    ///
    /// # Safety
    /// 32 bytes can be written to each of those places.
    unsafe fn store_pair(self, next: Self, to: *mut u8, stride: usize);
    /// The same past the caches, where the processor can.
    ///
    /// # Safety
    /// As [`Lanes::store_pair`], and the places begin at multiples of 32 bytes. Other threads may look at them after a
    /// store fence alone.
    #[inline(always)]
    unsafe fn stream_pair(self, next: Self, to: *mut u8, stride: usize) {
        // SAFETY: the caller's promise.
        unsafe { self.store_pair(next, to, stride) }
    }

    /// Every byte is 0.
    fn is_zero(self) -> bool;
    /// The same byte everywhere.
    fn splat(self, byte: u8) -> Self;
    /// Bits that differ.
    fn xor(self, other: Self) -> Self;
    /// Bits of either.
    fn or(self, other: Self) -> Self;
    /// Bits of both.
    fn and(self, other: Self) -> Self;
    /// Every 64 bits shifted down.
    fn shr<const S: i32>(self) -> Self;
    /// Every 64 bits shifted up.
    fn shl<const S: i32>(self) -> Self;
    /// The lower eight bytes of each lane of both, alternating.
    fn zip_low(self, other: Self) -> Self;
    /// The upper eight bytes of each lane of both, alternating.
    fn zip_high(self, other: Self) -> Self;

    /// From eight vectors that hold bit k of bytes (vector k, bit j of byte i: bit k of byte 8i+j of the lane's 128) to
    /// these bytes in order, sixteen a vector.
    #[inline(always)]
    fn gather_bits(rows: [Self; 8]) -> [Self; 8] {
        zip_thrice(transpose(rows))
    }
}

/// One turn: vectors p and p + N/2 become the vectors 2p and 2p + 1, their bytes interleaved.
#[inline(always)]
pub fn zip_all<V: Lanes, const N: usize>(v: [V; N]) -> [V; N] {
    let mut out = v;
    for p in 0..N / 2 {
        out[2 * p] = v[p].zip_low(v[p + N / 2]);
        out[2 * p + 1] = v[p].zip_high(v[p + N / 2]);
    }
    out
}

/// From (vector, byte in lane) to (byte in lane, vector), for eight vectors.
#[inline(always)]
fn zip_thrice<V: Lanes>(v: [V; 8]) -> [V; 8] {
    zip_all(zip_all(zip_all(v)))
}

/// Swaps bit k of vector j with bit j of vector k, in every byte.
#[inline(always)]
pub fn transpose<V: Lanes>(mut rows: [V; 8]) -> [V; 8] {
    let mask = rows[0].splat(0x55);
    for p in [0, 2, 4, 6] {
        swap::<V, 1>(&mut rows, p, mask);
    }
    let mask = rows[0].splat(0x33);
    for p in [0, 1, 4, 5] {
        swap::<V, 2>(&mut rows, p, mask);
    }
    let mask = rows[0].splat(0x0f);
    for p in [0, 1, 2, 3] {
        swap::<V, 4>(&mut rows, p, mask);
    }
    rows
}

/// Swaps the upper bits of vector `p` (by `S`) with the lower bits of vector `p + S`.
#[inline(always)]
fn swap<V: Lanes, const S: i32>(rows: &mut [V; 8], p: usize, mask: V) {
    let q = p + S as usize;
    let differ = rows[p].shr::<S>().xor(rows[q]).and(mask);
    rows[q] = rows[q].xor(differ);
    rows[p] = rows[p].xor(differ.shl::<S>());
}

#[cfg(test)]
mod tests;
