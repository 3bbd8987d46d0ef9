//! What the tests of chunks share: the elements of the committed ones, and those of other formats than bitshuffle-LZ4.

use braggsieve_core::codec::Encoding;

include!("formats.rs");

/// One chunk as the published filter wrote it. The elements follow from their number: see [`elements`].
pub struct Chunk {
    pub encoding: Encoding,
    pub elem: usize,
    pub elements: usize,
    hex: &'static str,
}

impl Chunk {
    /// The chunk.
    pub fn packed(&self) -> Vec<u8> {
        bytes(self.hex)
    }

    /// What it holds.
    pub fn plain(&self) -> Vec<u8> {
        elements(self.elements, self.elem)
    }
}

/// Value i is `i * 2654435761` for every 17th i from 3 on, and `i² / 31 mod 4` for the others, cut to the element.
pub fn elements(count: usize, elem: usize) -> Vec<u8> {
    let value = |i: u64| match i % 17 {
        3 => i.wrapping_mul(2_654_435_761),
        _ => i * i / 31 % 4,
    };
    (0..count as u64).flat_map(|i| value(i).to_le_bytes()[..elem].to_vec()).collect()
}

/// The bytes that `hex` spells.
pub fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|k| u8::from_str_radix(&hex[k..k + 2], 16).unwrap()).collect()
}
