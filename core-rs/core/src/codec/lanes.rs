//! Sixteen bytes as one value: WASM SIMD128, SSE2, or plain integers; all three give the same bits.
//!
//! The only unsafe code of the codecs: two transmutes between types of equal size, and SSE2 calls on x86-64, where
//! SSE2 is part of the architecture.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod arch {
    use core::arch::wasm32 as w;

    #[derive(Clone, Copy)]
    pub struct Lanes(w::v128);

    impl Lanes {
        #[inline(always)]
        pub fn from_bytes(bytes: [u8; 16]) -> Self {
            // SAFETY: both are 16 plain bytes.
            Self(unsafe { core::mem::transmute::<[u8; 16], w::v128>(bytes) })
        }
        #[inline(always)]
        pub fn to_bytes(self) -> [u8; 16] {
            // SAFETY: both are 16 plain bytes.
            unsafe { core::mem::transmute::<w::v128, [u8; 16]>(self.0) }
        }
        #[inline(always)]
        pub fn splat(byte: u8) -> Self {
            Self(w::u8x16_splat(byte))
        }
        #[inline(always)]
        pub fn is_zero(self) -> bool {
            !w::v128_any_true(self.0)
        }
        #[inline(always)]
        pub fn xor(self, other: Self) -> Self {
            Self(w::v128_xor(self.0, other.0))
        }
        #[inline(always)]
        pub fn or(self, other: Self) -> Self {
            Self(w::v128_or(self.0, other.0))
        }
        #[inline(always)]
        pub fn and(self, other: Self) -> Self {
            Self(w::v128_and(self.0, other.0))
        }
        #[inline(always)]
        pub fn shr<const S: u32>(self) -> Self {
            Self(w::u64x2_shr(self.0, S))
        }
        #[inline(always)]
        pub fn shl<const S: u32>(self) -> Self {
            Self(w::u64x2_shl(self.0, S))
        }
        #[inline(always)]
        pub fn zip_low(self, other: Self) -> Self {
            Self(w::u8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23>(self.0, other.0))
        }
        #[inline(always)]
        pub fn zip_high(self, other: Self) -> Self {
            Self(w::u8x16_shuffle::<8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31>(
                self.0, other.0,
            ))
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod arch {
    use core::arch::x86_64 as x;

    // SAFETY of every block below: SSE2 is always present on x86-64, and `__m128i` is 16 plain bytes.
    #[derive(Clone, Copy)]
    pub struct Lanes(x::__m128i);

    impl Lanes {
        #[inline(always)]
        pub fn from_bytes(bytes: [u8; 16]) -> Self {
            Self(unsafe { core::mem::transmute::<[u8; 16], x::__m128i>(bytes) })
        }
        #[inline(always)]
        pub fn to_bytes(self) -> [u8; 16] {
            unsafe { core::mem::transmute::<x::__m128i, [u8; 16]>(self.0) }
        }
        #[inline(always)]
        pub fn splat(byte: u8) -> Self {
            Self::from_bytes([byte; 16])
        }
        #[inline(always)]
        pub fn is_zero(self) -> bool {
            u128::from_ne_bytes(self.to_bytes()) == 0
        }
        #[inline(always)]
        pub fn xor(self, other: Self) -> Self {
            Self(unsafe { x::_mm_xor_si128(self.0, other.0) })
        }
        #[inline(always)]
        pub fn or(self, other: Self) -> Self {
            Self(unsafe { x::_mm_or_si128(self.0, other.0) })
        }
        #[inline(always)]
        pub fn and(self, other: Self) -> Self {
            Self(unsafe { x::_mm_and_si128(self.0, other.0) })
        }
        #[inline(always)]
        pub fn shr<const S: u32>(self) -> Self {
            Self(unsafe { x::_mm_srl_epi64(self.0, x::_mm_cvtsi32_si128(S as i32)) })
        }
        #[inline(always)]
        pub fn shl<const S: u32>(self) -> Self {
            Self(unsafe { x::_mm_sll_epi64(self.0, x::_mm_cvtsi32_si128(S as i32)) })
        }
        #[inline(always)]
        pub fn zip_low(self, other: Self) -> Self {
            Self(unsafe { x::_mm_unpacklo_epi8(self.0, other.0) })
        }
        #[inline(always)]
        pub fn zip_high(self, other: Self) -> Self {
            Self(unsafe { x::_mm_unpackhi_epi8(self.0, other.0) })
        }
    }
}

// Compiled for tests too, so that machines with SIMD check it.
#[cfg(any(test, not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64"))))]
mod plain {
    #[derive(Clone, Copy)]
    pub struct Lanes([u64; 2]);

    impl Lanes {
        pub fn from_bytes(bytes: [u8; 16]) -> Self {
            let word = u128::from_le_bytes(bytes);
            Self([word as u64, (word >> 64) as u64])
        }
        pub fn to_bytes(self) -> [u8; 16] {
            (u128::from(self.0[1]) << 64 | u128::from(self.0[0])).to_le_bytes()
        }
        pub fn splat(byte: u8) -> Self {
            Self::from_bytes([byte; 16])
        }
        pub fn is_zero(self) -> bool {
            self.0[0] | self.0[1] == 0
        }
        pub fn xor(self, other: Self) -> Self {
            Self([self.0[0] ^ other.0[0], self.0[1] ^ other.0[1]])
        }
        pub fn or(self, other: Self) -> Self {
            Self([self.0[0] | other.0[0], self.0[1] | other.0[1]])
        }
        pub fn and(self, other: Self) -> Self {
            Self([self.0[0] & other.0[0], self.0[1] & other.0[1]])
        }
        pub fn shr<const S: u32>(self) -> Self {
            Self([self.0[0] >> S, self.0[1] >> S])
        }
        pub fn shl<const S: u32>(self) -> Self {
            Self([self.0[0] << S, self.0[1] << S])
        }
        pub fn zip_low(self, other: Self) -> Self {
            zip(self, other, 0)
        }
        pub fn zip_high(self, other: Self) -> Self {
            zip(self, other, 8)
        }
    }

    fn zip(a: Lanes, b: Lanes, first: usize) -> Lanes {
        let (a, b) = (a.to_bytes(), b.to_bytes());
        Lanes::from_bytes(core::array::from_fn(
            |k| {
                if k % 2 == 0 {
                    a[first + k / 2]
                } else {
                    b[first + k / 2]
                }
            },
        ))
    }
}

#[cfg(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64"))]
pub use arch::Lanes;
#[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
pub use plain::Lanes;

impl Lanes {
    /// The sixteen bytes of `bytes` from `at` on; panics when they are not all there.
    #[inline(always)]
    pub fn load(bytes: &[u8], at: usize) -> Self {
        let mut word = [0; 16];
        word.copy_from_slice(&bytes[at..at + 16]);
        Self::from_bytes(word)
    }

    /// Writes the sixteen bytes to `bytes` from `at` on; panics when there is no room.
    #[inline(always)]
    pub fn store(self, bytes: &mut [u8], at: usize) {
        bytes[at..at + 16].copy_from_slice(&self.to_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::{plain, Lanes};

    type Case<T> = (&'static str, fn(T, T) -> T);

    #[test]
    fn plain_and_simd_lanes_agree() {
        let simd: [Case<Lanes>; 7] = [
            ("xor", |a, b| a.xor(b)),
            ("or", |a, b| a.or(b)),
            ("and", |a, b| a.and(b)),
            ("shr", |a, _| a.shr::<2>()),
            ("shl", |a, _| a.shl::<4>()),
            ("zip_low", |a, b| a.zip_low(b)),
            ("zip_high", |a, b| a.zip_high(b)),
        ];
        let plain: [Case<plain::Lanes>; 7] = [
            ("xor", |a, b| a.xor(b)),
            ("or", |a, b| a.or(b)),
            ("and", |a, b| a.and(b)),
            ("shr", |a, _| a.shr::<2>()),
            ("shl", |a, _| a.shl::<4>()),
            ("zip_low", |a, b| a.zip_low(b)),
            ("zip_high", |a, b| a.zip_high(b)),
        ];
        let a: [u8; 16] = core::array::from_fn(|i| (i * 89 + 7) as u8);
        let b: [u8; 16] = core::array::from_fn(|i| (i * i * 31 + 130) as u8);
        for ((name, simd), (_, plain)) in simd.into_iter().zip(plain) {
            let found = simd(Lanes::from_bytes(a), Lanes::from_bytes(b)).to_bytes();
            let wanted = plain(plain::Lanes::from_bytes(a), plain::Lanes::from_bytes(b)).to_bytes();
            assert_eq!(found, wanted, "{name}");
            assert_ne!(found, a, "{name} does something");
        }
        assert_eq!(Lanes::splat(5).to_bytes(), plain::Lanes::splat(5).to_bytes());
        assert!(Lanes::splat(0).is_zero() && plain::Lanes::splat(0).is_zero());
        assert!(!Lanes::from_bytes(a).is_zero() && !plain::Lanes::from_bytes(a).is_zero());
    }
}
