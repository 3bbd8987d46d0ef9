//! The chunk formats of detectors' HDF5 files behind one call.

use super::bitshuffle::Narrow;
use super::blocks::{check_element, decode_narrowed, visit_bits, Shuffled};
use super::{bitshuffle_lz4, bitshuffle_zstd, byte_shuffle, gzip, lz4, lz4_chunk, zstd, CodecError};

/// What an HDF5 filter pipeline makes of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Filter 32008 with `cd_values[4]` = 2.
    BitshuffleLz4,
    /// Filter 32008 with `cd_values[4]` = 3.
    BitshuffleZstd,
    /// Filter 32004.
    Lz4,
    /// Filter 32015.
    Zstd,
    /// Filter 1.
    Gzip,
    /// Filter 2, then filter 1.
    ShuffleGzip,
}

impl Encoding {
    /// Every encoding.
    pub const ALL: [Self; 6] =
        [Self::BitshuffleLz4, Self::BitshuffleZstd, Self::Lz4, Self::Zstd, Self::Gzip, Self::ShuffleGzip];

    /// The name that callers use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BitshuffleLz4 => "bitshuffle-lz4",
            Self::BitshuffleZstd => "bitshuffle-zstd",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
            Self::ShuffleGzip => "shuffle-gzip",
        }
    }

    /// The encoding of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encoding| encoding.name() == name)
    }
}

/// What decoding and encoding reuse, so that a frame allocates nothing: one block (for [`Encoding::ShuffleGzip`], one
/// chunk), the LZ4 encoder's table and output, and the tables of libraries once they were used.
#[derive(Default)]
pub struct Scratch {
    pub(super) block: Vec<u8>,
    pub(super) packed: Vec<u8>,
    pub(super) marks: Vec<u8>,
    pub(super) table: lz4::Table,
    pub(super) zstd: zstd::Decoder,
    pub(super) inflater: gzip::Inflater,
}

/// Decodes one HDF5 chunk into `dst`, whose length must be exactly that of the decoded chunk: bytes of little-endian
/// elements of `elem_size` (1, 2, 4 or 8) bytes.
///
/// # Errors
/// A [`CodecError`] when the chunk is damaged in any way, or does not hold exactly `dst.len()` bytes.
pub fn decode_chunk(
    encoding: Encoding,
    chunk: &[u8],
    elem_size: usize,
    dst: &mut [u8],
    scratch: &mut Scratch,
) -> Result<(), CodecError> {
    check_element(elem_size, dst.len())?;
    match encoding {
        Encoding::BitshuffleLz4 => bitshuffle_lz4::decode(chunk, elem_size, dst, scratch),
        Encoding::BitshuffleZstd => bitshuffle_zstd::decode(chunk, elem_size, dst, scratch),
        Encoding::Lz4 => lz4_chunk::decode(chunk, dst),
        Encoding::Zstd => zstd::decode(chunk, dst, &mut scratch.zstd),
        Encoding::Gzip => gzip::decode(chunk, dst, &mut scratch.inflater),
        Encoding::ShuffleGzip => {
            if scratch.block.len() < dst.len() {
                scratch.block.resize(dst.len(), 0);
            }
            let shuffled = &mut scratch.block[..dst.len()];
            gzip::decode(chunk, shuffled, &mut scratch.inflater)?;
            byte_shuffle::unshuffle(shuffled, elem_size, dst);
            Ok(())
        }
    }
}

/// Decodes one HDF5 chunk of elements of four bytes as [`Narrow`] ones, and calls `visit(element, value)` in order for
/// those that do not fit and are below 2³¹. `None` for encodings of which that would not be quicker.
///
/// # Errors
/// As [`decode_chunk`].
pub fn decode_chunk_narrowed<T: Narrow>(
    encoding: Encoding,
    chunk: &[u8],
    dst: &mut [T],
    scratch: &mut Scratch,
    visit: impl FnMut(usize, u32),
) -> Option<Result<(), CodecError>> {
    let Scratch { block, marks, zstd, .. } = scratch;
    match encoding {
        Encoding::BitshuffleLz4 => {
            Some(decode_narrowed(chunk, dst, block, marks, bitshuffle_lz4::unpack, visit))
        }
        Encoding::BitshuffleZstd => {
            Some(decode_narrowed(chunk, dst, block, marks, bitshuffle_zstd::unpack_by(zstd), visit))
        }
        _ => None,
    }
}

/// Unpacks one HDF5 chunk of `bytes` bytes of elements of `elem_size` (1, 2, 4 or 8) bytes, and gives its parts to
/// `visit(first_element, part)` in order. `None` for encodings that do not shuffle bits.
///
/// # Errors
/// As [`decode_chunk`].
pub fn visit_chunk_bits(
    encoding: Encoding,
    chunk: &[u8],
    elem_size: usize,
    bytes: usize,
    scratch: &mut Scratch,
    visit: impl FnMut(usize, Shuffled),
) -> Option<Result<(), CodecError>> {
    let Scratch { block, zstd, .. } = scratch;
    match encoding {
        Encoding::BitshuffleLz4 => {
            Some(visit_bits(chunk, elem_size, bytes, block, bitshuffle_lz4::unpack, visit))
        }
        Encoding::BitshuffleZstd => {
            Some(visit_bits(chunk, elem_size, bytes, block, bitshuffle_zstd::unpack_by(zstd), visit))
        }
        _ => None,
    }
}
