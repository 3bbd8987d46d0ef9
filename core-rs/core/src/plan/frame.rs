//! The buffer that a frame is decoded into.

use crate::validity::Validity;
use bytemuck::{cast_slice, cast_slice_mut, AnyBitPattern, NoUninit};

/// Pixel types of frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelType {
    /// uint8
    U8,
    /// uint16
    U16,
    /// uint32
    U32,
    /// int16
    I16,
    /// int32
    I32,
    /// float32
    F32,
}

impl PixelType {
    /// By the name that NumPy and JavaScript users know.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "uint8" => Self::U8,
            "uint16" => Self::U16,
            "uint32" => Self::U32,
            "int16" => Self::I16,
            "int32" => Self::I32,
            "float32" => Self::F32,
            _ => return None,
        })
    }

    /// The part of a valid range that the type can hold, without what [`crate::correct`] turns into −1.
    pub fn restricted(self, validity: Validity) -> Validity {
        let (low, high) = match self {
            Self::U8 | Self::U16 => (0.0, f64::INFINITY),
            Self::U32 => (0.0, f64::from(i32::MAX)),
            Self::I16 | Self::I32 | Self::F32 => (f64::NEG_INFINITY, f64::INFINITY),
        };
        Validity { low: validity.low.max(low), high: validity.high.min(high), ..validity }
    }

    /// Bytes per pixel.
    pub fn size(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
        }
    }
}

/// Does `$work` with `$Pixel` as the Rust type of a [`PixelType`] of integers.
macro_rules! each_integer {
    ($pixel_type:expr, |$Pixel:ident| $work:expr) => {
        match $pixel_type {
            PixelType::F32 => unreachable!("floats are not summed exactly"),
            pixel_type => each_type!(@integer pixel_type, $Pixel, $work),
        }
    };
}

/// The same with any [`PixelType`].
macro_rules! each_type {
    ($pixel_type:expr, |$Pixel:ident| $work:expr) => {
        match $pixel_type {
            PixelType::F32 => {
                type $Pixel = f32;
                $work
            }
            pixel_type => each_type!(@integer pixel_type, $Pixel, $work),
        }
    };
    (@integer $pixel_type:expr, $Pixel:ident, $work:expr) => {
        each_type!(@match $pixel_type, $Pixel, $work, U8 u8, U16 u16, U32 u32, I16 i16, I32 i32)
    };
    (@match $pixel_type:expr, $Pixel:ident, $work:expr, $($variant:ident $rust:ty),*) => {
        match $pixel_type {
            $(PixelType::$variant => {
                type $Pixel = $rust;
                $work
            })*
            PixelType::F32 => unreachable!("not an integer"),
        }
    };
}

pub(super) use {each_integer, each_type};

/// Pixels of one frame in raster order, little-endian, and a few spare ones behind. It takes its memory when it is first
/// written to.
pub struct FrameBuffer {
    pixel_type: PixelType,
    pixels: usize,
    spare: usize,
    words: Vec<u32>,
}

impl FrameBuffer {
    /// Room for `pixels` pixels and `spare` more.
    pub fn new(pixel_type: PixelType, pixels: usize, spare: usize) -> Self {
        Self { pixel_type, pixels, spare, words: Vec::new() }
    }

    /// Takes the memory where it is not there yet: zeros.
    pub fn take_room(&mut self) {
        if self.words.is_empty() {
            let bytes = (self.pixels + self.spare) * self.pixel_type.size();
            self.words = vec![0; bytes.div_ceil(4)];
        }
    }

    /// Type of the pixels.
    pub fn pixel_type(&self) -> PixelType {
        self.pixel_type
    }

    /// Bytes of the frame, without the spare ones.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        self.take_room();
        let bytes = self.pixels * self.pixel_type.size();
        &mut cast_slice_mut(&mut self.words)[..bytes]
    }

    /// Bytes of the frame, without the spare ones.
    pub fn bytes(&self) -> &[u8] {
        &cast_slice(&self.words)[..self.pixels * self.pixel_type.size()]
    }

    /// Pixels of the frame. `T` must have the size of the pixel type.
    pub fn pixels_mut<T: NoUninit + AnyBitPattern>(&mut self) -> &mut [T] {
        assert_eq!(size_of::<T>(), self.pixel_type.size());
        self.take_room();
        &mut cast_slice_mut(&mut self.words)[..self.pixels]
    }

    /// Pixels of the frame. `T` must have the size of the pixel type.
    pub fn pixels<T: NoUninit + AnyBitPattern>(&self) -> &[T] {
        &self.padded()[..self.pixels]
    }

    /// Pixels of the frame with the spare ones behind.
    pub fn padded<T: NoUninit + AnyBitPattern>(&self) -> &[T] {
        assert_eq!(size_of::<T>(), self.pixel_type.size());
        cast_slice(&self.words)
    }

    /// One pixel's value.
    #[inline(always)]
    pub fn value(&self, pixel: usize) -> f64 {
        match self.pixel_type {
            PixelType::U8 => f64::from(self.padded::<u8>()[pixel]),
            PixelType::U16 => f64::from(self.padded::<u16>()[pixel]),
            PixelType::U32 => f64::from(self.padded::<u32>()[pixel]),
            PixelType::I16 => f64::from(self.padded::<i16>()[pixel]),
            PixelType::I32 => f64::from(self.padded::<i32>()[pixel]),
            PixelType::F32 => f64::from(self.padded::<f32>()[pixel]),
        }
    }
}
