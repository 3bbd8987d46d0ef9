//! What each filter number and its `cd_values` mean, and the core's codec for it.

use braggsieve_core::codec::{bitshuffle_lz4, decode_chunk, Encoding, Scratch};
use core::ffi::{c_int, c_uint};

/// The filters of this plugin, by their registered numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 32008: bitshuffle, then LZ4 or Zstandard
    Bitshuffle,
    /// 32004
    Lz4,
    /// 32015
    Zstd,
}

impl Kind {
    /// The registered number.
    pub const fn id(self) -> c_int {
        match self {
            Self::Bitshuffle => 32008,
            Self::Lz4 => 32004,
            Self::Zstd => 32015,
        }
    }
}

/// The values of `cd_values[4]` of bitshuffle for LZ4 and for Zstandard.
const BITSHUFFLE_LZ4: c_uint = 2;
const BITSHUFFLE_ZSTD: c_uint = 3;
/// An LZ4 block grows by less than this factor: where nobody knows better, a header that asks for more is taken for
/// damaged, and nothing is allocated for it.
pub const MAX_RATIO: usize = 256;

/// How many bytes a chunk says that it decodes to; `None` when it does not say so.
pub fn stated_bytes(kind: Kind, chunk: &[u8]) -> Option<usize> {
    let total = match kind {
        Kind::Bitshuffle | Kind::Lz4 => u64::from_be_bytes(*chunk.first_chunk()?),
        Kind::Zstd => return None,
    };
    usize::try_from(total).ok().filter(|&total| total > 0)
}

/// Decodes a chunk into `out`, which it must fill exactly; `None` when it is damaged or of a kind not decoded here.
pub fn decode(
    kind: Kind,
    settings: &[c_uint],
    chunk: &[u8],
    out: &mut [u8],
    scratch: &mut Scratch,
) -> Option<()> {
    // Without bitshuffle the size of elements does not matter.
    let (encoding, elem_size) = match (kind, settings) {
        (Kind::Bitshuffle, &[_, _, size, _, BITSHUFFLE_LZ4, ..]) => (Encoding::BitshuffleLz4, size),
        (Kind::Bitshuffle, &[_, _, size, _, BITSHUFFLE_ZSTD, ..]) => (Encoding::BitshuffleZstd, size),
        (Kind::Bitshuffle, _) => return None,
        (Kind::Lz4, _) => (Encoding::Lz4, 1),
        (Kind::Zstd, _) => (Encoding::Zstd, 1),
    };
    decode_chunk(encoding, chunk, elem_size as usize, out, scratch).ok()
}

/// Encodes a chunk into `out`; `None` when the settings are wrong or of a kind not encoded here.
pub fn encode(
    kind: Kind,
    settings: &[c_uint],
    plain: &[u8],
    out: &mut Vec<u8>,
    scratch: &mut Scratch,
) -> Option<()> {
    match (kind, settings) {
        (Kind::Bitshuffle, &[_, _, elem_size, block_elems, BITSHUFFLE_LZ4, ..]) => {
            bitshuffle_lz4::encode(plain, elem_size as usize, block_elems as usize, out, scratch).ok()
        }
        _ => None,
    }
}
