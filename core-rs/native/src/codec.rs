//! Packing and unpacking of single HDF5 chunks, for what is not a frame of a plan.
//!
//! # Safety
//! As in `plan`.
#![allow(clippy::missing_safety_doc)]

use crate::boundary::{guarded, output, slice, ErrorText, Failure};
use braggsieve_core::codec::{bitshuffle, bitshuffle_lz4, decode_chunk, Encoding, Scratch};
use std::cell::RefCell;

thread_local! {
    /// What the calls of one thread reuse.
    static BUFFERS: RefCell<(Scratch, Vec<u8>)> = RefCell::default();
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
            BUFFERS.with_borrow_mut(|(scratch, chunk)| {
                bitshuffle_lz4::encode(bytes, elem_size, 0, chunk, scratch)?;
                let room = out.get_mut(..chunk.len());
                room.ok_or(Failure::Argument("too little room for a chunk"))?.copy_from_slice(chunk);
                written[0] = chunk.len() as u64;
                Ok(())
            })
        })
    }
}

/// Gathers the bits of little-endian elements of 1, 2, 4 or 8 bytes, a multiple of 8 of them, into `out` of as many
/// bytes: what a compressor takes that lives elsewhere.
#[no_mangle]
pub unsafe extern "C" fn bs_shuffle(
    bytes: *const u8,
    length: usize,
    elem_size: usize,
    out: *mut u8,
    out_length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            Ok(bitshuffle::shuffle(slice(bytes, length)?, elem_size, output(out, out_length, length)?)?)
        })
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
            let name = std::str::from_utf8(slice(encoding, encoding_length)?)?;
            let unknown = || Failure::Refused(format!("unknown encoding {name}"));
            let encoding = Encoding::from_name(name).ok_or_else(unknown)?;
            let (chunk, out) = (slice(chunk, length)?, output(out, out_length, out_length)?);
            BUFFERS
                .with_borrow_mut(|(scratch, _)| Ok(decode_chunk(encoding, chunk, elem_size, out, scratch)?))
        })
    }
}
