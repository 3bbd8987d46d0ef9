//! Copies in whole words, which write up to a word more than asked for: what follows overwrites the excess.
//!
//! The only unsafe code of the LZ4 codec. Each function names the bytes that must exist; the callers check that, and so
//! do the debug assertions, which tests run with.

use super::spread::Spread;

/// Bytes moved at once.
pub const WORD: usize = 16;

/// Copies one word.
///
/// # Safety
/// A word can be read at `src[i]` and written at `dst[o]`.
#[inline(always)]
pub unsafe fn word(src: &[u8], i: usize, dst: &mut [u8], o: usize) {
    debug_assert!(i + WORD <= src.len() && o + WORD <= dst.len());
    // SAFETY: the caller's promise; the slices are distinct.
    unsafe { core::ptr::copy_nonoverlapping(src.as_ptr().add(i), dst.as_mut_ptr().add(o), WORD) }
}

/// Copies `count` bytes, and up to a word more.
///
/// # Safety
/// `count` bytes and a word can be read at `src[i]` and written at `dst[o]`.
#[inline(always)]
pub unsafe fn words(src: &[u8], i: usize, dst: &mut [u8], o: usize, count: usize) {
    debug_assert!(i + count + WORD <= src.len() && o + count + WORD <= dst.len());
    let mut done = 0;
    while done < count {
        // SAFETY: `done < count`, and the caller's promise.
        unsafe { word(src, i + done, dst, o + done) };
        done += WORD;
    }
}

/// Repeats the bytes that lie `distance` back, `count` times, and up to a word more; the two ranges may overlap.
///
/// # Safety
/// The processor has the instructions of `S`. `0 < distance <= o`; `count` bytes and two words can be written at `dst[o]`.
#[inline(always)]
pub unsafe fn repeat<S: Spread>(dst: &mut [u8], o: usize, distance: usize, count: usize) {
    debug_assert!(0 < distance && distance <= o && o + count + 2 * WORD <= dst.len());
    // SAFETY: reads start at or after `o - distance >= 0` and end a word after that or before the writes; writes start
    // before `o + count` and end a word after that at the latest; where one word is copied from another within `dst`,
    // they lie at least a word apart.
    unsafe {
        let to = dst.as_mut_ptr().add(o);
        let from = to.sub(distance);
        if distance >= WORD {
            let mut done = 0;
            while done < count {
                core::ptr::copy_nonoverlapping(from.add(done), to.add(done), WORD);
                done += WORD;
            }
            return;
        }
        // A short period: one word of it, then steps by the largest multiple of the period that fits a word.
        let mut word = [0; WORD];
        S::spread(from, distance, word.as_mut_ptr());
        let step = usize::from(STEP[distance]);
        let mut done = 0;
        while done < count {
            to.add(done).cast::<[u8; WORD]>().write_unaligned(word);
            done += step;
        }
    }
}

/// Bytes that [`repeat_short`] repeats at least.
pub const SHORT: usize = 25;

/// Repeats the bytes that lie `distance` back for at least [`SHORT`] bytes, two words at most: without a branch, which
/// the lengths and distances of most matches would have guessed wrongly.
///
/// # Safety
/// The processor has the instructions of `S`. `0 < distance <= o`; two words can be written at `dst[o]`.
#[inline(always)]
pub unsafe fn repeat_short<S: Spread>(dst: &mut [u8], o: usize, distance: usize) {
    debug_assert!(0 < distance && distance <= o && o + 2 * WORD <= dst.len());
    // SAFETY: as in `repeat`. Of a short period the second word is the first one again, a multiple of it later.
    unsafe {
        let to = dst.as_mut_ptr().add(o);
        let from = to.sub(distance);
        S::spread(from, distance.min(WORD), to);
        let far = distance >= WORD;
        let next = if far { from.add(WORD) } else { to.cast_const() };
        let step = usize::from(STEP[distance.min(WORD) % WORD]);
        let word = next.cast::<[u8; WORD]>().read_unaligned();
        to.add(step).cast::<[u8; WORD]>().write_unaligned(word);
    }
}

/// The largest multiple of a distance below [`WORD`] that fits a word.
const STEP: [u8; WORD] = [16, 16, 16, 15, 16, 15, 12, 14, 16, 9, 10, 11, 12, 13, 14, 15];
