//! Bitshuffle: bit k of byte b of every element, gathered into one run per (b, k), so that the empty high bits of
//! small counts become long runs of zeros.
//!
//! Source: Masui et al. 2015, Astronomy and Computing 12, 181 (the transform) and the layout of its HDF5 filter: for n
//! elements (n a multiple of 8), bit j of byte i of run 8b+k is bit k of byte b of element 8i+j.
//!
//! 128 elements are done at once. With the eight runs of one byte as eight vectors, an 8x8 bit transpose (three
//! rounds of delta swaps between vectors) leaves vector j with the byte of the elements 8i+j; zipping vectors
//! pairwise then rotates the index bits until the bytes stand in memory order. A zip of all vectors rotates the
//! index (vector, byte in vector) left by one bit, so the way back is the same zip, as often as is left of a full turn.

use super::lanes::Lanes;
use super::{CodecError, Problem};

/// Elements done at once by the vector path.
const GROUP: usize = 128;

/// Gathers the bits of `src` into `dst`. Both hold the same n elements of `elem_size` bytes, n a multiple of 8.
///
/// # Errors
/// [`Problem::Element`] when `elem_size` is not 1, 2, 4 or 8, or the lengths do not fit.
pub fn shuffle(src: &[u8], elem_size: usize, dst: &mut [u8]) -> Result<(), CodecError> {
    check(src, elem_size, dst)?;
    match elem_size {
        1 => shuffle_sized::<1, 8>(src, dst),
        2 => shuffle_sized::<2, 16>(src, dst),
        4 => shuffle_sized::<4, 32>(src, dst),
        _ => shuffle_sized::<8, 64>(src, dst),
    }
    Ok(())
}

/// The inverse of [`shuffle`]: puts the bits back into elements.
///
/// # Errors
/// As [`shuffle`].
pub fn unshuffle(src: &[u8], elem_size: usize, dst: &mut [u8]) -> Result<(), CodecError> {
    check(src, elem_size, dst)?;
    match elem_size {
        1 => unshuffle_sized::<1, 8>(src, dst),
        2 => unshuffle_sized::<2, 16>(src, dst),
        4 => unshuffle_sized::<4, 32>(src, dst),
        _ => unshuffle_sized::<8, 64>(src, dst),
    }
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

/// `E`: bytes per element; `R = 8 E`: vectors per group.
fn unshuffle_sized<const E: usize, const R: usize>(src: &[u8], dst: &mut [u8]) {
    let elements = src.len() / E;
    let run = elements / 8;
    let whole = elements / GROUP * GROUP;
    for first in (0..whole).step_by(GROUP) {
        let column = first / 8;
        let mut v = [Lanes::splat(0); R];
        for b in 0..E {
            let mut rows: [Lanes; 8] = core::array::from_fn(|k| Lanes::load(src, (8 * b + k) * run + column));
            // The upper bytes of counts are mostly zero: nothing to transpose then.
            if !rows.iter().fold(rows[0], |all, &row| all.or(row)).is_zero() {
                transpose(&mut rows);
                for (j, &row) in rows.iter().enumerate() {
                    v[j * E + b] = row;
                }
            }
        }
        // (element in eight, byte of element) is the vector's index: turn its bits to the bottom.
        for _ in 0..R.trailing_zeros() {
            v = zip_all(&v);
        }
        let out = &mut dst[first * E..(first + GROUP) * E];
        for (n, lanes) in v.iter().enumerate() {
            lanes.store(out, 16 * n);
        }
    }
    for first in (whole..elements).step_by(8) {
        for b in 0..E {
            let column = u64::from_le_bytes(core::array::from_fn(|k| src[(8 * b + k) * run + first / 8]));
            for (j, byte) in transpose_octet(column).to_le_bytes().into_iter().enumerate() {
                dst[(first + j) * E + b] = byte;
            }
        }
    }
}

fn shuffle_sized<const E: usize, const R: usize>(src: &[u8], dst: &mut [u8]) {
    let elements = src.len() / E;
    let run = elements / 8;
    let whole = elements / GROUP * GROUP;
    for first in (0..whole).step_by(GROUP) {
        let column = first / 8;
        let group = &src[first * E..(first + GROUP) * E];
        let mut v: [Lanes; R] = core::array::from_fn(|n| Lanes::load(group, 16 * n));
        // Four more turns complete the circle that unshuffle's turns leave open.
        for _ in 0..4 {
            v = zip_all(&v);
        }
        for b in 0..E {
            let mut rows: [Lanes; 8] = core::array::from_fn(|j| v[j * E + b]);
            transpose(&mut rows);
            for (k, row) in rows.iter().enumerate() {
                row.store(dst, (8 * b + k) * run + column);
            }
        }
    }
    for first in (whole..elements).step_by(8) {
        for b in 0..E {
            let octet = u64::from_le_bytes(core::array::from_fn(|j| src[(first + j) * E + b]));
            for (k, byte) in transpose_octet(octet).to_le_bytes().into_iter().enumerate() {
                dst[(8 * b + k) * run + first / 8] = byte;
            }
        }
    }
}

/// One turn: vectors p and p + R/2 become the vectors 2p and 2p + 1, their bytes interleaved.
#[inline(always)]
fn zip_all<const R: usize>(v: &[Lanes; R]) -> [Lanes; R] {
    let mut out = *v;
    for p in 0..R / 2 {
        out[2 * p] = v[p].zip_low(v[p + R / 2]);
        out[2 * p + 1] = v[p].zip_high(v[p + R / 2]);
    }
    out
}

/// Swaps bit k of vector j with bit j of vector k, in every byte.
#[inline(always)]
fn transpose(rows: &mut [Lanes; 8]) {
    let mask = Lanes::splat(0x55);
    for p in [0, 2, 4, 6] {
        swap::<1>(rows, p, mask);
    }
    let mask = Lanes::splat(0x33);
    for p in [0, 1, 4, 5] {
        swap::<2>(rows, p, mask);
    }
    let mask = Lanes::splat(0x0f);
    for p in [0, 1, 2, 3] {
        swap::<4>(rows, p, mask);
    }
}

/// Swaps the upper bits of vector `p` (by `S`) with the lower bits of vector `p + S`.
#[inline(always)]
fn swap<const S: u32>(rows: &mut [Lanes; 8], p: usize, mask: Lanes) {
    let q = p + S as usize;
    let differ = rows[p].shr::<S>().xor(rows[q]).and(mask);
    rows[q] = rows[q].xor(differ);
    rows[p] = rows[p].xor(differ.shl::<S>());
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
