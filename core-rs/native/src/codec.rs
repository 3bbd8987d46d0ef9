//! Packing and unpacking of single HDF5 chunks, for what is not a frame of a plan.
//!
//! # Safety
//! As in `plan`.
#![allow(clippy::missing_safety_doc)]

use crate::boundary::{guarded, output, slice, ErrorText, Failure};
use braggsieve_core::codec::bitshuffle_lz4;

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
            let mut chunk = Vec::with_capacity(out.len());
            bitshuffle_lz4::encode(bytes, elem_size, 0, &mut chunk, &mut Default::default())?;
            let room = out.get_mut(..chunk.len()).ok_or(Failure::Argument("too little room for a chunk"))?;
            room.copy_from_slice(&chunk);
            written[0] = chunk.len() as u64;
            Ok(())
        })
    }
}
