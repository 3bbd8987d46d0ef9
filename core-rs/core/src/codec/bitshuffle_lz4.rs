//! One HDF5 chunk of filter 32008 (bitshuffle) with LZ4, both ways.
//!
//! Source: the filter's registration with The HDF Group and the layout of its chunks: u64 BE bytes of all elements, u32
//! BE bytes of a block, then per block a u32 BE length and an LZ4 block of bit-shuffled elements. The last block holds
//! what is left, rounded down to 8 elements; the remaining 0 to 7 elements follow as they are.

use super::{bitshuffle, lz4, prefetch, CodecError, Problem};

/// Bytes before the first block.
const HEADER: usize = 12;
/// Bytes of a block when the writer does not choose (bitshuffle's own default).
const DEFAULT_BLOCK: usize = 8192;

/// Buffers that decoding and encoding reuse: one block, and the encoder's table.
#[derive(Default)]
pub struct Scratch {
    block: Vec<u8>,
    table: lz4::Table,
}

impl Scratch {
    /// A block buffer of `bytes`, no larger than the caller's own data, and LZ4's room behind it.
    fn block(&mut self, bytes: usize) -> &mut [u8] {
        let wanted = bytes + lz4::ROOM;
        if self.block.len() < wanted {
            self.block.resize(wanted, 0);
        }
        &mut self.block[..wanted]
    }
}

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
    check_element(elem_size, dst.len())?;
    let Some((header, mut rest)) = chunk.split_first_chunk::<HEADER>() else {
        return Err(CodecError::new(chunk.len(), Problem::Ends("the 12-byte header")));
    };
    let [a, b, c, d, e, f, g, h, block @ ..] = *header;
    let stated = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
    if stated != dst.len() as u64 {
        return Err(CodecError::new(0, Problem::Total { stated, wanted: dst.len() }));
    }
    let stated = u32::from_be_bytes(block);
    let block_bytes = stated as usize;
    if block_bytes == 0 || !block_bytes.is_multiple_of(8 * elem_size) {
        return Err(CodecError::new(8, Problem::Block { stated }));
    }
    let (shuffled, plain) = dst.split_at_mut(dst.len() / (8 * elem_size) * (8 * elem_size));
    for out in shuffled.chunks_mut(block_bytes) {
        let at = chunk.len() - rest.len();
        let Some((length, after)) = rest.split_first_chunk::<4>() else {
            return Err(CodecError::new(at, Problem::Ends("the length of a block")));
        };
        let length = u32::from_be_bytes(*length) as usize;
        if length > after.len() {
            return Err(CodecError::new(at, Problem::Ends("a block")));
        }
        // Half of the time of a large frame would go into waiting for its memory.
        prefetch::fetch(out.as_ptr().wrapping_add(out.len()), out.len());
        let block = scratch.block(out.len());
        let found =
            lz4::decompress_within(after, length, block, out.len()).map_err(|error| error.within(at + 4))?;
        if found != out.len() {
            return Err(CodecError::new(at, Problem::TooShort { found, wanted: out.len() }));
        }
        bitshuffle::unshuffle(&block[..out.len()], elem_size, out)?;
        rest = &after[length..];
    }
    let at = chunk.len() - rest.len();
    if rest.len() < plain.len() {
        return Err(CodecError::new(at, Problem::Ends("the last elements")));
    }
    if rest.len() > plain.len() {
        return Err(CodecError::new(at + plain.len(), Problem::Trailing { bytes: rest.len() - plain.len() }));
    }
    plain.copy_from_slice(rest);
    Ok(())
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
        let place = dst.len();
        dst.extend_from_slice(&[0; 4]);
        scratch.block(part.len());
        let block = &mut scratch.block[..part.len()];
        bitshuffle::shuffle(part, elem_size, block)?;
        lz4::compress(block, dst, &mut scratch.table)?;
        let length = (dst.len() - place - 4) as u32;
        dst[place..place + 4].copy_from_slice(&length.to_be_bytes());
    }
    dst.extend_from_slice(plain);
    Ok(())
}

/// Largest size of an encoded chunk of `bytes` bytes, for buffers that are sized once.
pub fn bound(bytes: usize, elem_size: usize, block_elems: usize) -> usize {
    let block = if block_elems == 0 { DEFAULT_BLOCK } else { block_elems.saturating_mul(elem_size).max(1) };
    // Per block: its length, and LZ4's worst case of one extra byte in 255 and a token.
    HEADER + bytes + bytes / 255 + (bytes / block + 1) * 20
}

fn check_element(elem_size: usize, bytes: usize) -> Result<(), CodecError> {
    if matches!(elem_size, 1 | 2 | 4 | 8) && bytes.is_multiple_of(elem_size) {
        Ok(())
    } else {
        Err(CodecError::new(0, Problem::Element { size: elem_size }))
    }
}
