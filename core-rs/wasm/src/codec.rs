//! Packing and unpacking of single HDF5 chunks, for what is not a frame of a plan.

use braggsieve_core::codec::{bitshuffle_lz4, decode_chunk, Encoding, Scratch};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

thread_local! {
    /// What the calls reuse.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// A mask of one byte a pixel as a chunk of uint32 of HDF5 filter 32008 with LZ4.
#[wasm_bindgen(js_name = encodeMask)]
pub fn encode_mask(mask: &[u8]) -> Result<Vec<u8>, JsError> {
    let mut chunk = Vec::new();
    bitshuffle_lz4::encode_mask(mask, &mut chunk, &mut Scratch::default())?;
    Ok(chunk)
}

/// Packs little-endian elements of `size` bytes as one chunk of HDF5 filter 32008 with LZ4, in blocks of `block` elements
/// (of 8192 bytes where it is not given).
#[wasm_bindgen(js_name = encodeBitshuffleLz4)]
pub fn encode(bytes: &[u8], size: usize, block: Option<usize>) -> Result<Vec<u8>, JsError> {
    let (block, mut chunk) = (block.unwrap_or(0), Vec::new());
    SCRATCH.with_borrow_mut(|scratch| bitshuffle_lz4::encode(bytes, size, block, &mut chunk, scratch))?;
    Ok(chunk)
}

/// An encoding of HDF5 chunks by name.
pub(crate) fn chunk_encoding(name: &str) -> Result<Encoding, JsError> {
    Encoding::from_name(name).ok_or_else(|| JsError::new(&format!("unknown encoding {name}")))
}

/// Unpacks one HDF5 chunk of elements of `size` bytes into `out`, which it fills exactly.
#[wasm_bindgen(js_name = decodeChunk)]
pub fn decode(encoding: &str, chunk: &[u8], size: usize, out: &mut [u8]) -> Result<(), JsError> {
    let encoding = chunk_encoding(encoding)?;
    SCRATCH.with_borrow_mut(|scratch| decode_chunk(encoding, chunk, size, out, scratch))?;
    Ok(())
}

/// CRC-32 of some bytes, as gzip and PNG have it.
#[wasm_bindgen]
pub fn crc32(bytes: &[u8]) -> u32 {
    braggsieve_core::codec::crc32(bytes)
}
