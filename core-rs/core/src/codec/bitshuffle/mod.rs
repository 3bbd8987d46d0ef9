//! Bitshuffle: bit k of byte b of every element, gathered into one run per (b, k), so that the empty high bits of
//! small counts become long runs of zeros.
//!
//! Source: Masui et al. 2015, Astronomy and Computing 12, 181 (the transform) and the layout of its HDF5 filter: for n
//! elements (n a multiple of 8), bit j of byte i of run 8b+k is bit k of byte b of element 8i+j.
//!
//! A lane of sixteen bytes does 128 elements. With the eight runs of one byte as eight vectors, an 8x8 bit transpose
//! (three rounds of delta swaps between vectors) leaves vector j with the byte of the elements 8i+j; zipping vectors
//! pairwise then rotates the index bits until the bytes stand in memory order. A zip of all vectors rotates the index
//! (vector, byte in lane) left by one bit, so the way back is the same zip, as often as is left of a full turn.

mod kernel;
mod levels;
mod lowest;

use super::{CodecError, Problem};
use levels::Level;

pub use lowest::{Lowest, Narrow};

/// Gathers the bits of `src` into `dst`. Both hold the same n elements of `elem_size` bytes, n a multiple of 8.
///
/// # Errors
/// [`Problem::Element`] when `elem_size` is not 1, 2, 4 or 8, or the lengths do not fit.
pub fn shuffle(src: &[u8], elem_size: usize, dst: &mut [u8]) -> Result<(), CodecError> {
    check(src, elem_size, dst)?;
    // SAFETY: the processor has its best level, and the lengths were checked.
    unsafe { shuffle_at(Level::best(), src, elem_size, dst) };
    Ok(())
}

/// The inverse of [`shuffle`]: puts the bits back into elements.
///
/// # Errors
/// As [`shuffle`].
pub fn unshuffle(src: &[u8], elem_size: usize, dst: &mut [u8]) -> Result<(), CodecError> {
    unshuffle_into(src, elem_size, dst, false)
}

/// Whether [`unshuffle_into`] can write there past the caches.
pub fn can_stream(dst: &[u8]) -> bool {
    Level::best() > Level::Base && levels::is_line(dst)
}

/// The same for a part of an image that will be read when it is complete; `stream`: past the caches, which do not hold it,
/// where the processor can. They need not fetch what is written over then, and keep what they hold.
///
/// # Errors
/// As [`shuffle`].
pub fn unshuffle_into(src: &[u8], elem_size: usize, dst: &mut [u8], stream: bool) -> Result<(), CodecError> {
    check(src, elem_size, dst)?;
    // SAFETY: the processor has its best level, and the lengths were checked.
    unsafe { unshuffle_at(Level::best(), src, elem_size, dst, stream) };
    Ok(())
}

fn check(src: &[u8], elem_size: usize, dst: &[u8]) -> Result<(), CodecError> {
    let fits = matches!(elem_size, 1 | 2 | 4 | 8)
        && src.len().is_multiple_of(8 * elem_size)
        && src.len() == dst.len();
    if fits {
        Ok(())
    } else {
        Err(CodecError::new(0, Problem::Element { size: elem_size }))
    }
}

/// # Safety
/// The processor has `level`, and the arguments passed [`check`].
unsafe fn shuffle_at(level: Level, src: &[u8], elem_size: usize, dst: &mut [u8]) {
    // SAFETY: the caller's promise.
    let first = unsafe {
        match elem_size {
            1 => levels::shuffle::<1, 8>(level, src, dst),
            2 => levels::shuffle::<2, 16>(level, src, dst),
            4 => levels::shuffle::<4, 32>(level, src, dst),
            _ => levels::shuffle::<8, 64>(level, src, dst),
        }
    };
    let run = src.len() / elem_size / 8;
    for octet in first / 8..run {
        let elements = &src[octet * 8 * elem_size..][..8 * elem_size];
        for b in 0..elem_size {
            let bytes = u64::from_le_bytes(core::array::from_fn(|j| elements[j * elem_size + b]));
            for (k, byte) in transpose_octet(bytes).to_le_bytes().into_iter().enumerate() {
                dst[(8 * b + k) * run + octet] = byte;
            }
        }
    }
}

/// # Safety
/// As [`shuffle_at`].
unsafe fn unshuffle_at(level: Level, src: &[u8], elem_size: usize, dst: &mut [u8], stream: bool) {
    // SAFETY: the caller's promise.
    let first = unsafe {
        match elem_size {
            1 => levels::unshuffle::<1>(level, src, dst, stream),
            2 => levels::unshuffle::<2>(level, src, dst, stream),
            4 => levels::unshuffle::<4>(level, src, dst, stream),
            _ => levels::unshuffle::<8>(level, src, dst, stream),
        }
    };
    let run = src.len() / elem_size / 8;
    for octet in first / 8..run {
        let elements = &mut dst[octet * 8 * elem_size..][..8 * elem_size];
        for b in 0..elem_size {
            let bits = u64::from_le_bytes(core::array::from_fn(|k| src[(8 * b + k) * run + octet]));
            for (j, byte) in transpose_octet(bits).to_le_bytes().into_iter().enumerate() {
                elements[j * elem_size + b] = byte;
            }
        }
    }
}

/// The 8x8 bit matrix whose rows are the bytes of `x`, transposed (Hacker's Delight, section 7-3).
fn transpose_octet(mut x: u64) -> u64 {
    let t = (x ^ (x >> 7)) & 0x00AA_00AA_00AA_00AA;
    x ^= t ^ (t << 7);
    let t = (x ^ (x >> 14)) & 0x0000_CCCC_0000_CCCC;
    x ^= t ^ (t << 14);
    let t = (x ^ (x >> 28)) & 0x0000_0000_F0F0_F0F0;
    x ^ t ^ (t << 28)
}

#[cfg(test)]
mod tests;
