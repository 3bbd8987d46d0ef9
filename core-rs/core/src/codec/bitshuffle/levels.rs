//! The kernel compiled for each set of instructions; what the processor has is chosen at run time (x86-64).

use super::kernel;
use crate::codec::lanes::Base;

/// A set of instructions, the better the later. `Base` is what the target always has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// SSE2, SIMD128 or plain integers.
    Base,
    /// AVX2.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512 F and BW with GFNI.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// The best level of this processor. The answer of the detection is cached by `std`.
    #[inline]
    pub fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if has_avx512() {
                return Self::Avx512;
            }
            if is_x86_feature_detected!("avx2") {
                return Self::Avx2;
            }
        }
        Self::Base
    }
}

#[cfg(target_arch = "x86_64")]
fn has_avx512() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("gfni")
        && is_x86_feature_detected!("avx2")
}

/// Both directions for whole groups of one level, from element `first` on; they return the first element left.
macro_rules! compiled_for {
    ($level:ident, $vector:ty, $($features:literal)?) => {
        pub mod $level {
            use super::kernel;

            /// # Safety
            /// The processor has the instructions of this level; otherwise as [`kernel::unshuffle`].
            $(#[target_feature(enable = $features)])?
            pub unsafe fn unshuffle<const E: usize, const STREAM: bool>(
                src: &[u8],
                dst: &mut [u8],
                first: usize,
            ) -> usize {
                // SAFETY: the caller's promise.
                unsafe { kernel::unshuffle::<$vector, E, STREAM>(src, dst, first) }
            }

            /// # Safety
            /// As [`unshuffle`].
            $(#[target_feature(enable = $features)])?
            pub unsafe fn shuffle<const E: usize, const R: usize>(src: &[u8], dst: &mut [u8], first: usize) -> usize {
                // SAFETY: the caller's promise.
                unsafe { kernel::shuffle::<$vector, E, R>(src, dst, first) }
            }
        }
    };
}
compiled_for!(base, super::Base,);
#[cfg(target_arch = "x86_64")]
compiled_for!(avx2, crate::codec::lanes::avx2::Avx2, "avx2");
#[cfg(target_arch = "x86_64")]
compiled_for!(avx512, crate::codec::lanes::avx512::Avx512, "avx512f,avx512bw,gfni,avx2");

/// Unshuffles all whole groups of 128 elements, the larger groups of `level` first; returns the first element left.
/// `stream`: past the caches, where the level can and `dst` lies as it must.
///
/// # Safety
/// The processor has `level`; otherwise as [`kernel::unshuffle`].
#[inline]
pub unsafe fn unshuffle<const E: usize>(level: Level, src: &[u8], dst: &mut [u8], stream: bool) -> usize {
    // SAFETY: the caller's promise; streamed are multiples of 64 bytes, and a fence follows.
    unsafe {
        let stream = stream && is_line(dst);
        let first = match (level, stream) {
            (Level::Base, _) => 0,
            #[cfg(target_arch = "x86_64")]
            (Level::Avx2, false) => avx2::unshuffle::<E, false>(src, dst, 0),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx2, true) => fenced(avx2::unshuffle::<E, true>(src, dst, 0)),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx512, false) => avx512::unshuffle::<E, false>(src, dst, 0),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx512, true) => fenced(avx512::unshuffle::<E, true>(src, dst, 0)),
        };
        base::unshuffle::<E, false>(src, dst, first)
    }
}

/// Whether bytes begin with a line of the caches.
pub fn is_line(bytes: &[u8]) -> bool {
    bytes.as_ptr().addr().is_multiple_of(64)
}

/// The same number, after all that was streamed before can be seen by every thread.
#[cfg(target_arch = "x86_64")]
fn fenced(first: usize) -> usize {
    // SAFETY: SSE is part of x86-64.
    unsafe { core::arch::x86_64::_mm_sfence() };
    first
}

/// Shuffles likewise.
///
/// # Safety
/// As [`unshuffle`].
#[inline]
pub unsafe fn shuffle<const E: usize, const R: usize>(level: Level, src: &[u8], dst: &mut [u8]) -> usize {
    // SAFETY: the caller's promise.
    unsafe {
        let first = match level {
            Level::Base => 0,
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => avx2::shuffle::<E, R>(src, dst, 0),
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => avx512::shuffle::<E, R>(src, dst, 0),
        };
        base::shuffle::<E, R>(src, dst, first)
    }
}
