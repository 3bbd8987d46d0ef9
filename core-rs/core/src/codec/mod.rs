//! Codecs of detector frames: CBF byte-offset, and the HDF5 chunks of bitshuffle, LZ4, Zstandard and gzip.
//!
//! Every decoder takes the output slice from its caller, checks each length against it before use, allocates nothing
//! that a header asks for, and returns a [`CodecError`] for any input that is not exactly right.

pub mod bitshuffle;
pub mod bitshuffle_lz4;
pub mod bitshuffle_zstd;
mod blocks;
pub mod byte_offset;
mod byte_shuffle;
mod chunk;
mod gzip;
mod lanes;
pub mod lz4;
mod lz4_chunk;
pub mod narrow;
mod zstd;

pub use blocks::Shuffled;
pub use chunk::{decode_chunk, decode_chunk_narrowed, visit_chunk_bits, Encoding, Scratch};
/// CRC-32 of some bytes, as gzip and PNG have it.
pub use crc32fast::hash as crc32;

use core::fmt;

/// Why compressed bytes cannot be decoded (or not be encoded), and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodecError {
    /// Byte of the compressed data at which decoding stopped; 0 for errors of the call itself.
    pub offset: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// The kinds of damage that the decoders tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// The compressed data end inside the named part.
    Ends(&'static str),
    /// The data would decode to more bytes or pixels than the output holds.
    TooLong {
        /// Capacity of the output, in its own elements.
        capacity: usize,
    },
    /// The data decode to fewer bytes than the output holds.
    TooShort {
        /// Elements decoded.
        found: usize,
        /// Elements wanted.
        wanted: usize,
    },
    /// Bytes are left over after the last block.
    Trailing {
        /// How many.
        bytes: usize,
    },
    /// A match points before the start of the output.
    Offset {
        /// Distance asked for.
        distance: usize,
        /// Bytes written so far.
        written: usize,
    },
    /// A sum of differences leaves the range of a 32-bit pixel.
    Overflow,
    /// The header states another uncompressed size than the output has.
    Total {
        /// Bytes that the header states.
        stated: u64,
        /// Bytes that the output has.
        wanted: usize,
    },
    /// The header states a block size that is not a positive multiple of eight elements.
    Block {
        /// Bytes that the header states.
        stated: u32,
    },
    /// The element size is not 1, 2, 4 or 8 bytes, or does not divide the data.
    Element {
        /// Bytes per element.
        size: usize,
    },
    /// The input is larger than the format allows.
    InputTooLarge,
    /// A library finds no valid stream of the named kind.
    Invalid(&'static str),
}

impl CodecError {
    pub(crate) const fn new(offset: usize, problem: Problem) -> Self {
        Self { offset, problem }
    }

    /// The same error seen from a container in which this data begin at byte `start`.
    pub(crate) const fn within(self, start: usize) -> Self {
        Self { offset: self.offset + start, problem: self.problem }
    }
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "compressed data are damaged at byte {}: ", self.offset)?;
        match self.problem {
            Problem::Ends(part) => write!(f, "they end inside {part}"),
            Problem::TooLong { capacity } => {
                write!(f, "they decode to more than the {capacity} elements expected")
            }
            Problem::TooShort { found, wanted } => {
                write!(f, "they decode to {found} elements where {wanted} were expected")
            }
            Problem::Trailing { bytes } => write!(f, "{bytes} bytes follow the last block"),
            Problem::Offset { distance, written } => {
                write!(f, "a match lies {distance} bytes back but only {written} were written")
            }
            Problem::Overflow => write!(f, "a pixel value leaves the 32-bit range"),
            Problem::Total { stated, wanted } => {
                write!(f, "the header states {stated} bytes of pixels where {wanted} were expected")
            }
            Problem::Block { stated } => {
                write!(f, "the header states a block of {stated} bytes, not a multiple of eight elements")
            }
            Problem::Element { size } => {
                write!(f, "an element size of {size} bytes does not fit the data")
            }
            Problem::InputTooLarge => write!(f, "the input is larger than the format allows"),
            Problem::Invalid(kind) => write!(f, "there is no valid {kind}"),
        }
    }
}

impl core::error::Error for CodecError {}
