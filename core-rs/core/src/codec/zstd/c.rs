//! Zstandard by its C library, straight into the output: no window is allocated.

use super::REFUSED;
use crate::codec::CodecError;

/// A decoder and its tables, made when first used.
#[derive(Default)]
pub struct Decoder(Option<zstd::bulk::Decompressor<'static>>);

impl Decoder {
    /// Decodes all frames of `src` into `dst` and returns the number of bytes.
    ///
    /// # Errors
    /// [`Problem::Invalid`](crate::codec::Problem::Invalid) when a frame is damaged or does not fit.
    pub fn decode(&mut self, src: &[u8], dst: &mut [u8]) -> Result<usize, CodecError> {
        let decoder = self.0.get_or_insert_with(Default::default);
        decoder.decompress_to_buffer(src, dst).map_err(|_| REFUSED)
    }
}
