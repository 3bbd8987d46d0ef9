//! One HDF5 chunk of filter 32008 (bitshuffle) with Zstandard: `cd_values[4]` is 3.
//!
//! Source: as `bitshuffle_lz4`; each block is one Zstandard frame. Compressing is left to the caller, who has a
//! compressor: [`shuffled`] gives the bytes to compress, as one block, and [`assemble`] puts the chunk around them.

use super::blocks::{check_element, decode_bitshuffled, Packed, HEADER};
use super::zstd::Decoder;
use super::{bitshuffle, CodecError, Problem, Scratch};

/// Decodes `chunk` into `dst`, whose length must be exactly that of the uncompressed chunk: bytes of little-endian
/// elements of `elem_size` (1, 2, 4 or 8) bytes.
///
/// # Errors
/// A [`CodecError`] when the header does not agree with `dst`, a block is damaged, or bytes are missing or left over.
pub fn decode(
    chunk: &[u8],
    elem_size: usize,
    dst: &mut [u8],
    scratch: &mut Scratch,
) -> Result<(), CodecError> {
    decode_bitshuffled(chunk, elem_size, dst, &mut scratch.block, unpack_by(&mut scratch.zstd))
}

/// Unpacks one block, see [`decode_bitshuffled`].
pub(super) fn unpack_by(
    zstd: &mut Decoder,
) -> impl FnMut(&Packed, &mut [u8], usize) -> Result<usize, CodecError> + '_ {
    |packed, out, bytes| zstd.decode(packed.only(), &mut out[..bytes])
}

/// Puts the bit-shuffled bytes of all whole octets of elements of `src` into `dst`, whose earlier bytes go and which keeps
/// its capacity: what [`assemble`] wants compressed, as one Zstandard frame.
///
/// # Errors
/// [`Problem::Element`] when the sizes do not fit, [`Problem::InputTooLarge`] when a block cannot state its length.
pub fn shuffled(src: &[u8], elem_size: usize, dst: &mut Vec<u8>) -> Result<(), CodecError> {
    let bytes = block_bytes(src, elem_size)?;
    dst.resize(bytes, 0);
    bitshuffle::shuffle(&src[..bytes], elem_size, dst)
}

/// Puts the chunk of `src` into `dst`, which is cleared first and keeps its capacity; `packed` is what a Zstandard
/// compressor made of the bytes of [`shuffled`] (it is left out when these were none).
///
/// The chunk is: `src.len()` as u64 BE, the bytes of a block as u32 BE, the length of `packed` as u32 BE, `packed`, and
/// the last 0 to 7 elements as they are. A block as large as the chunk is within the format, and read by the
/// published filter.
///
/// # Errors
/// As [`shuffled`].
pub fn assemble(src: &[u8], elem_size: usize, packed: &[u8], dst: &mut Vec<u8>) -> Result<(), CodecError> {
    let bytes = block_bytes(src, elem_size)?;
    let too_large = |_| CodecError::new(0, Problem::InputTooLarge);
    let length = u32::try_from(packed.len()).map_err(too_large)?;
    // With no octet there is no block, but the format wants a positive size.
    let block = u32::try_from(bytes.max(8 * elem_size)).map_err(too_large)?;
    dst.clear();
    dst.reserve(HEADER + 4 + packed.len() + src.len() - bytes);
    dst.extend_from_slice(&(src.len() as u64).to_be_bytes());
    dst.extend_from_slice(&block.to_be_bytes());
    if bytes > 0 {
        dst.extend_from_slice(&length.to_be_bytes());
        dst.extend_from_slice(packed);
    }
    dst.extend_from_slice(&src[bytes..]);
    Ok(())
}

/// Bytes around the Zstandard frame of a chunk of one block.
pub const OVERHEAD: usize = HEADER + 4;

/// The chunk of `bytes` bytes of whole octets in `out`, where `pack` puts their frame into the room that it is given and
/// tells its length. Gives the length of the chunk; `None` when `out` is too small, `pack` fails, or the lengths cannot be
/// stated.
pub fn assemble_in_place(
    bytes: usize,
    elem_size: usize,
    out: &mut [u8],
    pack: impl FnOnce(&mut [u8]) -> Option<usize>,
) -> Option<usize> {
    let block = u32::try_from(bytes).ok().filter(|&bytes| bytes > 0)?;
    bytes.is_multiple_of(8 * elem_size).then_some(())?;
    let (head, room) = out.split_at_mut_checked(OVERHEAD)?;
    let packed = u32::try_from(pack(room)?).ok()?;
    head[..8].copy_from_slice(&(bytes as u64).to_be_bytes());
    head[8..HEADER].copy_from_slice(&block.to_be_bytes());
    head[HEADER..].copy_from_slice(&packed.to_be_bytes());
    Some(OVERHEAD + packed as usize)
}

/// Bytes of all whole octets of elements.
fn block_bytes(src: &[u8], elem_size: usize) -> Result<usize, CodecError> {
    check_element(elem_size, src.len())?;
    let bytes = src.len() / (8 * elem_size) * (8 * elem_size);
    if u32::try_from(bytes).is_err() {
        return Err(CodecError::new(0, Problem::InputTooLarge));
    }
    Ok(bytes)
}
