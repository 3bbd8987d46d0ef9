//! The WASM face of the core: check, convert, call, convert the error. No physics here.
//!
//! Ownership at the crossing: arrays that come in are copied into WASM memory; small results go out as copies;
//! `*_pointer` gives the place of a large result, of which the TypeScript side makes a view that is valid until the
//! next call into the module (a call may grow the memory, which moves it).

mod codec;
mod densify;
mod mask;
mod plan;
mod simulate;
mod sparse;
mod tables;

use braggsieve_core::codec::byte_offset;
use braggsieve_core::plan::{Encoding, PixelType};
use wasm_bindgen::prelude::*;

/// Decodes a CBF byte-offset section of `pixels` int32 pixels, for masks and single images.
#[wasm_bindgen(js_name = decodeByteOffset)]
pub fn decode_byte_offset(section: &[u8], pixels: usize) -> Result<Vec<i32>, JsError> {
    // Every pixel takes at least one byte: a size that the section cannot hold is refused before it is allocated.
    if pixels > section.len() {
        return Err(JsError::new(&format!("{} bytes cannot hold {pixels} pixels", section.len())));
    }
    let mut image = vec![0; pixels];
    byte_offset::decode(section, &mut image)?;
    Ok(image)
}

/// Encodes int32 pixels as a CBF byte-offset section.
#[wasm_bindgen(js_name = encodeByteOffset)]
pub fn encode_byte_offset(image: &[i32]) -> Vec<u8> {
    let mut section = Vec::with_capacity(image.len() + image.len() / 8);
    byte_offset::encode(image, &mut section);
    section
}

/// A pixel type by name.
fn pixel_type(name: &str) -> Result<PixelType, JsError> {
    PixelType::from_name(name).ok_or_else(|| JsError::new(&format!("unknown pixel type {name}")))
}

/// An encoding by name.
fn encoding(name: &str) -> Result<Encoding, JsError> {
    Encoding::from_name(name).ok_or_else(|| JsError::new(&format!("unknown encoding {name}")))
}
