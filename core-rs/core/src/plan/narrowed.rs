//! Frames of 32-bit counts held in 8 bits, or 16, where nothing is asked of them but sums and pixels that are kept: a
//! quarter or half of the memory, which is what bounds these stages. The pixels that need more are kept apart.

use super::frame::{each_integer, each_type};
use super::{Encoding, FrameBuffer, PixelType};
use crate::beyond::{Beyond, Pixel};
use crate::bins::{Runs, RUN};
use crate::codec::bitshuffle::Narrow;
use crate::codec::{decode_chunk_narrowed, CodecError, Scratch};
use crate::correct::gather;
use crate::plan::setup::Setup;
use crate::validity::IntegerValidity;

/// Pixels of a frame for each one that may be kept apart; a frame with more of them is held wider.
const PIXELS_PER_BEYOND: usize = 2048;
/// Pixels that may be kept apart of any frame.
const LEAST: usize = 256;

/// See the module.
pub struct Narrowed {
    pub frame: FrameBuffer,
    /// the frame in bin order
    pub signal: FrameBuffer,
    pub beyond: Beyond,
    /// those of the frame that may count
    found: Vec<(usize, u32)>,
    /// how many may be kept apart
    most: usize,
    picked: Vec<(u32, i32)>,
    /// the frames need not be tried any more
    useless: bool,
}

impl Narrowed {
    /// Without room: the first frame takes it.
    pub fn new(setup: &Setup) -> Self {
        let (frame, signal) = buffers(setup, PixelType::U8);
        Self {
            frame,
            signal,
            beyond: Beyond::default(),
            found: Vec::new(),
            most: (setup.shape.pixels() / PIXELS_PER_BEYOND).max(LEAST),
            picked: Vec::new(),
            useless: !setup.may_be_narrowed(),
        }
    }

    /// Decodes a frame; false where it must be held as it is.
    pub fn decode(
        &mut self,
        setup: &Setup,
        encoding: Encoding,
        bytes: &[u8],
        scratch: &mut Scratch,
    ) -> Result<bool, CodecError> {
        let Encoding::Chunk(encoding) = encoding else { return Ok(false) };
        while !self.useless {
            let result = match self.frame.pixel_type() {
                PixelType::U8 => self.decode_as::<u8>(encoding, bytes, scratch),
                _ => self.decode_as::<u16>(encoding, bytes, scratch),
            };
            let Some(result) = result else { break };
            result?;
            if self.found.len() <= self.most {
                self.keep_apart(setup);
                return Ok(true);
            }
            // Detectors that count so far do it in every frame.
            self.useless = self.frame.pixel_type() != PixelType::U8;
            if !self.useless {
                (self.frame, self.signal) = buffers(setup, PixelType::U16);
            }
        }
        Ok(false)
    }

    fn decode_as<T: Narrow>(
        &mut self,
        encoding: crate::codec::Encoding,
        bytes: &[u8],
        scratch: &mut Scratch,
    ) -> Option<Result<(), CodecError>> {
        let Self { frame, found, most, .. } = self;
        found.clear();
        let visit = |pixel, value| {
            if found.len() <= *most {
                found.push((pixel, value));
            }
        };
        decode_chunk_narrowed::<T>(encoding, bytes, frame.pixels_mut(), scratch, visit)
    }

    /// Those of the pixels found that count.
    fn keep_apart(&mut self, setup: &Setup) {
        let counting = self.found.iter().filter_map(|&(pixel, value)| {
            // Below 2³¹, as the decoder promises.
            let value = value as i32;
            let counts = !setup.sorting.radii.is_masked(pixel) && setup.integer_validity.contains(value);
            counts.then(|| Pixel {
                index: pixel as u32,
                bin: setup.sorting.scale.bin(setup.sorting.radii.exact(pixel)),
                value,
            })
        });
        self.beyond.replace(counting);
    }

    /// Permutes the frame into bin order.
    pub fn gather(&mut self, runs: &Runs) {
        let Self { frame, signal, .. } = self;
        each_integer!(frame.pixel_type(), |Pixel| gather(
            frame.padded::<Pixel>(),
            runs,
            signal.pixels_mut::<Pixel>()
        ));
    }

    /// Which of the frame's values count: those kept apart do not.
    pub fn valid(&self, valid: IntegerValidity) -> IntegerValidity {
        valid.below(match self.frame.pixel_type() {
            PixelType::U8 => u8::BEYOND.into(),
            _ => u16::BEYOND.into(),
        })
    }

    /// Those of the pixels kept apart, and their values, that pass a test.
    pub fn picked(&mut self, test: impl Fn(usize, i32) -> bool) -> &[(u32, i32)] {
        let passed = self.beyond.pixels().iter().filter(|pixel| test(pixel.index as usize, pixel.value));
        self.picked.clear();
        self.picked.extend(passed.map(|pixel| (pixel.index, pixel.value)));
        &self.picked
    }

    /// The frame as it would be held else, but for what values that do not count are.
    pub fn widen(&self, pixels: &mut [u32]) {
        match self.frame.pixel_type() {
            PixelType::U8 => widen(self.frame.pixels::<u8>(), pixels),
            _ => widen(self.frame.pixels::<u16>(), pixels),
        }
        for pixel in self.beyond.pixels() {
            pixels[pixel.index as usize] = pixel.value as u32;
        }
    }
}

/// Room for a frame, and for it in bin order.
fn buffers(setup: &Setup, pixel_type: PixelType) -> (FrameBuffer, FrameBuffer) {
    (
        FrameBuffer::new(pixel_type, setup.shape.pixels(), RUN - 1),
        FrameBuffer::new(pixel_type, setup.sorting.bins.places(), 0),
    )
}

fn widen<T: Narrow>(narrow: &[T], pixels: &mut [u32]) {
    for (wide, &narrow) in pixels.iter_mut().zip(narrow) {
        *wide = if narrow == T::BEYOND { u32::MAX } else { narrow.into() };
    }
}
