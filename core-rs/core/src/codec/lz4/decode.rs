//! LZ4 blocks into bytes.

use super::spread::{self, Spread};
use super::{copy, MIN_MATCH};
use crate::codec::{CodecError, Problem};

/// Bytes behind the end of the output (their contents do not matter) with which [`decompress_within`] is quickest.
pub const ROOM: usize = 64;
/// A token with its short literals, the distance, and a word copied too far.
const QUICK_INPUT: usize = 1 + 14 + 2 + copy::WORD;
/// Short literals, and a word copied too far.
const QUICK_OUTPUT: usize = 14 + copy::WORD;
/// Long runs are filled by the platform's own function.
const LONG_RUN: usize = 256;

/// Decodes the block `src` into `dst` and returns the number of bytes written (at most `dst.len()`).
///
/// # Errors
/// A [`CodecError`] when the block ends early, does not fit `dst`, or refers to bytes before its start. Bytes of
/// `dst` beyond the written ones may have been overwritten.
pub fn decompress(src: &[u8], dst: &mut [u8]) -> Result<usize, CodecError> {
    decompress_within(src, src.len(), dst, dst.len())
}

/// Decodes the block `src[..end]` into `dst[..capacity]` like [`decompress`]. Bytes behind both ends are room to read
/// too far, and to write too far.
///
/// # Errors
/// As [`decompress`].
///
/// # Panics
/// When `end` or `capacity` lie outside the slices.
pub fn decompress_within(
    src: &[u8],
    end: usize,
    dst: &mut [u8],
    capacity: usize,
) -> Result<usize, CodecError> {
    assert!(end <= src.len() && capacity <= dst.len(), "room lies behind the ends");
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("ssse3") {
        // SAFETY: just looked for.
        return unsafe { decompress_ssse3(src, end, dst, capacity) };
    }
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    type Best = spread::Simd128;
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    type Best = spread::Plain;
    // SAFETY: every processor of the target has them.
    unsafe { decompress_by::<Best>(src, end, dst, capacity) }
}

/// [`decompress_by`] compiled for SSSE3.
///
/// # Safety
/// The processor has it.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "ssse3")]
unsafe fn decompress_ssse3(
    src: &[u8],
    end: usize,
    dst: &mut [u8],
    capacity: usize,
) -> Result<usize, CodecError> {
    // SAFETY: the caller's promise.
    unsafe { decompress_by::<spread::Ssse3>(src, end, dst, capacity) }
}

/// # Safety
/// The processor has the instructions of `S`.
#[inline(always)]
unsafe fn decompress_by<S: Spread>(
    src: &[u8],
    end: usize,
    dst: &mut [u8],
    capacity: usize,
) -> Result<usize, CodecError> {
    let too_long = |at| CodecError::new(at, Problem::TooLong { capacity });
    let mut i = 0;
    let mut o = 0;
    loop {
        if i >= end {
            return Err(CodecError::new(i, Problem::Ends("an LZ4 token")));
        }
        let token = src[i];
        let quick = i + QUICK_INPUT <= src.len() && o + QUICK_OUTPUT <= dst.len();
        i += 1;
        // The quick way checks short literals only later. What is told must not depend on it: literals that are missing
        // or too many are told at their first byte, before anything behind them.
        let mut first = i;
        let mut literals = usize::from(token >> 4);
        if quick && literals < 15 {
            // SAFETY: `quick` says that there is more than a word on both sides.
            unsafe { copy::word(src, i, dst, o) };
        } else {
            if literals == 15 {
                literals = long(src, end, &mut i, capacity)?;
                first = i;
            }
            if literals > end - i {
                return Err(CodecError::new(i, Problem::Ends("LZ4 literals")));
            }
            if literals > capacity.saturating_sub(o) {
                return Err(too_long(i));
            }
            copy_literals(src, i, dst, o, literals);
        }
        i += literals;
        o += literals;
        let told = |error| if o > capacity { too_long(first) } else { error };
        if i + 2 > end {
            return match i.cmp(&end) {
                core::cmp::Ordering::Equal if o <= capacity => Ok(o),
                core::cmp::Ordering::Equal => Err(too_long(first)),
                core::cmp::Ordering::Greater => Err(CodecError::new(first, Problem::Ends("LZ4 literals"))),
                core::cmp::Ordering::Less => Err(told(CodecError::new(i, Problem::Ends("an LZ4 match")))),
            };
        }
        let distance = usize::from(u16::from_le_bytes([src[i], src[i + 1]]));
        if distance == 0 || distance > o {
            return Err(told(CodecError::new(i, Problem::Offset { distance, written: o })));
        }
        i += 2;
        let mut matched = usize::from(token & 15);
        if matched == 15 {
            matched = long(src, end, &mut i, capacity).map_err(told)?;
        }
        matched += MIN_MATCH;
        if o + matched > capacity {
            return Err(told(too_long(i)));
        }
        // SAFETY: the distance was checked; the caller's promise.
        unsafe { copy_match::<S>(dst, o, distance, matched) };
        o += matched;
    }
}

/// A length that does not fit its nibble: 15 and the bytes that follow until one is not 255.
#[inline]
fn long(src: &[u8], end: usize, i: &mut usize, capacity: usize) -> Result<usize, CodecError> {
    let mut total = 15;
    for (k, &byte) in src[*i..end].iter().enumerate() {
        total += usize::from(byte);
        // Leaving early bounds both the time and the sum, whatever the input says.
        if total > capacity {
            return Err(CodecError::new(*i + k + 1, Problem::TooLong { capacity }));
        }
        if byte != 255 {
            *i += k + 1;
            return Ok(total);
        }
    }
    Err(CodecError::new(end, Problem::Ends("an LZ4 length")))
}

#[inline(always)]
fn copy_literals(src: &[u8], i: usize, dst: &mut [u8], o: usize, count: usize) {
    if i + count + copy::WORD <= src.len() && o + count + copy::WORD <= dst.len() {
        // SAFETY: just checked.
        unsafe { copy::words(src, i, dst, o, count) };
    } else {
        dst[o..o + count].copy_from_slice(&src[i..i + count]);
    }
}

/// Repeats the bytes that lie `distance` back, `count` times; the two ranges may overlap.
///
/// # Safety
/// The processor has the instructions of `S`, and `0 < distance <= o`.
#[inline(always)]
unsafe fn copy_match<S: Spread>(dst: &mut [u8], o: usize, distance: usize, count: usize) {
    if count <= copy::SHORT && o + 2 * copy::WORD <= dst.len() {
        // SAFETY: just checked; the caller's promise.
        unsafe { copy::repeat_short::<S>(dst, o, distance) };
    } else if distance == 1 && count >= LONG_RUN {
        let byte = dst[o - 1];
        dst[o..o + count].fill(byte);
    } else if o + count + 2 * copy::WORD <= dst.len() {
        // SAFETY: just checked; the caller's promise.
        unsafe { copy::repeat::<S>(dst, o, distance, count) };
    } else {
        for to in o..o + count {
            dst[to] = dst[to - distance];
        }
    }
}
