//! From the pixels of a frame to signals in bin order (method, section 1), in the type of the frame: 16-bit frames stay
//! 16 bits wide, for what bounds the stages is memory.
//!
//! Signal and norm stay apart until they have been summed; the norm (flat · solid angle · polarization) is a
//! constant of the plan and lies in bin order already.

use crate::bins::{PartsOf, Runs, RunsPart, RUN};
use crate::parallel::for_each;

/// Pixels of integer frames, which arithmetic widens to i32. Unsigned values that i32 cannot hold become −1, which no
/// valid range of unsigned frames includes: no counting detector counts that far, such values mark bad pixels.
pub trait IntegerPixel: Copy + Send + Sync {
    /// The value as i32.
    fn widen(self) -> i32;

    /// The pixels themselves where they are bytes, of which vectors hold many.
    #[inline(always)]
    fn as_bytes(_: &[Self]) -> Option<&[u8]> {
        None
    }
}

macro_rules! widen_losslessly {
    ($($t:ty),*) => { $(impl IntegerPixel for $t {
        #[inline(always)]
        fn widen(self) -> i32 { i32::from(self) }
    })* };
}
widen_losslessly!(u16, i16, i32);

impl IntegerPixel for u8 {
    #[inline(always)]
    fn widen(self) -> i32 {
        i32::from(self)
    }

    #[inline(always)]
    fn as_bytes(pixels: &[Self]) -> Option<&[u8]> {
        Some(pixels)
    }
}

impl IntegerPixel for u32 {
    #[inline(always)]
    fn widen(self) -> i32 {
        // As one comparison, which there are vectors for.
        (self as i32).max(-1)
    }
}

/// Permutes a frame into bin order: `signal[place] = frame[order[place]]`.
///
/// `frame` is followed by at least `RUN − 1` spare pixels: runs are moved by copies of fixed width.
///
/// # Panics
/// When the spare pixels are missing or `signal` is not as long as the bin order.
pub fn gather<T: Copy + Send + Sync>(frame: &[T], runs: &Runs, signal: &mut [T]) {
    for_each(PartsOf { parts: &runs.parts, places: signal }, &|parts| {
        parts.each(|part, signal| gather_part(frame, part, signal));
    });
}

#[inline(always)]
fn gather_part<T: Copy>(frame: &[T], part: &RunsPart, signal: &mut [T]) {
    part.each_wide(|start, place| {
        let source: &[T] = &frame[start..start + RUN];
        signal[place..place + RUN].copy_from_slice(source);
    });
    for run in &part.exact {
        let (start, place, length) = (run.start as usize, run.place as usize, run.length as usize);
        signal[place..place + length].copy_from_slice(&frame[start..start + length]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bins::Bins;

    #[test]
    fn gathering_by_runs_is_the_permutation() {
        let radial: Vec<f64> = (0..1000).map(|i| ((i / 3 * 37) % 101) as f64).collect();
        let masked: Vec<u8> = (0..1000).map(|i| u8::from(i % 7 == 2)).collect();
        let bins = Bins::new(&radial, &masked, 11).unwrap();
        let frame: Vec<u16> = (0..1000 + RUN as u16 - 1).map(|i| i.wrapping_mul(7919)).collect();
        let mut signal = vec![0; bins.order.len()];
        gather(&frame, &Runs::new(&bins), &mut signal);
        for (place, &pixel) in bins.order.iter().enumerate() {
            assert_eq!(signal[place], frame[pixel as usize], "place {place}");
        }
    }

    #[test]
    fn counts_beyond_i32_become_the_invalid_value() {
        assert_eq!(u32::MAX.widen(), -1);
        assert_eq!(0x7fff_fffe_u32.widen(), 0x7fff_fffe);
    }
}
