//! One HDF5 chunk of filter 32004 (LZ4 without bitshuffle).
//!
//! Source: the filter's registration with The HDF Group and the layout of its chunks: the header and lengths of `blocks`,
//! around LZ4 blocks; a block that is as long as what it holds is stored as it is.

use super::blocks::Blocks;
use super::{lz4, CodecError, Problem};

/// Decodes `chunk` into `dst`, whose length must be exactly that of the uncompressed chunk.
///
/// # Errors
/// A [`CodecError`] when the header does not agree with `dst`, a block is damaged, or bytes are missing or left over.
pub fn decode(chunk: &[u8], dst: &mut [u8]) -> Result<(), CodecError> {
    let (stated, mut blocks) = Blocks::open(chunk, dst.len())?;
    if stated == 0 {
        return Err(CodecError::new(8, Problem::Block { stated }));
    }
    let mut done = 0;
    while done < dst.len() {
        let packed = blocks.next()?;
        let wanted = (stated as usize).min(dst.len() - done);
        // What lies behind the block is written later: room for LZ4.
        let out = &mut dst[done..];
        if packed.length == wanted {
            out[..wanted].copy_from_slice(packed.only());
        } else {
            let found = lz4::decompress_within(packed.bytes, packed.length, out, wanted)
                .map_err(|error| error.within(packed.at))?;
            if found != wanted {
                return Err(CodecError::new(packed.at, Problem::TooShort { found, wanted }));
            }
        }
        done += wanted;
    }
    blocks.finish(&mut [])
}
