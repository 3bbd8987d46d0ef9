//! Packing and unpacking of single HDF5 chunks, for what is not a frame of a plan.
//!
//! # Safety
//! As in `plan`.
#![allow(clippy::missing_safety_doc)]

use crate::boundary::{guarded, named, output, slice, ErrorText, Failure, Outcome};
use crate::shared::Shared;
use braggsieve_core::codec::narrow::{self, Narrower};
use braggsieve_core::codec::{bitshuffle_lz4, bitshuffle_zstd, crc32, decode_chunk, Encoding, Scratch};

/// What decoding and encoding reuse: scratch and a chunk.
static BUFFERS: Shared<(Scratch, Vec<u8>)> = Shared::new();
static NARROWERS: Shared<Narrower> = Shared::new();
pub(crate) static PACKERS: Shared<Packer> = Shared::new();

/// What packs chunks with Zstandard.
#[derive(Default)]
pub(crate) struct Packer {
    /// room for values on their way
    pub values: Vec<f32>,
    /// shuffled bytes of the chunk being packed
    pub shuffled: Vec<u8>,
    compressor: zstd::bulk::Compressor<'static>,
}

/// Copies a chunk to the room of the caller and tells its length.
fn hand_out(chunk: &[u8], out: &mut [u8], written: &mut [u64]) -> Outcome {
    let room = out.get_mut(..chunk.len());
    room.ok_or(Failure::Argument("too little room for a chunk"))?.copy_from_slice(chunk);
    written[0] = chunk.len() as u64;
    Ok(())
}

/// Room that [`bs_encode_bitshuffle_lz4`] may need for `length` bytes of elements.
#[no_mangle]
pub extern "C" fn bs_encode_bound(length: usize, elem_size: usize) -> usize {
    bitshuffle_lz4::bound(length, elem_size, 0)
}

/// Packs little-endian elements of 1, 2, 4 or 8 bytes as one chunk of HDF5 filter 32008 with LZ4. `out`: room of
/// [`bs_encode_bound`] bytes; the number of bytes written goes to `written`.
#[no_mangle]
pub unsafe extern "C" fn bs_encode_bitshuffle_lz4(
    bytes: *const u8,
    length: usize,
    elem_size: usize,
    out: *mut u8,
    out_length: usize,
    written: *mut u64,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let bytes = slice(bytes, length)?;
            let (out, written) = (output(out, out_length, out_length)?, output(written, 1, 1)?);
            BUFFERS.lend(|(scratch, chunk)| {
                bitshuffle_lz4::encode(bytes, elem_size, 0, chunk, scratch)?;
                hand_out(chunk, out, written)
            })
        })
    }
}

/// Packs a mask of one byte a pixel as one chunk of uint32 of HDF5 filter 32008 with LZ4. `out`: room of
/// [`bs_encode_bound`] of four bytes a pixel; the number of bytes written goes to `written`.
#[no_mangle]
pub unsafe extern "C" fn bs_encode_mask(
    mask: *const u8,
    pixels: usize,
    out: *mut u8,
    out_length: usize,
    written: *mut u64,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let mask = slice(mask, pixels)?;
            let (out, written) = (output(out, out_length, out_length)?, output(written, 1, 1)?);
            BUFFERS.lend(|(scratch, chunk)| {
                bitshuffle_lz4::encode_mask(mask, chunk, scratch)?;
                hand_out(chunk, out, written)
            })
        })
    }
}

/// Room that [`bs_pack_bitshuffle_zstd`] and [`bs_plan_pack_map`](crate::bs_plan_pack_map) may need for `length` bytes.
#[no_mangle]
pub extern "C" fn bs_pack_bound(length: usize) -> usize {
    zstd::zstd_safe::compress_bound(length) + bitshuffle_zstd::OVERHEAD
}

/// Packs little-endian elements of 1, 2, 4 or 8 bytes, a multiple of 8 of them, as one chunk of HDF5 filter 32008 with
/// Zstandard, one block. `out`: room of [`bs_pack_bound`] bytes; the number of bytes written goes to `written`.
#[no_mangle]
pub unsafe extern "C" fn bs_pack_bitshuffle_zstd(
    bytes: *const u8,
    length: usize,
    elem_size: usize,
    level: i32,
    out: *mut u8,
    out_length: usize,
    written: *mut u64,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let bytes = slice(bytes, length)?;
            let (out, written) = (output(out, out_length, out_length)?, output(written, 1, 1)?);
            PACKERS.lend(|packer| {
                let shuffled = &mut packer.shuffled;
                bitshuffle_zstd::shuffled(bytes, elem_size, shuffled)?;
                if shuffled.is_empty() || shuffled.len() != bytes.len() {
                    let what = format!("{length} bytes are not whole groups of 8 elements of {elem_size}");
                    return Err(Failure::Refused(what));
                }
                written[0] = packer.compressed(elem_size, level, out)? as u64;
                Ok(())
            })
        })
    }
}

impl Packer {
    /// Puts the chunk of the shuffled bytes into `out` and gives its length.
    pub(crate) fn compressed(
        &mut self,
        elem_size: usize,
        level: i32,
        out: &mut [u8],
    ) -> Result<usize, Failure> {
        let Self { shuffled, compressor, .. } = self;
        bitshuffle_zstd::assemble_in_place(shuffled.len(), elem_size, out, |room| {
            compressor.set_compression_level(level).ok()?;
            compressor.compress_to_buffer(&shuffled[..], room).ok()
        })
        .ok_or(Failure::Argument("too little room for a chunk"))
    }
}

/// Unpacks one HDF5 chunk of elements of `elem_size` bytes into `out`, which it fills exactly. `encoding`: the name of
/// one, UTF-8.
#[no_mangle]
pub unsafe extern "C" fn bs_decode_chunk(
    encoding: *const u8,
    encoding_length: usize,
    chunk: *const u8,
    length: usize,
    elem_size: usize,
    out: *mut u8,
    out_length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let encoding = named("encoding", encoding, encoding_length, Encoding::from_name)?;
            let (chunk, out) = (slice(chunk, length)?, output(out, out_length, out_length)?);
            BUFFERS.lend(|(scratch, _)| Ok(decode_chunk(encoding, chunk, elem_size, out, scratch)?))
        })
    }
}

/// CRC-32 of some bytes, as gzip and PNG have it; it goes to `crc`.
#[no_mangle]
pub unsafe extern "C" fn bs_crc32(
    bytes: *const u8,
    length: usize,
    crc: *mut u64,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            output(crc, 1, 1)?[0] = u64::from(crc32(slice(bytes, length)?));
            Ok(())
        })
    }
}

/// Room that [`bs_narrow`] may need for a frame of `pixels` pixels.
#[no_mangle]
pub extern "C" fn bs_narrow_bound(pixels: usize) -> usize {
    narrow::bound(pixels)
}

/// Narrows a frame of little-endian pixels of 2 or 4 bytes to 4 or 8 bits each, and a list of those that need more, on
/// all cores. `out`: room of [`bs_narrow_bound`] bytes. `written`: two numbers, the bytes written and the bits of a
/// pixel; 0 both where too many need more.
#[no_mangle]
pub unsafe extern "C" fn bs_narrow(
    frame: *const u8,
    length: usize,
    elem_size: usize,
    out: *mut u8,
    out_length: usize,
    written: *mut u64,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let frame = slice(frame, length)?;
            let (out, written) = (output(out, out_length, out_length)?, output(written, 2, 2)?);
            if out.len() < narrow::bound(length / elem_size.max(1)) {
                return Err(Failure::Argument("too little room for a narrow frame"));
            }
            let narrow = NARROWERS.lend(|narrower| narrower.narrow(frame, elem_size, out))?;
            let numbers = narrow.map_or([0; 2], |narrow| [narrow.bytes as u64, narrow.bits as u64]);
            written.copy_from_slice(&numbers);
            Ok(())
        })
    }
}
