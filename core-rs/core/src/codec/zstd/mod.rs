//! Zstandard frames into bytes: `ruzstd`, in Rust alone, or the C library where the feature `zstd-c` allows it.
//!
//! Both take one or more frames with skippable ones between, check the frames' own checksums where there are any, and
//! give the same bytes.

#[cfg(feature = "zstd-c")]
mod c;
#[cfg(feature = "zstd-c")]
pub use c::Decoder;

#[cfg(any(test, not(feature = "zstd-c")))]
mod pure;
#[cfg(not(feature = "zstd-c"))]
pub use pure::Decoder;

use super::{CodecError, Problem};

/// What is said of frames that a library refuses.
const REFUSED: CodecError = CodecError::new(0, Problem::Invalid("Zstandard frame"));

/// Decodes `chunk`, the chunk of HDF5 filter 32015, into `dst`, whose length must be exactly that of the uncompressed
/// chunk.
///
/// # Errors
/// A [`CodecError`] when the frames are damaged, or hold more or fewer bytes.
pub fn decode(chunk: &[u8], dst: &mut [u8], decoder: &mut Decoder) -> Result<(), CodecError> {
    let found = decoder.decode(chunk, dst)?;
    if found == dst.len() {
        Ok(())
    } else {
        Err(CodecError::new(chunk.len(), Problem::TooShort { found, wanted: dst.len() }))
    }
}

#[cfg(all(test, feature = "zstd-c"))]
mod tests;
