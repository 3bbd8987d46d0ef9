//! Whole frames from a sparse file, in the file's pixel type: buffers made once, reused for every frame.

use super::{Densify, Kept, Noise};
use crate::background::Background;
use crate::codec::{bitshuffle_lz4, CodecError, Scratch};
use crate::plan::{FrameBuffer, PixelType};

/// Rebuilds the frames of one sparse file.
pub struct Rebuild {
    densify: Densify,
    dummy: f64,
    background: Background,
    frame: FrameBuffer,
    codec: Scratch,
    encoded: Vec<u8>,
}

/// `$work` with `$t` standing for the Rust type of a pixel type.
macro_rules! with_type {
    ($pixel_type:expr, $t:ident => $work:expr) => {
        match $pixel_type {
            PixelType::U8 => {
                type $t = u8;
                $work
            }
            PixelType::U16 => {
                type $t = u16;
                $work
            }
            PixelType::U32 => {
                type $t = u32;
                $work
            }
            PixelType::I16 => {
                type $t = i16;
                $work
            }
            PixelType::I32 => {
                type $t = i32;
                $work
            }
            PixelType::F32 => {
                type $t = f32;
                $work
            }
        }
    };
}

/// Why a frame cannot be rebuilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RebuildError {
    /// background arrays do not have one value per bin
    Bins,
    /// `index` and `intensity` do not have the same length
    Lengths,
    /// a kept pixel lies outside the frame
    Outside {
        /// its index
        index: u32,
    },
}

impl std::fmt::Display for RebuildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bins => f.write_str("the background does not have one value per bin"),
            Self::Lengths => f.write_str("there are not as many kept values as kept positions"),
            Self::Outside { index } => write!(f, "the kept pixel {index} lies outside the frame"),
        }
    }
}

impl std::error::Error for RebuildError {}

impl Rebuild {
    /// `dummy`: value of masked pixels, converted to the pixel type (NaN is for float frames).
    pub fn new(densify: Densify, pixel_type: PixelType, dummy: f64) -> Self {
        let (pixels, bins) = (densify.pixels(), densify.bins());
        let mut frame = FrameBuffer::new(pixel_type, pixels, 0);
        frame.take_room();
        Self {
            densify,
            dummy,
            background: Background::new(bins),
            frame,
            codec: Scratch::default(),
            encoded: Vec::new(),
        }
    }

    /// Another one of the same file, with buffers of its own: for a frame that is rebuilt at the same time.
    pub fn fork(&self) -> Self {
        Self::new(self.densify.clone(), self.frame.pixel_type(), self.dummy)
    }

    /// One frame: `mean` and `std` per bin, raster indices and values of the kept pixels (little-endian bytes of the
    /// pixel type). The result lies in [`Rebuild::pixels`].
    pub fn frame(
        &mut self,
        mean: &[f32],
        std: &[f32],
        index: &[u32],
        intensity: &[u8],
        noise: &Noise,
    ) -> Result<(), RebuildError> {
        let kept = self.take(mean, std, index, intensity)?;
        let Self { densify, background, frame, dummy, .. } = self;
        with_type!(frame.pixel_type(), T => {
            densify.frame(background, noise, *dummy as T, kept, frame.pixels_mut::<T>());
        });
        Ok(())
    }

    /// What a frame with noise is drawn from, for engines that look it up themselves: [`Densify::lookup`].
    pub fn lookup(
        &mut self,
        mean: &[f32],
        std: &[f32],
        index: &[u32],
        intensity: &[u8],
        noise: &Noise,
        out: &mut Vec<u32>,
    ) -> Result<(), RebuildError> {
        let kept = self.take(mean, std, index, intensity)?;
        let Self { densify, background, frame, .. } = self;
        with_type!(frame.pixel_type(), T => densify.prepare::<T>(background, noise, kept));
        densify.lookup(out);
        Ok(())
    }

    /// Takes a frame that was filled by the last lookup, and draws its `open` pixels, a bit each: [`Densify::finish`].
    pub fn finish(
        &mut self,
        filled: &[u8],
        open: &[u32],
        index: &[u32],
        intensity: &[u8],
        noise: &Noise,
    ) -> Result<(), RebuildError> {
        let kept = self.kept(index, intensity)?;
        let Self { densify, frame, dummy, .. } = self;
        if filled.len() != frame.bytes().len() || open.len() != densify.pixels().div_ceil(32) {
            return Err(RebuildError::Lengths);
        }
        frame.bytes_mut().copy_from_slice(filled);
        with_type!(frame.pixel_type(), T => {
            densify.finish(noise, *dummy as T, open, kept, frame.pixels_mut::<T>());
        });
        Ok(())
    }

    /// Takes the background of a frame, and its kept pixels when they fit.
    fn take<'a>(
        &mut self,
        mean: &[f32],
        std: &[f32],
        index: &'a [u32],
        intensity: &'a [u8],
    ) -> Result<Kept<'a>, RebuildError> {
        let bins = self.background.mean.len();
        if mean.len() != bins || std.len() != bins {
            return Err(RebuildError::Bins);
        }
        let kept = self.kept(index, intensity)?;
        self.background.mean.copy_from_slice(mean);
        self.background.std.copy_from_slice(std);
        Ok(kept)
    }

    fn kept<'a>(&self, index: &'a [u32], intensity: &'a [u8]) -> Result<Kept<'a>, RebuildError> {
        if index.len() * self.frame.pixel_type().size() != intensity.len() {
            return Err(RebuildError::Lengths);
        }
        let pixels = self.densify.pixels();
        match index.iter().find(|&&index| index as usize >= pixels) {
            Some(&index) => Err(RebuildError::Outside { index }),
            None => Ok(Kept { index, intensity }),
        }
    }

    /// The frame that was rebuilt last, little-endian bytes in raster order.
    pub fn pixels(&self) -> &[u8] {
        self.frame.bytes()
    }

    /// The frame that was rebuilt last as one chunk of HDF5 filter 32008 with LZ4.
    pub fn encode(&mut self) -> Result<&[u8], CodecError> {
        let size = self.frame.pixel_type().size();
        bitshuffle_lz4::encode(self.frame.bytes(), size, 0, &mut self.encoded, &mut self.codec)?;
        Ok(&self.encoded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::background::RadialGrid;

    fn rebuild() -> Rebuild {
        let radius = vec![1.0, 2.0, f32::NAN, 3.0];
        let grid = RadialGrid::new(1.0, 1.0, 3);
        Rebuild::new(Densify::new(radius.into(), None, grid, None), PixelType::I16, -1.0)
    }

    const NONE: Noise = Noise { scale: 0.0, seed: 0, frame: 0 };

    #[test]
    fn background_kept_pixels_and_dummies_make_a_frame() {
        let mut rebuild = rebuild();
        rebuild.frame(&[4.0, 5.0, 6.0], &[1.0; 3], &[3], &(-300i16).to_le_bytes(), &NONE).unwrap();
        assert_eq!(bytemuck::cast_slice::<u8, i16>(rebuild.pixels()), [4, 5, -1, -300]);
    }

    #[test]
    fn kept_pixels_out_of_order_come_back_too_and_the_last_value_stays() {
        let mut rebuild = rebuild();
        let values: Vec<u8> = [7i16, 8, 9].iter().flat_map(|v| v.to_le_bytes()).collect();
        rebuild.frame(&[4.0, 5.0, 6.0], &[1.0; 3], &[3, 0, 3], &values, &NONE).unwrap();
        assert_eq!(bytemuck::cast_slice::<u8, i16>(rebuild.pixels()), [8, 5, -1, 9]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut rebuild = rebuild();
        let outside = rebuild.frame(&[0.0; 3], &[0.0; 3], &[4], &[0; 2], &NONE);
        assert_eq!(outside, Err(RebuildError::Outside { index: 4 }));
        assert_eq!(rebuild.frame(&[0.0; 2], &[0.0; 3], &[], &[], &NONE), Err(RebuildError::Bins));
        assert_eq!(rebuild.frame(&[0.0; 3], &[0.0; 3], &[1], &[0], &NONE), Err(RebuildError::Lengths));
    }
}
