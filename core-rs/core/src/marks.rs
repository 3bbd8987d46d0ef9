//! What the values of frames mark: detectors write −1, or the largest unsigned value, between their modules, and other
//! values that are no counts where a pixel is defective.
//!
//! A frame is never put together for it: the marks of bit-shuffled chunks show in the planes of their bits, of which the
//! upper ones are mostly zero. Nothing is allocated beyond a block where chunks are such, or pixels are raw.

use crate::codec::{self, Scratch, Shuffled};
use crate::mask::each;
use crate::plan::{decode, Encoding, FrameBuffer, LoadError, PixelType};
use crate::simd::{self, Kernel};

/// NXmx `pixel_mask` bit of a gap between modules (NXdetector, bit 0).
pub const GAP: u8 = 1;
/// NXmx `pixel_mask` bit of a dead pixel (NXdetector, bit 1).
pub const DEAD: u8 = 2;

/// Pixels that are looked at together where they lie as they are.
const PIECE: usize = 4096;

/// What the values of an integer frame mark: the largest value of an unsigned type or −1 a [`GAP`], 32-bit counts
/// beyond i32 and values below −1 [`DEAD`], else 0; one byte a pixel to `marks`. False for float frames, which mark with
/// NaN: nothing is written then.
///
/// Only frames of detectors that count photons mark with negative values.
///
/// # Errors
/// A [`LoadError`] when the frame's bytes are damaged, or are not those of as many pixels.
pub fn of_frame(
    encoding: Encoding,
    bytes: &[u8],
    pixel_type: PixelType,
    marks: &mut [u8],
) -> Result<bool, LoadError> {
    visit(encoding, bytes, pixel_type, marks.len(), |first, found| {
        marks[first..first + found.len()].copy_from_slice(found);
    })
}

/// Keeps those of `marks` that another frame of the same type has too. False for float frames.
///
/// # Errors
/// As [`of_frame`]; some of `marks` are kept that the frame does not have then.
pub fn keep_common(
    encoding: Encoding,
    bytes: &[u8],
    pixel_type: PixelType,
    marks: &mut [u8],
) -> Result<bool, LoadError> {
    visit(encoding, bytes, pixel_type, marks.len(), |first, found| {
        marks[first..].iter_mut().zip(found).for_each(|(bits, common)| *bits &= common);
    })
}

/// Calls `take(first_pixel, marks)` in order.
fn visit(
    encoding: Encoding,
    bytes: &[u8],
    pixel_type: PixelType,
    pixels: usize,
    mut take: impl FnMut(usize, &[u8]),
) -> Result<bool, LoadError> {
    if pixel_type == PixelType::F32 {
        return Ok(false);
    }
    let size = pixel_type.size();
    if let Encoding::Chunk(encoding) = encoding {
        let (mut ones, mut found) = (Vec::new(), Vec::new());
        let defects = marks_defects(pixel_type);
        let visited = codec::visit_chunk_bits(
            encoding,
            bytes,
            size,
            pixels * size,
            &mut Scratch::default(),
            |first, part| match part {
                Shuffled::Bits(bits) => {
                    found.resize(bits.len() / size, 0);
                    simd::run(Planes { bits, size, defects, ones: &mut ones, marks: &mut found });
                    take(first, &found);
                }
                Shuffled::Plain(values) => visit_pixels(first, values, pixel_type, &mut take),
            },
        );
        if let Some(visited) = visited {
            visited?;
            return Ok(true);
        }
    }
    if encoding == Encoding::Raw {
        if bytes.len() != pixels * size {
            return Err(LoadError::Size { found: bytes.len(), wanted: pixels * size });
        }
        visit_pixels(0, bytes, pixel_type, &mut take);
    } else {
        let mut frame = FrameBuffer::new(pixel_type, pixels, 0);
        decode(encoding, bytes, &mut frame, &mut Scratch::default())?;
        visit_pixels(0, frame.bytes(), pixel_type, &mut take);
    }
    Ok(true)
}

/// The same of pixels as they are, from number `first` on.
fn visit_pixels(first: usize, bytes: &[u8], pixel_type: PixelType, mut take: impl FnMut(usize, &[u8])) {
    let (size, mut marks) = (pixel_type.size(), [0; PIECE]);
    for (piece, bytes) in bytes.chunks(PIECE * size).enumerate() {
        let marks = &mut marks[..bytes.len() / size];
        of_pixels(bytes, pixel_type, marks);
        take(first + piece * PIECE, marks);
    }
}

/// Whether values below −1 mark; counts of 32 bits never reach so far, those of fewer bits may.
fn marks_defects(pixel_type: PixelType) -> bool {
    matches!(pixel_type, PixelType::I16 | PixelType::U32 | PixelType::I32)
}

/// The marks of little-endian integer pixels, value by value; the largest unsigned value is −1, too.
fn of_pixels(bytes: &[u8], pixel_type: PixelType, marks: &mut [u8]) {
    let defects = marks_defects(pixel_type);
    let mark = |value: i32| if value == -1 { GAP } else { u8::from(defects && value < 0) * DEAD };
    match pixel_type.size() {
        1 => each::<1>(bytes, marks, |pixel| mark(i8::from_le_bytes(pixel).into())),
        2 => each::<2>(bytes, marks, |pixel| mark(i16::from_le_bytes(pixel).into())),
        _ => each::<4>(bytes, marks, |pixel| mark(i32::from_le_bytes(pixel))),
    }
}

/// The marks of the pixels whose bits these are: −1 is all ones, and a number below 0 begins with one.
struct Planes<'a> {
    /// of whole octets of pixels of `size` bytes
    bits: &'a [u8],
    size: usize,
    /// see [`marks_defects`]
    defects: bool,
    /// room for one plane
    ones: &'a mut Vec<u8>,
    /// one a pixel
    marks: &'a mut [u8],
}

impl Kernel for Planes<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Self { bits, size, defects, ones, marks } = self;
        marks.fill(0);
        let run = bits.len() / (8 * size);
        let top = &bits[bits.len() - run..];
        if top.iter().all(|&octet| octet == 0) {
            return;
        }
        ones.clear();
        ones.extend_from_slice(top);
        for plane in bits.chunks_exact(run) {
            ones.iter_mut().zip(plane).for_each(|(ones, octet)| *ones &= octet);
        }
        for ((marks, &top), &ones) in marks.as_chunks_mut::<8>().0.iter_mut().zip(top).zip(&*ones) {
            if top == 0 {
                continue;
            }
            let dead = if defects { top & !ones } else { 0 };
            for (bit, mark) in marks.iter_mut().enumerate() {
                *mark = (((ones >> bit) & 1) * GAP) | (((dead >> bit) & 1) * DEAD);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{bitshuffle, bitshuffle_lz4};
    use crate::simd::run_on_every_level;
    use proptest::prelude::*;

    const INTEGERS: [PixelType; 5] =
        [PixelType::U8, PixelType::U16, PixelType::U32, PixelType::I16, PixelType::I32];
    const BITSHUFFLE_LZ4: Encoding = Encoding::Chunk(codec::Encoding::BitshuffleLz4);

    /// What the pixels mark, one at a time.
    fn expected(bytes: &[u8], pixel_type: PixelType) -> Vec<u8> {
        let mut marks = vec![9; bytes.len() / pixel_type.size()];
        of_pixels(bytes, pixel_type, &mut marks);
        marks
    }

    fn found(encoding: Encoding, bytes: &[u8], pixel_type: PixelType, pixels: usize) -> Vec<u8> {
        let mut marks = vec![9; pixels];
        assert_eq!(of_frame(encoding, bytes, pixel_type, &mut marks), Ok(true));
        marks
    }

    fn packed(bytes: &[u8], pixel_type: PixelType, block: usize) -> Vec<u8> {
        let mut chunk = Vec::new();
        bitshuffle_lz4::encode(bytes, pixel_type.size(), block, &mut chunk, &mut Scratch::default()).unwrap();
        chunk
    }

    #[test]
    fn frames_mark_by_the_values_that_no_detector_counts() {
        let bytes = |values: &[u32]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
        let frame = bytes(&[0, 7, u32::MAX, u32::MAX - 1, i32::MAX as u32, 1 << 31]);
        for pixel_type in [PixelType::U32, PixelType::I32] {
            assert_eq!(found(Encoding::Raw, &frame, pixel_type, 6), [0, 0, GAP, DEAD, 0, DEAD]);
        }
        let small: Vec<u8> = [0u16, 65_534, 65_535, 0x8000].iter().flat_map(|v| v.to_le_bytes()).collect();
        assert_eq!(found(Encoding::Raw, &small, PixelType::U16, 4), [0, 0, GAP, 0]);
        assert_eq!(found(Encoding::Raw, &small, PixelType::I16, 4), [0, DEAD, GAP, DEAD]);
        assert_eq!(found(Encoding::Raw, &[0, 254, 255], PixelType::U8, 3), [0, 0, GAP]);
        let mut untouched = [9; 6];
        assert_eq!(of_frame(Encoding::Raw, &frame, PixelType::F32, &mut untouched), Ok(false));
        assert_eq!(keep_common(Encoding::Raw, &frame, PixelType::F32, &mut untouched), Ok(false));
        assert_eq!(untouched, [9; 6]);
        let mut both = [GAP, GAP, GAP | DEAD, DEAD, 0, GAP];
        assert_eq!(keep_common(Encoding::Raw, &frame, PixelType::U32, &mut both), Ok(true));
        assert_eq!(both, [0, 0, GAP, DEAD, 0, 0]);
    }

    #[test]
    fn frames_that_are_not_whole_are_refused() {
        let frame: Vec<u8> = (0..40u8).collect();
        let mut marks = [0; 10];
        let error = of_frame(Encoding::Raw, &frame[1..], PixelType::U32, &mut marks);
        assert_eq!(error, Err(LoadError::Size { found: 39, wanted: 40 }));
        let chunk = packed(&frame, PixelType::U32, 0);
        for pixels in [9, 11] {
            let marks = &mut vec![0; pixels];
            assert!(matches!(
                of_frame(BITSHUFFLE_LZ4, &chunk, PixelType::U32, marks),
                Err(LoadError::Damaged(_))
            ));
        }
        for end in 0..chunk.len() {
            let cut = keep_common(BITSHUFFLE_LZ4, &chunk[..end], PixelType::U32, &mut marks);
            assert!(matches!(cut, Err(LoadError::Damaged(_))), "{end} bytes");
        }
        assert_eq!(
            of_frame(Encoding::ByteOffset, &frame, PixelType::U32, &mut marks),
            Err(LoadError::NotInt32)
        );
    }

    #[derive(Clone)]
    struct Alone<'a>(&'a [u8], PixelType);

    impl Kernel for Alone<'_> {
        type Out = Vec<u8>;

        #[inline(always)]
        fn run(self) -> Vec<u8> {
            let Self(bits, pixel_type) = self;
            let (size, defects) = (pixel_type.size(), marks_defects(pixel_type));
            let mut marks = vec![9; bits.len() / size];
            Planes { bits, size, defects, ones: &mut vec![7; 3], marks: &mut marks }.run();
            marks
        }
    }

    proptest! {
        #[test]
        fn bits_and_values_mark_the_same(
            values in prop::collection::vec(prop_oneof![
                5 => 0i32..300, 2 => Just(-1), 1 => Just(-2), 1 => any::<i32>(), 1 => Just(i32::MIN),
            ], 0..9000),
            quiet in 0usize..9000,
            block in 0usize..40,
        ) {
            // Some blocks without any mark, too.
            let values: Vec<i32> = values.iter().enumerate().map(|(i, &v)| if i < quiet { v & 0x3f } else { v }).collect();
            for pixel_type in INTEGERS {
                let size = pixel_type.size();
                let frame: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()[..size].to_vec()).collect();
                let marks = expected(&frame, pixel_type);
                prop_assert_eq!(&found(Encoding::Raw, &frame, pixel_type, values.len()), &marks);
                let chunk = packed(&frame, pixel_type, 8 * block);
                prop_assert_eq!(&found(BITSHUFFLE_LZ4, &chunk, pixel_type, values.len()), &marks);
                let mut common = vec![GAP; values.len()];
                prop_assert_eq!(keep_common(BITSHUFFLE_LZ4, &chunk, pixel_type, &mut common), Ok(true));
                prop_assert_eq!(common, marks.iter().map(|&m| m & GAP).collect::<Vec<_>>());
                let whole = frame.len() / (8 * size) * (8 * size);
                let mut bits = vec![0; whole];
                bitshuffle::shuffle(&frame[..whole], size, &mut bits).unwrap();
                for on_level in run_on_every_level(Alone(&bits, pixel_type)) {
                    prop_assert_eq!(&on_level[..], &marks[..whole / size]);
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "left")]
    fn the_comparison_sees_one_mark() {
        let mut frame = [0u8; 64];
        let marks = expected(&frame, PixelType::I16);
        frame[20..22].fill(255);
        assert_eq!(found(BITSHUFFLE_LZ4, &packed(&frame, PixelType::I16, 8), PixelType::I16, 32), marks);
    }
}
