//! One HDF5 chunk of filter 32008 (bitshuffle) with LZ4, both ways.
//!
//! Source: the filter's registration with The HDF Group and the layout of its chunks: the header and lengths of `blocks`,
//! around LZ4 blocks of bit-shuffled elements. The last block holds what is left, rounded down to 8 elements; the
//! remaining 0 to 7 elements follow as they are.

use super::blocks::{check_element, decode_bitshuffled, room, Packed, HEADER};
use super::{bitshuffle, lz4, CodecError, Problem};

pub use super::Scratch;

/// Bytes of a block when the writer does not choose (bitshuffle's own default).
const DEFAULT_BLOCK: usize = 8192;

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
    decode_bitshuffled(chunk, elem_size, dst, &mut scratch.block, unpack)
}

/// Unpacks one block, see [`decode_bitshuffled`].
pub(super) fn unpack(packed: &Packed, out: &mut [u8], bytes: usize) -> Result<usize, CodecError> {
    lz4::decompress_within(packed.bytes, packed.length, out, bytes)
}

/// Encodes `src`, elements of `elem_size` (1, 2, 4 or 8) bytes, as one chunk into `dst`, which is cleared first and
/// keeps its capacity. `block_elems` is the number of elements in a block, a multiple of 8; 0 takes the default of
/// 8192 bytes.
///
/// # Errors
/// [`Problem::Element`] or [`Problem::Block`] when the sizes do not fit.
pub fn encode(
    src: &[u8],
    elem_size: usize,
    block_elems: usize,
    dst: &mut Vec<u8>,
    scratch: &mut Scratch,
) -> Result<(), CodecError> {
    check_element(elem_size, src.len())?;
    let stated = match block_elems {
        0 => Some(DEFAULT_BLOCK),
        n => n.checked_mul(elem_size),
    };
    let stated = stated.and_then(|bytes| u32::try_from(bytes).ok()).unwrap_or(u32::MAX);
    let block_bytes = stated as usize;
    if !block_bytes.is_multiple_of(8 * elem_size) {
        return Err(CodecError::new(0, Problem::Block { stated }));
    }
    dst.clear();
    dst.extend_from_slice(&(src.len() as u64).to_be_bytes());
    dst.extend_from_slice(&stated.to_be_bytes());
    let (shuffled, plain) = src.split_at(src.len() / (8 * elem_size) * (8 * elem_size));
    for part in shuffled.chunks(block_bytes) {
        let block = &mut room(&mut scratch.block, part.len())[..part.len()];
        let packed = room(&mut scratch.packed, lz4::bound(part.len()));
        bitshuffle::shuffle(part, elem_size, block)?;
        let length = lz4::compress_into(block, packed, &mut scratch.table)?;
        dst.extend_from_slice(&(length as u32).to_be_bytes());
        dst.extend_from_slice(&packed[..length]);
    }
    dst.extend_from_slice(plain);
    Ok(())
}

/// Encodes a mask of one byte a pixel as a chunk of uint32, which NXmx wants, without making those first.
///
/// # Errors
/// As [`encode`].
pub fn encode_mask(mask: &[u8], dst: &mut Vec<u8>, scratch: &mut Scratch) -> Result<(), CodecError> {
    const PIXELS: usize = DEFAULT_BLOCK / size_of::<u32>();
    let (mut wide, mut chunk) = ([0u32; PIXELS], Vec::new());
    dst.clear();
    dst.extend_from_slice(&((mask.len() * size_of::<u32>()) as u64).to_be_bytes());
    dst.extend_from_slice(&(DEFAULT_BLOCK as u32).to_be_bytes());
    for pixels in mask.chunks(PIXELS) {
        let wide = &mut wide[..pixels.len()];
        wide.iter_mut().zip(pixels).for_each(|(word, &bits)| *word = u32::from(bits));
        encode(bytemuck::cast_slice(wide), size_of::<u32>(), 0, &mut chunk, scratch)?;
        dst.extend_from_slice(&chunk[HEADER..]);
    }
    Ok(())
}

/// Largest size of an encoded chunk of `bytes` bytes, for buffers that are sized once.
pub fn bound(bytes: usize, elem_size: usize, block_elems: usize) -> usize {
    let block = if block_elems == 0 { DEFAULT_BLOCK } else { block_elems.saturating_mul(elem_size).max(1) };
    // Per block: its length, and LZ4's worst case of one extra byte in 255 and a token.
    HEADER + bytes + bytes / 255 + (bytes / block + 1) * 20
}
