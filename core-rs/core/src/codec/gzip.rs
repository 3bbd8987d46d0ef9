//! One HDF5 chunk of filter 1 ("gzip"): a zlib stream (RFC 1950).

use super::{CodecError, Problem};
use flate2::{Decompress, FlushDecompress, Status};

/// An inflater and its window, made when first used.
#[derive(Default)]
pub struct Inflater(Option<Decompress>);

/// Decodes `chunk` into `dst`, whose length must be exactly that of the uncompressed chunk.
///
/// # Errors
/// A [`CodecError`] when the stream is damaged, holds more or fewer bytes, or is followed by others.
pub fn decode(chunk: &[u8], dst: &mut [u8], inflater: &mut Inflater) -> Result<(), CodecError> {
    let inflate = inflater.0.get_or_insert_with(|| Decompress::new(true));
    inflate.reset(true);
    let status = inflate.decompress(chunk, dst, FlushDecompress::Finish);
    // Both counts are at most the lengths of the slices.
    let (read, found) = (inflate.total_in() as usize, inflate.total_out() as usize);
    let wanted = dst.len();
    match status {
        Err(_) => Err(CodecError::new(read, Problem::Invalid("zlib stream"))),
        Ok(Status::StreamEnd) if found < wanted => {
            Err(CodecError::new(read, Problem::TooShort { found, wanted }))
        }
        Ok(Status::StreamEnd) if read < chunk.len() => {
            Err(CodecError::new(read, Problem::Trailing { bytes: chunk.len() - read }))
        }
        Ok(Status::StreamEnd) => Ok(()),
        Ok(_) if read < chunk.len() => Err(CodecError::new(read, Problem::TooLong { capacity: wanted })),
        Ok(_) => Err(CodecError::new(read, Problem::Ends("a zlib stream"))),
    }
}
