//! Frames of 32-bit counts held in 16 bits, where nothing is asked of them but sums and pixels that are kept: half of
//! the memory, which is what bounds these stages. The pixels that need more, some hot ones, are kept apart.

use super::{Encoding, FrameBuffer, PixelType};
use crate::beyond::{Beyond, Pixel};
use crate::bins::{Strips, RUN};
use crate::codec::bitshuffle::BEYOND;
use crate::codec::{decode_chunk_halved, CodecError, Scratch};
use crate::plan::setup::Setup;

/// Pixels kept apart; a frame with more is held as it is.
const MOST: usize = 256;

/// See the module.
pub struct Halved {
    pub frame: FrameBuffer,
    /// the frame in bin order
    pub signal: FrameBuffer,
    pub beyond: Beyond,
    /// those of the frame that may count
    found: Vec<(usize, u32)>,
    radii: Vec<f64>,
    picked: Vec<(u32, i32)>,
    /// the frames need not be tried any more
    useless: bool,
}

impl Halved {
    /// Without room: the first frame takes it.
    pub fn new(setup: &Setup) -> Self {
        Self {
            frame: FrameBuffer::new(PixelType::U16, setup.shape.pixels(), RUN - 1),
            signal: FrameBuffer::new(PixelType::U16, setup.bins.places(), 0),
            beyond: Beyond::default(),
            found: Vec::new(),
            radii: Vec::new(),
            picked: Vec::new(),
            useless: !setup.may_be_halved(),
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
        let (false, Encoding::Chunk(encoding)) = (self.useless, encoding) else { return Ok(false) };
        let Self { frame, beyond, found, radii, .. } = self;
        found.clear();
        let visit = |pixel, value| {
            if found.len() <= MOST {
                found.push((pixel, value));
            }
        };
        let Some(result) = decode_chunk_halved(encoding, bytes, frame.pixels_mut(), scratch, visit) else {
            return Ok(false);
        };
        result?;
        beyond.clear();
        if found.len() > MOST {
            // Detectors that count so far do it in every frame.
            self.useless = true;
            return Ok(false);
        }
        for &(pixel, value) in &*found {
            // Below 2³¹, as the decoder promises.
            let value = value as i32;
            if !setup.radius[pixel].is_nan() && setup.integer_validity.contains(value) {
                beyond.push(Pixel { index: pixel as u32, bin: bin_of(setup, pixel, radii), value });
            }
        }
        Ok(true)
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
        for (wide, &half) in pixels.iter_mut().zip(self.frame.pixels::<u16>()) {
            *wide = if half == BEYOND { u32::MAX } else { u32::from(half) };
        }
        for pixel in self.beyond.pixels() {
            pixels[pixel.index as usize] = pixel.value as u32;
        }
    }
}

/// The bin that a pixel was sorted into.
fn bin_of(setup: &Setup, pixel: usize, radii: &mut Vec<f64>) -> u32 {
    let fast = setup.shape.fast;
    radii.resize(fast, 0.0);
    setup.rows.radii(pixel / fast, radii);
    setup.scale.bin(radii[pixel % fast])
}
