//! CBF byte-offset compression (`conversions="x-CBF_BYTE_OFFSET"`): pixel differences in 1, 2, 4 or 8 bytes.
//!
//! Source: the CBFlib manual, "byte_offset" compression. The first pixel is the difference to zero; a difference that
//! does not fit is announced by the most negative value of the narrower integer: 0x80, then 0x8000, then 0x80000000.

use super::{CodecError, Problem};

/// Room that eight one-byte differences need on either side of a value: |8 * 127| rounded up.
const EIGHT_STEPS: i32 = 1024;

/// Decodes exactly `dst.len()` pixels of `src` and returns the number of bytes consumed.
///
/// Bytes after the last pixel are left alone (CBF pads its binary section).
///
/// # Errors
/// [`Problem::Ends`] when `src` is too short, [`Problem::Overflow`] when a pixel leaves the range of `i32`.
pub fn decode(src: &[u8], dst: &mut [i32]) -> Result<usize, CodecError> {
    let mut value = 0i32;
    let mut i = 0;
    let mut o = 0;
    while o < dst.len() {
        // Real frames are nearly all one-byte differences: take eight at once when none of them is the escape.
        if let (Some(deltas), Some(out)) = (src.get(i..i + 8), dst.get_mut(o..o + 8)) {
            let word = u64::from_le_bytes([
                deltas[0], deltas[1], deltas[2], deltas[3], deltas[4], deltas[5], deltas[6], deltas[7],
            ]);
            let far_from_ends = (i32::MIN + EIGHT_STEPS..=i32::MAX - EIGHT_STEPS).contains(&value);
            if !holds_escape(word) && far_from_ends {
                for (pixel, &delta) in out.iter_mut().zip(deltas) {
                    value += i32::from(delta as i8);
                    *pixel = value;
                }
                i += 8;
                o += 8;
                continue;
            }
        }
        let (delta, bytes) = delta_at(src, i)?;
        let sum = i64::from(value).checked_add(delta).and_then(|v| i32::try_from(v).ok());
        value = sum.ok_or(CodecError::new(i, Problem::Overflow))?;
        dst[o] = value;
        i += bytes;
        o += 1;
    }
    Ok(i)
}

/// Encodes the pixels of `src` into `dst`, which is cleared first and keeps its capacity.
pub fn encode(src: &[i32], dst: &mut Vec<u8>) {
    dst.clear();
    let mut last = 0i64;
    for &pixel in src {
        let delta = i64::from(pixel) - last;
        last = i64::from(pixel);
        if let Some(d) = i8::try_from(delta).ok().filter(|&d| d != i8::MIN) {
            dst.push(d as u8);
            continue;
        }
        dst.push(0x80);
        if let Some(d) = i16::try_from(delta).ok().filter(|&d| d != i16::MIN) {
            dst.extend_from_slice(&d.to_le_bytes());
            continue;
        }
        dst.extend_from_slice(&i16::MIN.to_le_bytes());
        if let Some(d) = i32::try_from(delta).ok().filter(|&d| d != i32::MIN) {
            dst.extend_from_slice(&d.to_le_bytes());
            continue;
        }
        dst.extend_from_slice(&i32::MIN.to_le_bytes());
        dst.extend_from_slice(&delta.to_le_bytes());
    }
}

/// Whether one of the eight bytes is 0x80 (the zero-byte test of "Bit Twiddling Hacks", after an XOR; it never misses
/// one, and a false alarm only costs the slow path).
fn holds_escape(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let x = word ^ (ONES * 0x80);
    x.wrapping_sub(ONES) & !x & (ONES * 0x80) != 0
}

/// The difference that begins at byte `i`, and how many bytes it takes.
fn delta_at(src: &[u8], i: usize) -> Result<(i64, usize), CodecError> {
    let ends = CodecError::new(i, Problem::Ends("a pixel difference"));
    let first = *src.get(i).ok_or(ends)? as i8;
    if first != i8::MIN {
        return Ok((i64::from(first), 1));
    }
    let second = i16::from_le_bytes(bytes_at(src, i + 1).ok_or(ends)?);
    if second != i16::MIN {
        return Ok((i64::from(second), 3));
    }
    let third = i32::from_le_bytes(bytes_at(src, i + 3).ok_or(ends)?);
    if third != i32::MIN {
        return Ok((i64::from(third), 7));
    }
    let fourth = i64::from_le_bytes(bytes_at(src, i + 7).ok_or(ends)?);
    Ok((fourth, 15))
}

fn bytes_at<const N: usize>(src: &[u8], at: usize) -> Option<[u8; N]> {
    src.get(at..)?.first_chunk().copied()
}
