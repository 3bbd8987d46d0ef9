//! Whole maps in one call: masks from images, unions, counts, and checks of lists that come from files.
//!
//! Masks hold one byte per pixel, 0 where the pixel counts. Images arrive as the little-endian bytes of their
//! elements, so that one function serves every type. Nothing is allocated beyond the result.

use crate::codec::{decode_chunk, CodecError, Encoding, Problem, Scratch};
use crate::parallel::{for_each, sum, Split, WORTH_A_THREAD};

/// 1 where an element is not zero; NaN is not zero, −0.0 is.
///
/// `bytes`: little-endian elements of `size` bytes (a rest of fewer is left out); `float`: they are IEEE 754 numbers;
/// `mask`: one byte for each.
///
/// # Panics
/// When `size` is 0.
pub fn nonzero(bytes: &[u8], size: usize, float: bool, mask: &mut [u8]) {
    // The sign of a float lies in the top bit of its last byte.
    let last = if float { 0x7f } else { 0xff };
    match size {
        1 => each::<1>(bytes, mask, |[top]| u8::from(top & last != 0)),
        2 => {
            let bits = u16::from_le_bytes([0xff, last]);
            each::<2>(bytes, mask, |pixel| u8::from(u16::from_le_bytes(pixel) & bits != 0));
        }
        4 => {
            let bits = u32::from_le_bytes([0xff, 0xff, 0xff, last]);
            each::<4>(bytes, mask, |pixel| u8::from(u32::from_le_bytes(pixel) & bits != 0));
        }
        _ => {
            for (mask, element) in mask.iter_mut().zip(bytes.chunks_exact(size)) {
                let (top, rest) = element.split_last().expect("size is not 0");
                *mask = u8::from(top & last != 0 || rest.iter().any(|&byte| byte != 0));
            }
        }
    }
}

/// The same of one HDF5 chunk of elements, of which there is one a byte of `mask`. Elements of one byte are decoded to
/// where their mask is wanted.
///
/// # Errors
/// As [`decode_chunk`].
pub fn nonzero_chunk(
    encoding: Encoding,
    chunk: &[u8],
    size: usize,
    float: bool,
    mask: &mut [u8],
) -> Result<(), CodecError> {
    let mut scratch = Scratch::default();
    if size == 1 {
        decode_chunk(encoding, chunk, size, mask, &mut scratch)?;
        mask.iter_mut().for_each(|byte| *byte = u8::from(*byte != 0));
        return Ok(());
    }
    let bytes = mask.len().checked_mul(size).ok_or(CodecError::new(0, Problem::Element { size }))?;
    let mut image = vec![0; bytes];
    decode_chunk(encoding, chunk, size, &mut image, &mut scratch)?;
    nonzero(&image, size, float, mask);
    Ok(())
}

/// One byte per pixel of `N` bytes.
pub(crate) fn each<const N: usize>(bytes: &[u8], marks: &mut [u8], mark: impl Fn([u8; N]) -> u8 + Sync) {
    let work = Marking::<N> { pixels: bytes.as_chunks().0, marks };
    for_each(work, &|Marking { pixels, marks }| {
        marks.iter_mut().zip(pixels).for_each(|(byte, &pixel)| *byte = mark(pixel));
    });
}

/// Values of a map that are NaN.
pub fn count_nan(values: &[f32]) -> usize {
    struct Values<'a>(&'a [f32]);
    impl Split for Values<'_> {
        fn split(self) -> Result<(Self, Self), Self> {
            if self.0.len() < 2 * WORTH_A_THREAD {
                return Err(self);
            }
            let (left, right) = self.0.split_at(self.0.len() / 2);
            Ok((Self(left), Self(right)))
        }
    }
    // Counted in 32 bits, as vector instructions do: a part has fewer values.
    let count = |Values(values): Values| values.iter().map(|value| u32::from(value.is_nan())).sum::<u32>();
    sum(Values(values), &|part| u64::from(count(part))) as usize
}

/// Pixels of an image, and what comes of them.
struct Marking<'a, const N: usize> {
    pixels: &'a [[u8; N]],
    marks: &'a mut [u8],
}

impl<const N: usize> Split for Marking<'_, N> {
    fn split(self) -> Result<(Self, Self), Self> {
        let half = self.pixels.len().min(self.marks.len()) / 2;
        if half < WORTH_A_THREAD {
            return Err(self);
        }
        let (left, right) = self.pixels.split_at(half);
        let (marks, rest) = self.marks.split_at_mut(half);
        Ok((Self { pixels: left, marks }, Self { pixels: right, marks: rest }))
    }
}

/// 1 where a value is NaN: the mask that a map of radii tells. `mask`: one byte for each value.
pub fn not_a_number(values: &[f32], mask: &mut [u8]) {
    each::<4>(bytemuck::cast_slice(values), mask, |value| u8::from(f32::from_le_bytes(value).is_nan()));
}

/// Adds the bits of another mask of the same length to `mask`.
///
/// # Panics
/// When the lengths differ.
pub fn unite(mask: &mut [u8], other: &[u8]) {
    assert_eq!(mask.len(), other.len(), "masks of one detector have one length");
    for (bits, more) in mask.iter_mut().zip(other) {
        *bits |= more;
    }
}

/// Pixels that a mask excludes.
pub fn count(mask: &[u8]) -> usize {
    mask.iter().filter(|&&bits| bits != 0).count()
}

/// Whether every raster index is below `pixels`.
pub fn all_below(index: &[u32], pixels: usize) -> bool {
    index.iter().all(|&pixel| (pixel as usize) < pixels)
}

/// Whether no value is below the one before it; a list with NaN does not rise.
pub fn rises(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[0] <= pair[1])
}

/// The values as u32; `None` when one of them is larger than that.
pub fn narrowed(values: &[u64]) -> Option<Vec<u32>> {
    values.iter().map(|&value| u32::try_from(value).ok()).collect()
}

/// How many kept values differ from the frame's pixels at their raster indices.
///
/// `frame` and `kept`: little-endian elements of `size` bytes, compared bit for bit. `None` when `kept` has not one
/// element per index, or an index lies outside the frame.
pub fn count_changed(frame: &[u8], size: usize, index: &[u32], kept: &[u8]) -> Option<usize> {
    if size == 0 || kept.len() != index.len().checked_mul(size)? {
        return None;
    }
    let mut changed = 0;
    for (&pixel, value) in index.iter().zip(kept.chunks_exact(size)) {
        let at = (pixel as usize).checked_mul(size)?;
        changed += usize::from(frame.get(at..at.checked_add(size)?)? != value);
    }
    Some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes<const N: usize, T: Copy>(values: &[T], to_bytes: impl Fn(T) -> [u8; N]) -> Vec<u8> {
        values.iter().flat_map(|&value| to_bytes(value)).collect()
    }

    fn nonzero_mask(bytes: &[u8], size: usize, float: bool) -> Vec<u8> {
        let mut mask = vec![9; bytes.len() / size];
        nonzero(bytes, size, float, &mut mask);
        mask
    }

    #[test]
    fn every_type_has_the_same_nonzero_pixels() {
        let expected = [0, 1, 1, 0, 1];
        assert_eq!(nonzero_mask(&[0, 1, 128, 0, 255], 1, false), expected);
        assert_eq!(nonzero_mask(&bytes(&[0, 1, -32768, 0, 256], i16::to_le_bytes), 2, false), expected);
        assert_eq!(nonzero_mask(&bytes(&[0, 1, 1 << 31, 0, 65536], u32::to_le_bytes), 4, false), expected);
        assert_eq!(nonzero_mask(&bytes(&[0, 1, i64::MIN, 0, 1 << 40], i64::to_le_bytes), 8, false), expected);
        let floats = [0.0, 1e-40, f32::NAN, -0.0, -2.0];
        assert_eq!(nonzero_mask(&bytes(&floats, f32::to_le_bytes), 4, true), expected);
        let doubles = [0.0, f64::MIN_POSITIVE, f64::INFINITY, -0.0, f64::NAN];
        assert_eq!(nonzero_mask(&bytes(&doubles, f64::to_le_bytes), 8, true), expected);
        // What tells the types apart: the same bits as an integer.
        assert_eq!(nonzero_mask(&(-0.0f32).to_le_bytes(), 4, false), [1]);
        assert!(nonzero_mask(&[], 4, true).is_empty());
    }

    #[test]
    fn large_masks_are_those_of_their_parts() {
        let values: Vec<u8> = (0..5 * WORTH_A_THREAD + 77).map(|i| (i * i % 5) as u8).collect();
        let expected: Vec<u8> = values.iter().map(|&value| u8::from(value != 0)).collect();
        assert_eq!(nonzero_mask(&values, 1, false), expected);
    }

    #[test]
    fn nan_is_masked_and_nothing_else() {
        let mut mask = [9; 5];
        not_a_number(&[0.0, f32::NAN, f32::INFINITY, -f32::NAN, -1.0], &mut mask);
        assert_eq!(mask, [0, 1, 0, 1, 0]);
        let map: Vec<f32> =
            (0..3 * WORTH_A_THREAD).map(|i| if i % 7 == 2 { f32::NAN } else { 0.0 }).collect();
        assert_eq!(count_nan(&map), (3 * WORTH_A_THREAD + 4) / 7);
    }

    #[test]
    fn a_union_has_the_bits_of_both() {
        let mut mask = [0, 1, 0, 2];
        unite(&mut mask, &[0, 0, 4, 1]);
        assert_eq!(mask, [0, 1, 4, 3]);
        assert_eq!(count(&mask), 3);
        assert_eq!(count(&[]), 0);
    }

    #[test]
    #[should_panic(expected = "one length")]
    fn masks_of_different_lengths_are_refused() {
        unite(&mut [0; 2], &[0; 3]);
    }

    #[test]
    fn the_largest_index_is_the_last_pixel() {
        assert!(all_below(&[0, 9, 3], 10));
        assert!(!all_below(&[0, 10, 3], 10));
        assert!(!all_below(&[u32::MAX], 10));
        assert!(all_below(&[], 0));
    }

    #[test]
    fn offsets_rise_or_stay() {
        assert!(rises(&[0.0, 3.0, 3.0, 9e15]));
        assert!(!rises(&[0.0, 3.0, 2.0]));
        assert!(!rises(&[0.0, f64::NAN, 4.0]));
        assert!(rises(&[]));
    }

    #[test]
    fn only_values_of_32_bits_become_u32() {
        assert_eq!(narrowed(&[0, u64::from(u32::MAX)]), Some(vec![0, u32::MAX]));
        assert_eq!(narrowed(&[1, 1 << 32]), None);
    }

    #[test]
    fn changed_values_are_counted_and_odd_lists_refused() {
        let frame = bytes(&[10, 11, 12, 13], u16::to_le_bytes);
        let kept = |values: &[u16]| bytes(values, u16::to_le_bytes);
        assert_eq!(count_changed(&frame, 2, &[0, 3], &kept(&[10, 13])), Some(0));
        assert_eq!(count_changed(&frame, 2, &[0, 3], &kept(&[10, 14])), Some(1));
        assert_eq!(count_changed(&frame, 2, &[0, 4], &kept(&[10, 13])), None);
        assert_eq!(count_changed(&frame, 2, &[0], &kept(&[10, 13])), None);
        assert_eq!(count_changed(&frame, 0, &[], &[]), None);
    }
}
