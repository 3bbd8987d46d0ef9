//! The transposes over one kind of vector; see the module above for the arithmetic of indices.

use crate::codec::lanes::{transpose, zip_all, Lanes};

/// Elements that one lane of a vector does at once: eight in each of its sixteen bytes.
const LANE: usize = 128;

/// Puts bits back into elements from element `first` on, as many whole groups (8 elements for each byte of a vector) as
/// there are, and returns the first element that is left; `STREAM`: past the caches.
///
/// # Safety
/// The processor has the instructions of `V`. `src` and `dst` have the same length, a multiple of 8 elements. What is
/// streamed goes to a multiple of 64 bytes, and other threads look at it after a store fence.
#[inline(always)]
pub unsafe fn unshuffle<V: Lanes, const E: usize, const STREAM: bool>(
    src: &[u8],
    dst: &mut [u8],
    mut first: usize,
) -> usize {
    let elements = src.len() / E;
    let run = elements / 8;
    debug_assert!(src.len() == dst.len() && src.len() == run * 8 * E);
    while first + 8 * V::WIDTH <= elements {
        // SAFETY: `first / 8 + WIDTH <= run`, so `WIDTH` bytes lie behind this column in each of the 8E runs; and
        // `8 * WIDTH` elements of `dst` behind `first`.
        unsafe {
            let column = src.as_ptr().add(first / 8);
            let out = dst.as_mut_ptr().add(first * E);
            let zero = V::zero();
            let mut bytes = [[zero; 8]; E];
            for (b, bytes) in bytes.iter_mut().enumerate() {
                let mut rows = [zero; 8];
                let mut any = zero;
                for (k, row) in rows.iter_mut().enumerate() {
                    *row = V::load(column.add((8 * b + k) * run));
                    any = any.or(*row);
                }
                // The upper bytes of counts are mostly zero: nothing to transpose then.
                *bytes = if any.is_zero() { [zero; 8] } else { V::gather_bits(rows) };
            }
            for n in [0, 2, 4, 6] {
                let mut even = [zero; E];
                let mut odd = [zero; E];
                for b in 0..E {
                    even[b] = bytes[b][n];
                    odd[b] = bytes[b][n + 1];
                }
                let mut turns = E;
                while turns > 1 {
                    even = zip_all(even);
                    odd = zip_all(odd);
                    turns /= 2;
                }
                for b in (0..2 * E).step_by(2) {
                    let at = |k: usize| if k < E { even[k] } else { odd[k - E] };
                    let place = out.add(16 * (E * n + b));
                    if STREAM {
                        at(b).stream_pair(at(b + 1), place, LANE * E);
                    } else {
                        at(b).store_pair(at(b + 1), place, LANE * E);
                    }
                }
            }
        }
        first += 8 * V::WIDTH;
    }
    first
}

/// Gathers the bits of elements, the inverse of [`unshuffle`] with the same arguments.
///
/// # Safety
/// As [`unshuffle`].
#[inline(always)]
pub unsafe fn shuffle<V: Lanes, const E: usize, const R: usize>(
    src: &[u8],
    dst: &mut [u8],
    mut first: usize,
) -> usize {
    let elements = src.len() / E;
    let run = elements / 8;
    debug_assert!(src.len() == dst.len() && src.len() == run * 8 * E && R == 8 * E);
    while first + 8 * V::WIDTH <= elements {
        // SAFETY: as in `unshuffle`.
        unsafe {
            let from = src.as_ptr().add(first * E);
            let column = dst.as_mut_ptr().add(first / 8);
            let mut v = [V::zero(); R];
            for p in (0..R).step_by(2) {
                (v[p], v[p + 1]) = V::load_pair(from.add(16 * p), LANE * E);
            }
            // Four more turns complete the circle that unshuffle's turns leave open.
            for _ in 0..4 {
                v = zip_all(v);
            }
            for b in 0..E {
                let mut rows = [v[b]; 8];
                for (j, row) in rows.iter_mut().enumerate() {
                    *row = v[j * E + b];
                }
                for (k, row) in transpose(rows).into_iter().enumerate() {
                    row.store(column.add((8 * b + k) * run));
                }
            }
        }
        first += 8 * V::WIDTH;
    }
    first
}
