//! HDF5's own filter 2 ("shuffle"): byte b of every element, gathered into one run per b.

/// Puts the bytes of `src` back into elements of `elem_size` bytes; `dst` is as long as `src`, and both are a multiple
/// of `elem_size`, which is 1, 2, 4 or 8.
pub fn unshuffle(src: &[u8], elem_size: usize, dst: &mut [u8]) {
    match elem_size {
        1 => dst.copy_from_slice(src),
        2 => interleave::<2>(src, dst),
        4 => interleave::<4>(src, dst),
        _ => interleave::<8>(src, dst),
    }
}

fn interleave<const E: usize>(src: &[u8], dst: &mut [u8]) {
    let run = src.len() / E;
    let runs: [&[u8]; E] = core::array::from_fn(|b| &src[b * run..(b + 1) * run]);
    for (i, element) in dst.chunks_exact_mut(E).enumerate() {
        for b in 0..E {
            element[b] = runs[b][i];
        }
    }
}
