//! From the bytes of a frame, packed as its source has them, to pixels in the frame buffer.

use super::{FrameBuffer, PixelType};
use crate::codec::{self, byte_offset, decode_chunk, CodecError, Scratch};

/// How the bytes of a frame are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// row-major pixels, little-endian
    Raw,
    /// CBF byte-offset: frames of int32 alone
    ByteOffset,
    /// one chunk of an HDF5 dataset
    Chunk(codec::Encoding),
}

impl Encoding {
    /// By the name that sources give it.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "raw" => Some(Self::Raw),
            "byte-offset" => Some(Self::ByteOffset),
            _ => codec::Encoding::from_name(name).map(Self::Chunk),
        }
    }
}

/// Why a frame cannot be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// raw pixels of another number of bytes
    Size {
        /// bytes given
        found: usize,
        /// bytes of the frame
        wanted: usize,
    },
    /// byte-offset for frames that are not int32
    NotInt32,
    /// the bytes are damaged
    Damaged(CodecError),
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Size { found, wanted } => {
                write!(f, "a frame of {found} bytes where {wanted} are expected")
            }
            Self::NotInt32 => f.write_str("byte-offset decodes to int32, which the frames are not"),
            Self::Damaged(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for LoadError {}

impl From<CodecError> for LoadError {
    fn from(error: CodecError) -> Self {
        Self::Damaged(error)
    }
}

/// Decodes `bytes` into the frame buffer.
pub fn decode(
    encoding: Encoding,
    bytes: &[u8],
    frame: &mut FrameBuffer,
    scratch: &mut Scratch,
) -> Result<(), LoadError> {
    match encoding {
        Encoding::Raw => {
            let target = frame.bytes_mut();
            if target.len() != bytes.len() {
                return Err(LoadError::Size { found: bytes.len(), wanted: target.len() });
            }
            target.copy_from_slice(bytes);
        }
        Encoding::ByteOffset if frame.pixel_type() != PixelType::I32 => return Err(LoadError::NotInt32),
        Encoding::ByteOffset => {
            byte_offset::decode(bytes, frame.pixels_mut())?;
        }
        Encoding::Chunk(encoding) => {
            let size = frame.pixel_type().size();
            decode_chunk(encoding, bytes, size, frame.bytes_mut(), scratch)?;
        }
    }
    Ok(())
}
