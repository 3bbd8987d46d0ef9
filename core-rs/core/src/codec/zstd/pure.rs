//! Zstandard by `ruzstd`.

use super::REFUSED;
use crate::codec::{CodecError, Problem};
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::Read;

/// The window that every decoder should allow (RFC 8878, section 3.1.1.1.2); larger ones only for larger outputs.
const USUAL_WINDOW: usize = 8 << 20;

/// A decoder and its buffers, made when first used.
#[derive(Default)]
pub struct Decoder(Option<FrameDecoder>);

impl Decoder {
    /// Decodes all frames of `src` into `dst` and returns the number of bytes.
    ///
    /// # Errors
    /// [`Problem::Invalid`] when a frame is damaged, [`Problem::TooLong`] when they do not fit.
    pub fn decode(&mut self, mut src: &[u8], dst: &mut [u8]) -> Result<usize, CodecError> {
        let decoder = self.0.get_or_insert_with(Default::default);
        // What a header may ask memory for.
        decoder.set_max_window_size(dst.len().max(USUAL_WINDOW) as u64);
        let mut written = 0;
        while !src.is_empty() {
            match decoder.reset(&mut src) {
                Ok(()) => {}
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    src = src.get(length as usize..).ok_or(REFUSED)?;
                    continue;
                }
                Err(_) => return Err(REFUSED),
            }
            while !decoder.is_finished() {
                // One block is at most 128 KiB: what does not fit is found out before there is much of it.
                decoder.decode_blocks(&mut src, BlockDecodingStrategy::UptoBlocks(1)).map_err(|_| REFUSED)?;
                written += decoder.read(&mut dst[written..]).map_err(|_| REFUSED)?;
                if decoder.can_collect() > 0 {
                    return Err(CodecError::new(0, Problem::TooLong { capacity: dst.len() }));
                }
            }
            let stated = decoder.get_checksum_from_data();
            if stated.is_some() && stated != decoder.get_calculated_checksum() {
                return Err(REFUSED);
            }
        }
        Ok(written)
    }
}
