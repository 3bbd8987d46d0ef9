//! LZ4 blocks (without frame header), both ways.
//!
//! Source: the LZ4 block format description (lz4.github.io, "LZ4 Block Format Description").

mod copy;
mod decode;
mod encode;
mod spread;

pub use decode::{decompress, decompress_within, ROOM};
pub use encode::{bound, compress, compress_into, Table};

/// Shortest match that the format can express.
const MIN_MATCH: usize = 4;
