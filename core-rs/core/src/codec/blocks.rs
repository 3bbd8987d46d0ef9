//! The container that filters 32004 (LZ4) and 32008 (bitshuffle) share: u64 BE bytes of all elements, u32 BE bytes of a
//! block, then each block behind its u32 BE length.

use super::bitshuffle::{self, Lowest, Narrow};
use super::{lz4, CodecError, Problem};
use crate::{prefetch, simd};

/// Images from this many bytes on go past the caches: half of the time of a large one would go into waiting for its memory,
/// only to write over it.
const STREAMED: usize = 4 << 20;

/// Bytes before the first block.
pub const HEADER: usize = 12;

/// A chunk and how far it was read.
pub struct Blocks<'a> {
    chunk: &'a [u8],
    at: usize,
}

/// A packed block: the first `length` bytes of `bytes`, which go on to the end of the chunk, and their place in it.
pub struct Packed<'a> {
    pub bytes: &'a [u8],
    pub length: usize,
    pub at: usize,
}

impl<'a> Packed<'a> {
    /// The block alone.
    pub fn only(&self) -> &'a [u8] {
        &self.bytes[..self.length]
    }
}

impl<'a> Blocks<'a> {
    /// Reads the header, which must state `wanted` bytes in all, and returns the bytes of a block with the rest.
    pub fn open(chunk: &'a [u8], wanted: usize) -> Result<(u32, Self), CodecError> {
        let Some(header) = chunk.first_chunk::<HEADER>() else {
            return Err(CodecError::new(chunk.len(), Problem::Ends("the 12-byte header")));
        };
        let [a, b, c, d, e, f, g, h, block @ ..] = *header;
        let stated = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        if stated != wanted as u64 {
            return Err(CodecError::new(0, Problem::Total { stated, wanted }));
        }
        Ok((u32::from_be_bytes(block), Self { chunk, at: HEADER }))
    }

    /// The next block.
    pub fn next(&mut self) -> Result<Packed<'a>, CodecError> {
        let rest = &self.chunk[self.at..];
        let Some((length, bytes)) = rest.split_first_chunk::<4>() else {
            return Err(CodecError::new(self.at, Problem::Ends("the length of a block")));
        };
        let length = u32::from_be_bytes(*length) as usize;
        if length > bytes.len() {
            return Err(CodecError::new(self.at, Problem::Ends("a block")));
        }
        let at = self.at + 4;
        self.at = at + length;
        Ok(Packed { bytes, length, at })
    }

    /// Takes what follows the blocks as it is; it must fill `dst` exactly.
    pub fn finish(self, dst: &mut [u8]) -> Result<(), CodecError> {
        let rest = &self.chunk[self.at..];
        if rest.len() < dst.len() {
            return Err(CodecError::new(self.at, Problem::Ends("the last elements")));
        }
        if rest.len() > dst.len() {
            let bytes = rest.len() - dst.len();
            return Err(CodecError::new(self.at + dst.len(), Problem::Trailing { bytes }));
        }
        dst.copy_from_slice(rest);
        Ok(())
    }
}

/// A block buffer of `bytes`, no larger than the caller's own data, and LZ4's room behind it.
pub fn room(block: &mut Vec<u8>, bytes: usize) -> &mut [u8] {
    let wanted = bytes + lz4::ROOM;
    if block.len() < wanted {
        block.resize(wanted, 0);
    }
    &mut block[..wanted]
}

/// Refuses element sizes other than 1, 2, 4 and 8, and those that do not divide `bytes`.
pub fn check_element(elem_size: usize, bytes: usize) -> Result<(), CodecError> {
    if matches!(elem_size, 1 | 2 | 4 | 8) && bytes.is_multiple_of(elem_size) {
        Ok(())
    } else {
        Err(CodecError::new(0, Problem::Element { size: elem_size }))
    }
}

/// Decodes a chunk of filter 32008. `unpack(packed, out, bytes)` must put `bytes` bytes of the packed block into `out`
/// and return how many there were; `out` has LZ4's room behind them.
///
/// # Errors
/// When the header does not agree with `dst`, `unpack` fails, or bytes are missing or left over.
pub fn decode_bitshuffled(
    chunk: &[u8],
    elem_size: usize,
    dst: &mut [u8],
    block: &mut Vec<u8>,
    unpack: impl FnMut(&Packed, &mut [u8], usize) -> Result<usize, CodecError>,
) -> Result<(), CodecError> {
    check_element(elem_size, dst.len())?;
    let bytes = dst.len();
    let (shuffled, plain) = dst.split_at_mut(whole_octets(bytes, elem_size));
    let stream = bytes >= STREAMED && bitshuffle::can_stream(shuffled);
    let blocks = each_block(chunk, elem_size, bytes, block, unpack, |start, bits| {
        let (out, next) = shuffled[start..].split_at_mut(bits.len());
        if !stream {
            prefetch::fetch(next.as_ptr(), bits.len().min(next.len()));
        }
        bitshuffle::unshuffle_into(bits, elem_size, out, stream)
    })?;
    blocks.finish(plain)
}

/// Decodes a chunk of elements of four bytes likewise, as [`Narrow`] ones, and `visit(element, value)` is called in order
/// for those that do not fit and are below 2³¹.
///
/// # Errors
/// As [`decode_bitshuffled`].
pub fn decode_narrowed<T: Narrow>(
    chunk: &[u8],
    dst: &mut [T],
    block: &mut Vec<u8>,
    marks: &mut Vec<u8>,
    unpack: impl FnMut(&Packed, &mut [u8], usize) -> Result<usize, CodecError>,
    mut visit: impl FnMut(usize, u32),
) -> Result<(), CodecError> {
    const WIDE: usize = size_of::<u32>();
    let bytes = dst.len() * WIDE;
    let (shuffled, plain) = dst.split_at_mut(whole_octets(bytes, WIDE) / WIDE);
    let blocks = each_block(chunk, WIDE, bytes, block, unpack, |start, bits| {
        let first = start / WIDE;
        let (out, next) = shuffled[first..].split_at_mut(bits.len() / WIDE);
        // Not past the caches, which hold most of a frame that is so small.
        prefetch::fetch(next.as_ptr().cast(), size_of_val(out).min(size_of_val(next)));
        let narrow = size_of_val(out);
        simd::run(Lowest {
            bits,
            kept: 8 * size_of::<T>(),
            marks,
            visit: |at, value| visit(first + at, value),
        });
        bitshuffle::unshuffle(&bits[..narrow], size_of::<T>(), bytemuck::cast_slice_mut(out))
    })?;
    let (first, mut rest) = (shuffled.len(), [0u32; 7]);
    let rest = &mut rest[..plain.len()];
    blocks.finish(bytemuck::cast_slice_mut(rest))?;
    for (at, (out, value)) in plain.iter_mut().zip(rest.iter().map(|&value| u32::from_le(value))).enumerate()
    {
        *out = T::of(value);
        if *out == T::BEYOND && value <= i32::MAX as u32 {
            visit(first + at, value);
        }
    }
    Ok(())
}

/// What a chunk of filter 32008 holds.
pub enum Shuffled<'a> {
    /// the bits of whole octets of elements: those of bit k of byte b in one run, for each (b, k)
    Bits(&'a [u8]),
    /// the last 0 to 7 elements as they are
    Plain(&'a [u8]),
}

/// Unpacks a chunk of `bytes` bytes likewise, and gives its parts to `visit(first_element, part)` in order, without
/// putting elements together.
///
/// # Errors
/// As [`decode_bitshuffled`].
pub fn visit_bits(
    chunk: &[u8],
    elem_size: usize,
    bytes: usize,
    block: &mut Vec<u8>,
    unpack: impl FnMut(&Packed, &mut [u8], usize) -> Result<usize, CodecError>,
    mut visit: impl FnMut(usize, Shuffled),
) -> Result<(), CodecError> {
    check_element(elem_size, bytes)?;
    let blocks = each_block(chunk, elem_size, bytes, block, unpack, |start, bits| {
        visit(start / elem_size, Shuffled::Bits(bits));
        Ok(())
    })?;
    let (shuffled, mut rest) = (whole_octets(bytes, elem_size), [0; 7 * size_of::<u64>()]);
    let rest = &mut rest[..bytes - shuffled];
    blocks.finish(rest)?;
    visit(shuffled / elem_size, Shuffled::Plain(rest));
    Ok(())
}

/// Bytes of the elements that are shuffled: all but the last 0 to 7.
fn whole_octets(bytes: usize, elem_size: usize) -> usize {
    bytes / (8 * elem_size) * (8 * elem_size)
}

/// Unpacks the blocks of a chunk of filter 32008 of `bytes` bytes in all, and gives each to `put` with the place of its
/// first byte; gives what follows them.
fn each_block<'a>(
    chunk: &'a [u8],
    elem_size: usize,
    bytes: usize,
    block: &mut Vec<u8>,
    mut unpack: impl FnMut(&Packed, &mut [u8], usize) -> Result<usize, CodecError>,
    mut put: impl FnMut(usize, &mut [u8]) -> Result<(), CodecError>,
) -> Result<Blocks<'a>, CodecError> {
    let (stated, mut blocks) = Blocks::open(chunk, bytes)?;
    let block_bytes = stated as usize;
    if block_bytes == 0 || !block_bytes.is_multiple_of(8 * elem_size) {
        return Err(CodecError::new(8, Problem::Block { stated }));
    }
    let shuffled = whole_octets(bytes, elem_size);
    for start in (0..shuffled).step_by(block_bytes) {
        let wanted = block_bytes.min(shuffled - start);
        let packed = blocks.next()?;
        let bits = room(block, wanted);
        let found = unpack(&packed, bits, wanted).map_err(|error| error.within(packed.at))?;
        if found != wanted {
            return Err(CodecError::new(packed.at, Problem::TooShort { found, wanted }));
        }
        put(start, &mut bits[..wanted])?;
    }
    Ok(blocks)
}
