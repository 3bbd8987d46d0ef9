//! Integer frames with 4 or 8 bits a pixel where that is enough, for the way to another device: most counts are small,
//! and the way is what takes long. The GPU's `widen.wgsl` puts them back.
//!
//! With b bits, a value below 2ᵇ − 2 is itself. 2ᵇ − 1 stands for the value with all bits set, by which detectors tell
//! gaps (−1, or the largest unsigned one). 2ᵇ − 2 stands for every other value, which is listed behind them: two 32-bit
//! words each, the pixel and its value, in the order of pixels. The first pixel has the lowest bits of the first byte;
//! pixels are filled up with zeros to whole blocks, and words are little-endian.

use super::{CodecError, Problem};
use crate::parallel::{self, Split};
use crate::simd::{self, Kernel};

/// Pixels that are looked at together.
const BLOCK: usize = 128;
/// Pixels that are worth a thread.
const PART: usize = 1 << 16;
/// A frame is not worth the trouble where more than one pixel in so many is listed: 8 bytes each.
const PIXELS_PER_LISTED: usize = 16;
/// The same for each part, which may be brighter than others.
const PIXELS_PER_LISTED_IN_PART: usize = 4;
/// Bytes of one in the list.
const PAIR: usize = 8;
/// Pixels that are asked how many bits they need, at most.
const SAMPLES: usize = 1024;
/// 4 bits are tried when fewer than one of these in so many would be listed.
const SAMPLES_PER_LISTED: usize = 20;

/// Bytes that a frame of `pixels` pixels may take.
pub const fn bound(pixels: usize) -> usize {
    pixels.next_multiple_of(BLOCK) + pixels / PIXELS_PER_LISTED * PAIR
}

/// A narrow frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Narrow {
    /// bytes of it, list included
    pub bytes: usize,
    /// of a pixel: 4 or 8
    pub bits: usize,
}

/// What is reused from frame to frame.
#[derive(Debug, Default)]
pub struct Narrower {
    /// the lists of all parts, each from where its room begins
    lists: Vec<[u32; 2]>,
    /// per part: its length, if there was room
    lengths: Vec<Option<usize>>,
}

impl Narrower {
    /// Narrows a frame of pixels of `size` bytes, 2 or 4, little-endian, to the first bytes of `out`, which has room for
    /// [`bound`] bytes: `None` where too many pixels would be listed.
    ///
    /// # Errors
    /// [`Problem::Element`] for other sizes, and a frame that is not whole pixels or has more than 2³² of them.
    ///
    /// # Panics
    /// When `out` is shorter than [`bound`].
    pub fn narrow(
        &mut self,
        frame: &[u8],
        size: usize,
        out: &mut [u8],
    ) -> Result<Option<Narrow>, CodecError> {
        match size {
            2 => self.narrow_sized::<2>(frame, out),
            4 => self.narrow_sized::<4>(frame, out),
            _ => Err(CodecError::new(0, Problem::Element { size })),
        }
    }

    fn narrow_sized<const SIZE: usize>(
        &mut self,
        frame: &[u8],
        out: &mut [u8],
    ) -> Result<Option<Narrow>, CodecError> {
        let (frame, rest) = frame.as_chunks::<SIZE>();
        if !rest.is_empty() || u32::try_from(frame.len()).is_err() {
            return Err(CodecError::new(0, Problem::Element { size: SIZE }));
        }
        assert!(out.len() >= bound(frame.len()), "there is too little room for a narrow frame");
        let stride = frame.len().div_ceil(SAMPLES).max(1);
        let listed =
            frame.iter().step_by(stride).filter(|pixel| byte_of::<SIZE, 4>(**pixel) == listed::<4>());
        if listed.count() * SAMPLES_PER_LISTED < SAMPLES {
            if let Some(bytes) = self.narrow_to::<SIZE, 4>(frame, out) {
                return Ok(Some(Narrow { bytes, bits: 4 }));
            }
        }
        Ok(self.narrow_to::<SIZE, 8>(frame, out).map(|bytes| Narrow { bytes, bits: 8 }))
    }

    fn narrow_to<const SIZE: usize, const BITS: usize>(
        &mut self,
        frame: &[[u8; SIZE]],
        out: &mut [u8],
    ) -> Option<usize> {
        let pixels = frame.len();
        let parts = pixels.div_ceil(PART);
        // Written before it is read: old lists may stay.
        self.lists.resize(parts * (PART / PIXELS_PER_LISTED_IN_PART), [0; 2]);
        self.lengths.clear();
        self.lengths.resize(parts, None);
        let (blocks, list) = out.split_at_mut(pixels.next_multiple_of(BLOCK) * BITS / 8);
        let whole = Part::<SIZE, BITS> {
            first: 0,
            frame,
            blocks,
            lists: &mut self.lists,
            lengths: &mut self.lengths,
        };
        parallel::for_each(whole, &simd::run);
        let room = pixels / PIXELS_PER_LISTED * PAIR;
        let mut written = 0;
        for (own, length) in self.lists.chunks(PART / PIXELS_PER_LISTED_IN_PART).zip(&self.lengths) {
            let own: &[u8] = bytemuck::cast_slice(&own[..(*length)?]);
            if written + own.len() > room {
                return None;
            }
            list[written..written + own.len()].copy_from_slice(own);
            written += own.len();
        }
        Some(blocks.len() + written)
    }
}

/// Some pixels of a frame, and where they go.
struct Part<'a, const SIZE: usize, const BITS: usize> {
    /// raster index of the first
    first: usize,
    frame: &'a [[u8; SIZE]],
    blocks: &'a mut [u8],
    lists: &'a mut [[u32; 2]],
    lengths: &'a mut [Option<usize>],
}

impl<const SIZE: usize, const BITS: usize> Split for Part<'_, SIZE, BITS> {
    fn split(self) -> Result<(Self, Self), Self> {
        let parts = self.lengths.len();
        if parts < 2 {
            return Err(self);
        }
        let pixels = parts / 2 * PART;
        let frame = self.frame.split_at(pixels);
        let blocks = self.blocks.split_at_mut(pixels * BITS / 8);
        let lists = self.lists.split_at_mut(pixels / PIXELS_PER_LISTED_IN_PART);
        let lengths = self.lengths.split_at_mut(parts / 2);
        let (first, second) = (self.first, self.first + pixels);
        Ok((
            Self { first, frame: frame.0, blocks: blocks.0, lists: lists.0, lengths: lengths.0 },
            Self { first: second, frame: frame.1, blocks: blocks.1, lists: lists.1, lengths: lengths.1 },
        ))
    }
}

impl<const SIZE: usize, const BITS: usize> Kernel for Part<'_, SIZE, BITS> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Some(length) = self.lengths.first_mut() else { return };
        let (whole, rest) = self.frame.as_chunks::<BLOCK>();
        let (blocks, last) = self.blocks.split_at_mut(whole.len() * BLOCK * BITS / 8);
        let mut count = 0;
        for (at, (pixels, block)) in whole.iter().zip(blocks.chunks_exact_mut(BLOCK * BITS / 8)).enumerate() {
            let bytes = pixels.map(byte_of::<SIZE, BITS>);
            pack::<BITS>(&bytes, block);
            if bytes.iter().fold(0, |any, &byte| any | u8::from(byte == listed::<BITS>())) != 0 {
                let list_of =
                    list::<SIZE, BITS>(self.first + at * BLOCK, pixels, &bytes, &mut self.lists[count..]);
                let Some(listed) = list_of else { return };
                count += listed;
            }
        }
        if !rest.is_empty() {
            let mut bytes = [0; BLOCK];
            bytes.iter_mut().zip(rest).for_each(|(byte, pixel)| *byte = byte_of::<SIZE, BITS>(*pixel));
            pack::<BITS>(&bytes, last);
            let first = self.first + whole.len() * BLOCK;
            let Some(listed) = list::<SIZE, BITS>(first, rest, &bytes, &mut self.lists[count..]) else {
                return;
            };
            count += listed;
        }
        *length = Some(count);
    }
}

/// What stands for a value that is listed.
const fn listed<const BITS: usize>() -> u8 {
    ((1 << BITS) - 2) as u8
}

/// What stands for a value, in a byte. In the pixel's own type, of which a vector holds more.
#[inline(always)]
fn byte_of<const SIZE: usize, const BITS: usize>(pixel: [u8; SIZE]) -> u8 {
    let (least, is_mark) = if SIZE == 2 {
        let value = u16::from_le_bytes([pixel[0], pixel[1]]);
        (value.min(u16::from(listed::<BITS>())) as u8, value == u16::MAX)
    } else {
        let value = value_of(pixel);
        (value.min(u32::from(listed::<BITS>())) as u8, value == u32::MAX)
    };
    least | u8::from(is_mark)
}

/// Puts the lowest bits of bytes side by side.
#[inline(always)]
fn pack<const BITS: usize>(bytes: &[u8; BLOCK], block: &mut [u8]) {
    if BITS == 8 {
        block.copy_from_slice(bytes);
        return;
    }
    for (byte, two) in block.iter_mut().zip(bytes.as_chunks::<2>().0) {
        let two = u16::from_le_bytes(*two);
        *byte = (two | two >> 4) as u8;
    }
}

/// Lists the pixels of a block that need it, and gives their number: `None` where there is too little room.
#[inline(always)]
fn list<const SIZE: usize, const BITS: usize>(
    first: usize,
    pixels: &[[u8; SIZE]],
    bytes: &[u8; BLOCK],
    list: &mut [[u32; 2]],
) -> Option<usize> {
    const LOW: u64 = u64::from_le_bytes([0x7f; 8]);
    let mut count = 0;
    for (at, eight) in bytes.as_chunks::<8>().0.iter().enumerate() {
        let unlike = u64::from_le_bytes(*eight) ^ u64::from_le_bytes([listed::<BITS>(); 8]);
        // The highest bit of each byte that is zero: adding carries into it from any other.
        let mut found = !(((unlike & LOW) + LOW) | unlike | LOW);
        while found != 0 {
            let place = 8 * at + found.trailing_zeros() as usize / 8;
            *list.get_mut(count)? = [(first + place) as u32, value_of(pixels[place])].map(u32::to_le);
            count += 1;
            found &= found - 1;
        }
    }
    Some(count)
}

#[inline(always)]
fn value_of<const SIZE: usize>(pixel: [u8; SIZE]) -> u32 {
    let mut bytes = [0; 4];
    bytes[..SIZE].copy_from_slice(&pixel);
    u32::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The frame that was narrowed: what `widen.wgsl` does.
    fn widened(narrow: &[u8], bits: usize, pixels: usize, size: usize) -> Vec<u8> {
        let (blocks, list) = narrow.split_at(pixels.next_multiple_of(BLOCK) * bits / 8);
        let ones = (1 << bits) - 1;
        let value = |pixel: usize| match u32::from(blocks[pixel * bits / 8]) >> (pixel * bits % 8) & ones {
            value if value == ones => u32::MAX,
            value => value,
        };
        let mut frame: Vec<u32> = (0..pixels).map(value).collect();
        for pair in list.as_chunks::<4>().0.as_chunks::<2>().0 {
            frame[value_of(pair[0]) as usize] = value_of(pair[1]);
        }
        frame.iter().flat_map(|value| value.to_le_bytes()[..size].to_vec()).collect()
    }

    fn narrowed(frame: &[u8], size: usize) -> Option<(Vec<u8>, usize)> {
        let mut out = vec![7; bound(frame.len() / size)];
        let narrow = Narrower::default().narrow(frame, size, &mut out).unwrap();
        narrow.map(|Narrow { bytes, bits }| (out[..bytes].to_vec(), bits))
    }

    /// Counts below `most` with a bright pixel in so many, and gaps.
    fn frame(pixels: usize, most: usize, bright: usize, size: usize) -> Vec<u8> {
        let value = |pixel: usize| match pixel % (7 * bright) {
            0 => u32::MAX,
            place if place % bright == 1 => 14 + (pixel as u32).wrapping_mul(0x9e37_79b9) % 65_000,
            place => (place % most) as u32,
        };
        (0..pixels).flat_map(|pixel| value(pixel).to_le_bytes()[..size].to_vec()).collect()
    }

    proptest! {
        #[test]
        fn any_frame_comes_back(
            values in prop::collection::vec(prop_oneof![
                60 => 0..14u32, 1 => any::<u32>(), 2 => 10..20u32, 2 => 250..260u32, 4 => Just(u32::MAX),
            ], 0..3000),
            size in prop_oneof![Just(2usize), Just(4)],
        ) {
            let frame: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()[..size].to_vec()).collect();
            if let Some((narrow, bits)) = narrowed(&frame, size) {
                prop_assert!(narrow.len() <= bound(values.len()));
                prop_assert_eq!(widened(&narrow, bits, values.len(), size), frame);
            }
        }
    }

    #[test]
    fn frames_of_many_parts_come_back_in_as_few_bits_as_do() {
        for size in [2, 4] {
            for pixels in [3 * PART, 5 * PART + 131, 2 * PART - 1] {
                for (most, expected) in [(14, 4), (15, 8), (254, 8)] {
                    let frame = frame(pixels, most, 200, size);
                    let (narrow, bits) = narrowed(&frame, size).unwrap();
                    assert_eq!(bits, expected);
                    assert_eq!(widened(&narrow, bits, pixels, size), frame);
                    assert!(narrow.len() < pixels * bits / 8 + pixels / 20, "{} of {pixels}", narrow.len());
                }
            }
        }
    }

    #[test]
    fn frames_that_only_samples_make_look_dark_take_more_bits() {
        // Every second pixel needs more than four bits, but none of those that are asked.
        let pixels = 1024 * 64;
        let frame: Vec<u8> = (0..pixels).flat_map(|pixel| [if pixel % 2 == 1 { 77 } else { 1 }, 0]).collect();
        let (narrow, bits) = narrowed(&frame, 2).unwrap();
        assert_eq!(bits, 8);
        assert_eq!(widened(&narrow, 8, pixels, 2), frame);
    }

    #[test]
    fn bright_frames_are_left_alone() {
        for pixels in [1000, 3 * PART] {
            assert!(narrowed(&frame(pixels, 14, 4, 2), 2).is_none());
        }
        // More than a part has room for, though few in all.
        let mut one = vec![0; 32 * PART];
        one[..PART].fill(1);
        assert!(narrowed(&one, 2).is_none());
    }

    #[test]
    fn every_level_of_instructions_gives_the_same() {
        #[derive(Clone)]
        struct Whole<const BITS: usize>(Vec<u8>);
        impl<const BITS: usize> Kernel for Whole<BITS> {
            type Out = (Vec<u8>, Vec<[u32; 2]>, Vec<Option<usize>>);
            #[inline(always)]
            fn run(self) -> Self::Out {
                let frame = self.0.as_chunks::<2>().0;
                let mut blocks = vec![0; frame.len().next_multiple_of(BLOCK) * BITS / 8];
                let (mut lists, mut lengths) = (vec![[0; 2]; frame.len() / 4], vec![None]);
                Part::<2, BITS> {
                    first: 5,
                    frame,
                    blocks: &mut blocks,
                    lists: &mut lists,
                    lengths: &mut lengths,
                }
                .run();
                (blocks, lists, lengths)
            }
        }
        let frame = frame(10_001, 14, 150, 2);
        for all in
            [simd::run_on_every_level(Whole::<4>(frame.clone())), simd::run_on_every_level(Whole::<8>(frame))]
        {
            assert!(all[0].2[0].is_some_and(|count| count > 50));
            assert!(all.iter().all(|one| *one == all[0]));
        }
    }

    #[test]
    fn what_is_no_frame_of_whole_words_is_refused() {
        let mut out = [0; 64];
        for (bytes, size) in [(3, 2), (6, 4), (4, 1), (8, 8)] {
            let refused = Narrower::default().narrow(&vec![0; bytes], size, &mut out).unwrap_err();
            assert_eq!(refused.problem, Problem::Element { size });
        }
        assert_eq!(Narrower::default().narrow(&[], 2, &mut out), Ok(Some(Narrow { bytes: 0, bits: 4 })));
    }
}
