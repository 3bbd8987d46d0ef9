//! Whole maps in one call: masks from images, unions, counts, and checks of lists that come from files.
//!
//! Masks hold one byte per pixel, 0 where the pixel counts. Images arrive as the little-endian bytes of their
//! elements, so that one function serves every type. Nothing is allocated beyond the result.

use crate::plan::PixelType;

/// NXmx `pixel_mask` bit of a gap between modules (NXdetector, bit 0).
pub const GAP: u8 = 1;
/// NXmx `pixel_mask` bit of a dead pixel (NXdetector, bit 1).
pub const DEAD: u8 = 2;

/// 1 where an element is not zero; NaN is not zero, −0.0 is.
///
/// `bytes`: little-endian elements of `size` bytes (a rest of fewer is left out); `float`: they are IEEE 754 numbers.
///
/// # Panics
/// When `size` is 0.
pub fn nonzero(bytes: &[u8], size: usize, float: bool) -> Vec<u8> {
    // The sign of a float lies in the top bit of its last byte.
    let last = if float { 0x7f } else { 0xff };
    let is_set = |element: &[u8]| {
        let (top, rest) = element.split_last().expect("size is not 0");
        u8::from(top & last != 0 || rest.iter().any(|&byte| byte != 0))
    };
    bytes.chunks_exact(size).map(is_set).collect()
}

/// 1 where a value is NaN: the mask that a map of radii tells.
pub fn not_a_number(values: &[f32]) -> Vec<u8> {
    values.iter().map(|value| u8::from(value.is_nan())).collect()
}

/// What the values of an integer frame mark: the largest value of an unsigned type or −1 a [`GAP`], 32-bit counts
/// beyond i32 and values below −1 [`DEAD`], else 0. `None` for float frames, which mark with NaN.
///
/// `bytes`: little-endian pixels. Only frames of detectors that count photons mark with negative values.
pub fn frame_marks(bytes: &[u8], pixel_type: PixelType) -> Option<Vec<u8>> {
    let each = |mark: &dyn Fn(&[u8]) -> u8| bytes.chunks_exact(pixel_type.size()).map(mark).collect();
    let whole = |pixel: &[u8]| u8::from(pixel.iter().all(|&byte| byte == 0xff)) * GAP;
    let beyond = |pixel: &[u8]| match (whole(pixel), pixel.last()) {
        (0, Some(0x80..)) => DEAD,
        (gap, _) => gap,
    };
    match pixel_type {
        PixelType::U8 | PixelType::U16 => Some(each(&whole)),
        // −1 is all ones and a negative value has the top bit: signed types read alike.
        PixelType::U32 | PixelType::I16 | PixelType::I32 => Some(each(&beyond)),
        PixelType::F32 => None,
    }
}

/// Keeps the bits that another mask of the same length has too.
///
/// # Panics
/// When the lengths differ.
pub fn intersect(mask: &mut [u8], other: &[u8]) {
    assert_eq!(mask.len(), other.len(), "masks of one detector have one length");
    for (bits, common) in mask.iter_mut().zip(other) {
        *bits &= common;
    }
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

    #[test]
    fn every_type_has_the_same_nonzero_pixels() {
        let expected = [0, 1, 1, 0, 1];
        assert_eq!(nonzero(&[0, 1, 128, 0, 255], 1, false), expected);
        assert_eq!(nonzero(&bytes(&[0, 1, -32768, 0, 256], i16::to_le_bytes), 2, false), expected);
        assert_eq!(nonzero(&bytes(&[0, 1, 1 << 31, 0, 65536], u32::to_le_bytes), 4, false), expected);
        assert_eq!(nonzero(&bytes(&[0, 1, i64::MIN, 0, 1 << 40], i64::to_le_bytes), 8, false), expected);
        let floats = [0.0, 1e-40, f32::NAN, -0.0, -2.0];
        assert_eq!(nonzero(&bytes(&floats, f32::to_le_bytes), 4, true), expected);
        let doubles = [0.0, f64::MIN_POSITIVE, f64::INFINITY, -0.0, f64::NAN];
        assert_eq!(nonzero(&bytes(&doubles, f64::to_le_bytes), 8, true), expected);
        // What tells the types apart: the same bits as an integer.
        assert_eq!(nonzero(&(-0.0f32).to_le_bytes(), 4, false), [1]);
        assert!(nonzero(&[], 4, true).is_empty());
    }

    #[test]
    fn nan_is_masked_and_nothing_else() {
        assert_eq!(not_a_number(&[0.0, f32::NAN, f32::INFINITY, -f32::NAN, -1.0]), [0, 1, 0, 1, 0]);
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

    #[test]
    fn frames_mark_by_the_values_that_no_detector_counts() {
        let bytes = |values: &[u32]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
        let frame = bytes(&[0, 7, u32::MAX, u32::MAX - 1, i32::MAX as u32, 1 << 31]);
        assert_eq!(frame_marks(&frame, PixelType::U32).unwrap(), [0, 0, GAP, DEAD, 0, DEAD]);
        assert_eq!(frame_marks(&frame, PixelType::I32).unwrap(), [0, 0, GAP, DEAD, 0, DEAD]);
        let small: Vec<u8> = [0u16, 65_534, 65_535, 0x8000].iter().flat_map(|v| v.to_le_bytes()).collect();
        assert_eq!(frame_marks(&small, PixelType::U16).unwrap(), [0, 0, GAP, 0]);
        assert_eq!(frame_marks(&small, PixelType::I16).unwrap(), [0, DEAD, GAP, DEAD]);
        assert_eq!(frame_marks(&[0, 254, 255], PixelType::U8).unwrap(), [0, 0, GAP]);
        assert_eq!(frame_marks(&frame, PixelType::F32), None);
        let mut both = [GAP, GAP | DEAD, 0, DEAD];
        intersect(&mut both, &[GAP, DEAD, GAP, 0]);
        assert_eq!(both, [GAP, DEAD, 0, 0]);
    }
}
